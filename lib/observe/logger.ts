import { styleText } from 'node:util';
import { type ConsolaInstance, createConsola } from 'consola/core';
import { redact } from '../core/index.ts';
import { describe } from './describe.ts';
import { type LogEntry, type LogLevel, type LogSink, type LogType, levelNumbers, levelOfType, newEntry } from './entry.ts';
import { jsonLine } from './json-line.ts';
import { Repeats } from './repeats.ts';
import { type Terminal, wantsColors, writeLines } from './terminal.ts';

export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface LoggerOptions {
  /** Default info. NODE_ENV and CONSOLA_LEVEL are ignored. */
  level?: LogLevel;
  /** Default process.stderr: stdout is for data. */
  terminal?: Terminal;
  /** Default: what the terminal supports. */
  colors?: boolean;
  /** text: for people. json: one object a line. Default text. */
  format?: LogFormat;
}

export interface Logger {
  /** Every method takes a sentence and any values; an Error prints its code, message, engine lines and causes (its stack at level debug). */
  error(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  info(...values: unknown[]): void;
  success(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  trace(...values: unknown[]): void;
  /** A logger that puts a name before its lines. */
  withTag(tag: string): Logger;
  /** Also sends entries to another sink, at that sink's level. The returned function stops it. */
  addSink(sink: LogSink): () => void;
  /** Writes the pending count of repeated lines. */
  flush(): void;
  /** Of the terminal. */
  readonly level: LogLevel;
  readonly format: LogFormat;
}

const marks: Record<string, { text: string; style: 'red' | 'yellow' | 'green' | 'gray' } | undefined> = {
  error: { text: 'error', style: 'red' },
  warn: { text: 'warning', style: 'yellow' },
  success: { text: '✔', style: 'green' },
  debug: { text: 'debug', style: 'gray' },
  trace: { text: 'trace', style: 'gray' },
};

/** The level of the flags `--quiet`, `--debug` and `--trace`; the most detailed one wins. */
export function levelFromFlags(flags: { quiet?: boolean | undefined; debug?: boolean | undefined; trace?: boolean | undefined }): LogLevel {
  if (flags.trace) return 'trace';
  if (flags.debug) return 'debug';
  return flags.quiet ? 'error' : 'info';
}

/** Whether `level` includes `other`. */
export function shows(level: LogLevel, other: LogLevel): boolean {
  return levelNumbers[level] >= levelNumbers[other];
}

function textLine({ type, tag, values, repeated }: LogEntry, colors: boolean, stack: boolean): string {
  const mark = marks[type];
  const paint = (style: 'red' | 'yellow' | 'green' | 'gray', text: string) =>
    colors ? styleText(style, text, { validateStream: false }) : text;
  const text = redact(values.map((value) => describe(value, { stack, colors })).join(' '));
  const again = repeated !== undefined && paint('gray', `(again, ${repeated} ${repeated === 1 ? 'time' : 'times'})`);
  return [mark && paint(mark.style, mark.text), tag !== '' && paint('gray', `[${tag}]`), text, again].filter((part) => part).join(' ');
}

/** Writes lines, as text or JSON, to a terminal. */
function terminalSink(terminal: Terminal, level: LogLevel, format: LogFormat, colors: boolean): LogSink {
  const stack = shows(level, 'debug');
  return { level, write: (entry) => writeLines(terminal, format === 'json' ? jsonLine(entry) : textLine(entry, colors, stack)) };
}

/**
 * Logs to stderr and to added sinks. Of equal consecutive lines the first is shown, then one line with the count of the rest. Secrets are
 * redacted everywhere.
 */
export function createLogger({
  level = 'info',
  terminal = process.stderr,
  colors = wantsColors(terminal),
  format = 'text',
}: LoggerOptions = {}): Logger {
  const sinks = new Set<LogSink>([terminalSink(terminal, level, format, colors)]);
  const repeats = new Repeats((entry) => {
    for (const sink of sinks) if (shows(sink.level, levelOfType(entry.type))) sink.write(entry);
  });
  const consola = createConsola({
    level: levelNumbers[level],
    throttle: 0, // consola would hold back the sixth equal line until a different one comes
    reporters: [{ log: ({ args: [, entry] }) => repeats.add(entry as LogEntry) }],
  });
  const adjust = (): void => {
    consola.level = Math.max(...[...sinks].map((sink) => levelNumbers[sink.level]));
  };
  const addSink = (sink: LogSink): (() => void) => {
    sinks.add(sink);
    adjust();
    return () => {
      repeats.flush();
      sinks.delete(sink);
      adjust();
    };
  };
  return wrap(consola, '', { level, format, addSink, flush: () => repeats.flush() });
}

function wrap(consola: ConsolaInstance, tag: string, shared: Pick<Logger, 'level' | 'format' | 'addSink' | 'flush'>): Logger {
  // Two arguments, because consola treats a single object with a `message` field as its own record.
  const say =
    (type: LogType) =>
    (...values: unknown[]): void =>
      consola[type]('', newEntry(type, tag, values));
  return {
    ...shared,
    error: say('error'),
    warn: say('warn'),
    info: say('info'),
    success: say('success'),
    debug: say('debug'),
    trace: say('trace'),
    withTag: (name) => wrap(consola, name, shared),
  };
}
