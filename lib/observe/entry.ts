import { currentScope, type Scope } from '../core/index.ts';

/** Each level shows itself and those before it. */
export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogType = 'error' | 'warn' | 'info' | 'success' | 'debug' | 'trace';

/** Greater: said less often. */
export const levelNumbers: Readonly<Record<LogLevel, number>> = { silent: -1, error: 0, warn: 1, info: 3, debug: 4, trace: 5 };

export const levelOfType = (type: LogType): LogLevel => (type === 'success' ? 'info' : type);

/** One thing that was logged, before it is written down anywhere. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  time: number;
  type: LogType;
  /** Part of the program, such as `engine`. */
  tag: string;
  /** A sentence and any values. */
  values: readonly unknown[];
  scope: Scope;
  /** How often it came once more, in place of as many equal lines. */
  repeated?: number;
}

/** Where entries go. */
export interface LogSink {
  /** What is said less often than this does not go there. */
  readonly level: LogLevel;
  write(entry: LogEntry): void;
}

export function newEntry(type: LogType, tag: string, values: readonly unknown[], time = Date.now(), scope = currentScope()): LogEntry {
  return { time, type, tag, values, scope };
}
