import { inspect, stripVTControlCharacters, styleText } from 'node:util';
import { type ConsolaInstance, createConsola, type LogObject } from 'consola/core';
import { isArtistError } from '../core/index.ts';
import { type Terminal, wantsColors, writeLines } from './terminal.ts';

/** Each level shows itself and those before it. */
export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  /** Default info. NODE_ENV and CONSOLA_LEVEL have no say. */
  level?: LogLevel;
  /** Default process.stderr: stdout belongs to data. */
  terminal?: Terminal;
  /** Default: as the terminal wants. */
  colors?: boolean;
}

export interface Logger {
  /** Every method takes a sentence and any values; an Error prints its code, message, engine lines and causes (its stack at level debug). */
  error(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  info(...values: unknown[]): void;
  success(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  /** The same logger with a name before its lines. */
  withTag(tag: string): Logger;
  readonly level: LogLevel;
}

const numbers: Record<LogLevel, number> = { silent: Number.NEGATIVE_INFINITY, error: 0, warn: 1, info: 3, debug: 4 };
const marks: Record<string, { text: string; style: 'red' | 'yellow' | 'green' | 'gray' } | undefined> = {
  error: { text: 'error', style: 'red' },
  warn: { text: 'warning', style: 'yellow' },
  success: { text: '✔', style: 'green' },
  debug: { text: 'debug', style: 'gray' },
};

/** The level that the flags `--quiet` and `--debug` ask for; debug wins. */
export function levelFromFlags(flags: { quiet?: boolean | undefined; debug?: boolean | undefined }): LogLevel {
  if (flags.debug) return 'debug';
  return flags.quiet ? 'error' : 'info';
}

/** An Error for a reader: code and message, the engine's own lines, and what caused it. With `stack`, where it was thrown. */
export function describeError(error: Error, { stack = false, colors = false } = {}): string {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  let current: unknown = error;
  for (let prefix = ''; current !== undefined && !seen.has(current); prefix = 'caused by ') {
    seen.add(current);
    if (!(current instanceof Error)) {
      lines.push(`  ${prefix}${inspect(current, { colors, breakLength: 120 })}`);
      break;
    }
    const name = isArtistError(current) ? `${current.code}: ` : current.name === 'Error' ? '' : `${current.name}: `;
    lines.push(`${prefix === '' ? '' : `  ${prefix}`}${name}${current.message}`);
    if (isArtistError(current)) lines.push(...current.details.map((line) => `  | ${line}`));
    if (stack && current.stack) lines.push(...current.stack.split('\n').filter((line) => line.trimStart().startsWith('at ')));
    if (current instanceof AggregateError) {
      lines.push(
        ...current.errors.map((inner) => `  ${inner instanceof Error ? describeError(inner, { stack, colors }) : inspect(inner)}`),
      );
    }
    current = current.cause;
  }
  return lines.join('\n');
}

function describe(value: unknown, options: { stack: boolean; colors: boolean }): string {
  if (typeof value === 'string') return options.colors ? value : stripVTControlCharacters(value);
  if (value instanceof Error) return describeError(value, options);
  return inspect(value, { colors: options.colors, depth: 4, breakLength: 120 }); // unlike JSON it knows BigInt, cycles, Map, undefined
}

function render(entry: LogObject, colors: boolean): string {
  const mark = marks[entry.type];
  const paint = (style: 'red' | 'yellow' | 'green' | 'gray', text: string) =>
    colors ? styleText(style, text, { validateStream: false }) : text;
  const head = [mark && paint(mark.style, mark.text), entry.tag && paint('gray', `[${entry.tag}]`)].filter((part) => part);
  return [...head, ...entry.args].join(' ');
}

/** Messages for people, on stderr. Every line is printed as it is, also the twentieth equal one. */
export function createLogger({ level = 'info', terminal = process.stderr, colors = wantsColors(terminal) }: LoggerOptions = {}): Logger {
  const stack = level === 'debug';
  const consola = createConsola({
    level: numbers[level],
    throttle: 0, // consola would replace repeated lines by "(repeated N times)"
    reporters: [{ log: (entry) => writeLines(terminal, render(entry, colors)) }],
  });
  return wrap(consola, level, (values) => values.map((value) => describe(value, { stack, colors })).join(' '));
}

/** consola gets one finished string: a plain object with a `message` field would be taken for a log record. */
function wrap(consola: ConsolaInstance, level: LogLevel, text: (values: unknown[]) => string): Logger {
  return {
    error: (...values) => consola.error(text(values)),
    warn: (...values) => consola.warn(text(values)),
    info: (...values) => consola.info(text(values)),
    success: (...values) => consola.success(text(values)),
    debug: (...values) => consola.debug(text(values)),
    withTag: (tag) => wrap(consola.withTag(tag), level, text),
    level,
  };
}
