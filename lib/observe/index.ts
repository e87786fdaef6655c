export { describeError } from './describe.ts';
export { type LogEntry, type LogLevel, type LogSink, type LogType, logLevels } from './entry.ts';
export { jsonLine } from './json-line.ts';
export { type LoggedLine, lastLogged } from './last-logged.ts';
export { LogFile, type LogFileOptions } from './log-file.ts';
export { createLogger, type LogFormat, type Logger, type LoggerOptions, levelFromFlags, logFormats, shows } from './logger.ts';
export { createProgress, formatBytes, formatSeconds, type Progress, type ProgressOptions } from './progress.ts';
export { drawBlock, type Terminal, writeLines } from './terminal.ts';
