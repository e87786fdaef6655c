export { createLogger, describeError, type Logger, type LoggerOptions, type LogLevel, levelFromFlags, logLevels } from './logger.ts';
export { createProgress, formatBytes, formatSeconds, type Progress, type ProgressOptions } from './progress.ts';
export type { Terminal } from './terminal.ts';
