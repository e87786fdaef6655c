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
  /** Default info. NODE_ENV and CONSOLA_LEVEL have no say. */
  level?: LogLevel;
  /** Default process.stderr: stdout belongs to data. */
  terminal?: Terminal;
  /** Default: as the terminal wants. */
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
  /** The same logger with a name before its lines. */
  withTag(tag: string): Logger;
  /** Sends everything to a further place as well, at that place's own level. The returned function ends it. */
  addSink(sink: LogSink): () => void;
  /** Shows the count of repeated lines that is held back. */
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

/** The level that the flags `--quiet`, `--debug` and `--trace` ask for; the one that says most wins. */
export function levelFromFlags(flags: { quiet?: boolean | undefined; debug?: boolean | undefined; trace?: boolean | undefined }): LogLevel {
  if (flags.trace) return 'trace';
  if (flags.debug) return 'debug';
  return flags.quiet ? 'error' : 'info';
}

/** Whether `level` also shows what is said at `other`. */
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

/** Lines for people, or JSON, on a terminal. */
function terminalSink(terminal: Terminal, level: LogLevel, format: LogFormat, colors: boolean): LogSink {
  const stack = shows(level, 'debug');
  return { level, write: (entry) => writeLines(terminal, format === 'json' ? jsonLine(entry) : textLine(entry, colors, stack)) };
}

/**
 * Messages on stderr, and in files where sinks are added. Of equal lines that follow each other the first is shown, and for the rest one line
 * with their count. Secrets are taken out everywhere.
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
    throttle: 0, // consola would hold back the sixth equal line until another comes, for ever if none does
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
  // Two arguments: a single plain object with a `message` field would be taken for a record of consola's own.
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
