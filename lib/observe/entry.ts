import { currentScope, type Scope } from '../core/index.ts';

/** Each level includes those before it. */
export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogType = 'error' | 'warn' | 'info' | 'success' | 'debug' | 'trace';

/** A greater rank is less important. */
export const levelNumbers: Readonly<Record<LogLevel, number>> = { silent: -1, error: 0, warn: 1, info: 3, debug: 4, trace: 5 };

export const levelOfType = (type: LogType): LogLevel => (type === 'success' ? 'info' : type);

/** One log entry, before it is written anywhere. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  time: number;
  type: LogType;
  /** Part of the program, such as `engine`. */
  tag: string;
  /** A message and any values. */
  values: readonly unknown[];
  scope: Scope;
  /** How many further equal entries this one replaces. */
  repeated?: number;
}

/** Where entries go. */
export interface LogSink {
  /** Less important entries are not written there. */
  readonly level: LogLevel;
  write(entry: LogEntry): void;
}

export function newEntry(type: LogType, tag: string, values: readonly unknown[], time = Date.now(), scope = currentScope()): LogEntry {
  return { time, type, tag, values, scope };
}
