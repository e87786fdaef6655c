import { configPath, type LoadedConfig } from '../../lib/config/index.ts';
import { onEngineLine } from '../../lib/core/index.ts';
import {
  createLogger,
  describeError,
  LogFile,
  type LogFormat,
  type Logger,
  type LogLevel,
  levelFromFlags,
  logFormats,
  shows,
} from '../../lib/observe/index.ts';
import { choice, readFlags } from '../flags/flags.ts';
import type { Arguments } from './parser.ts';

/** Messages of one command. */
export interface CommandLog {
  log: Logger;
  /** From now on, also writes all messages to files `<name>-….jsonl`, unless log.files is false. @throws every error of loadConfig() */
  toFiles: (name: string) => Promise<void>;
  /** Logs a final message on stderr and in the files, even with --quiet. */
  last: () => Logger;
  release: () => void;
}

/** Engine lines, for debugging only: callers also get the engine's warnings and errors as events and error details. */
function hearEngine(log: Logger, level: LogLevel): () => void {
  if (!shows(level, 'debug')) return () => undefined;
  const engine = log.withTag('engine');
  return onEngineLine(shows(level, 'trace') ? 'debug' : 'info', ({ level: said, text }) => {
    engine[said === 'debug' ? 'trace' : 'debug'](said === 'warn' || said === 'error' ? `${said}: ${text}` : text);
  });
}

const formatFlag = { 'log-format': choice('', logFormats) } as const;

/** Programs read the output of a service. A person at a terminal gets text even if NODE_ENV is set. */
function formatOf(flag: LogFormat | undefined, setting: 'auto' | LogFormat = 'auto'): LogFormat {
  if (flag !== undefined) return flag;
  if (setting !== 'auto') return setting;
  return process.env['NODE_ENV'] === 'production' && process.stderr.isTTY !== true ? 'json' : 'text';
}

/** Also logs warnings of Node and the error that ends the process. Returns a function that stops this. */
function hearProcess(log: Logger): () => void {
  const onWarning = (warning: Error): void => log.warn(warning);
  const onEnd = (error: Error, origin: string): void => {
    log.error(`the process ends: ${origin}`, error);
    log.flush();
  };
  const printers = process.listeners('warning');
  // Node prints warnings as text, which is not JSON and would repeat the log.
  process.removeAllListeners('warning');
  process.on('warning', onWarning);
  process.on('uncaughtExceptionMonitor', onEnd);
  return () => {
    process.off('warning', onWarning);
    process.off('uncaughtExceptionMonitor', onEnd);
    for (const printer of printers) process.on('warning', printer);
  };
}

const louder = (a: LogLevel, b: LogLevel): LogLevel => (shows(a, b) ? a : b);

/** Flags override the settings. Commands without settings work even if the configuration has an error. */
export async function openCommandLog(args: Arguments, loading: Promise<LoadedConfig>): Promise<CommandLog> {
  const settings = await loading.then(
    ({ config }) => config.log,
    () => undefined, // context.config() reports the error
  );
  const flags = { quiet: args['quiet'] === true, debug: args['debug'] === true, trace: args['trace'] === true };
  const level = flags.quiet || flags.debug || flags.trace ? levelFromFlags(flags) : (settings?.level ?? 'info');
  const format = formatOf(readFlags(args, formatFlag, [])['log-format'], settings?.format);
  const log = createLogger({ level, format });
  const files: LogFile[] = [];
  const endings: (() => void)[] = [];
  let deafen = hearEngine(log, level);
  return {
    log,
    toFiles: async (name) => {
      const { config, home } = await loading;
      const { files: wanted, fileLevel, folder, maxMegabytes, keepDays, keepFiles } = config.log;
      if (!wanted) return;
      const file = new LogFile({
        folder: configPath(folder, home),
        name,
        level: flags.debug || flags.trace ? louder(fileLevel, level) : fileLevel,
        maxBytes: Math.round(maxMegabytes * 1e6),
        keepDays,
        keepFiles,
        // This message itself cannot go to the file, only to the terminal.
        onTrouble: (error) =>
          queueMicrotask(() =>
            error
              ? log.warn(`no log file can be written for the moment: ${describeError(error)}`)
              : log.info('the log file is written again'),
          ),
      });
      files.push(file);
      log.addSink(file);
      endings.push(hearProcess(log));
      deafen();
      deafen = hearEngine(log, louder(level, file.level));
    },
    last: () => {
      log.flush();
      const final = createLogger({ level: shows(level, 'debug') ? level : 'info', format });
      for (const file of files) final.addSink(file);
      return final;
    },
    release: () => {
      log.flush();
      deafen();
      for (const end of endings) end();
      for (const file of files) file.close();
    },
  };
}
