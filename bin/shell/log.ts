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
  /** From now on everything is also written into files `<name>-….jsonl`, unless log.files says no. Throws what loadConfig() throws. */
  toFiles: (name: string) => Promise<void>;
  /** Says a last thing, whatever is quiet, on stderr and in the files. */
  last: () => Logger;
  release: () => void;
}

/** Its warnings and errors also reach the one who asked, as events and as details of an error: here they are for those who look into it. */
function hearEngine(log: Logger, level: LogLevel): () => void {
  if (!shows(level, 'debug')) return () => undefined;
  const engine = log.withTag('engine');
  return onEngineLine(shows(level, 'trace') ? 'debug' : 'info', ({ level: said, text }) => {
    engine[said === 'debug' ? 'trace' : 'debug'](said === 'warn' || said === 'error' ? `${said}: ${text}` : text);
  });
}

const formatFlag = { 'log-format': choice('', logFormats) } as const;

/** A service's output is read by programs; a person at a terminal reads text also where NODE_ENV is set. */
function formatOf(flag: LogFormat | undefined, setting: 'auto' | LogFormat = 'auto'): LogFormat {
  if (flag !== undefined) return flag;
  if (setting !== 'auto') return setting;
  return process.env['NODE_ENV'] === 'production' && process.stderr.isTTY !== true ? 'json' : 'text';
}

/** Warnings of Node and the error that ends the process belong into the log of a service, too. Returns what ends it. */
function hearProcess(log: Logger): () => void {
  const onWarning = (warning: Error): void => log.warn(warning);
  const onEnd = (error: Error, origin: string): void => {
    log.error(`the process ends: ${origin}`, error);
    log.flush();
  };
  const printers = process.listeners('warning');
  // Node prints warnings as text, which is no JSON line, and which the log repeats.
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

/** Flags win over the settings. Commands that need none work beside a configuration with an error in it. */
export async function openCommandLog(args: Arguments, loading: Promise<LoadedConfig>): Promise<CommandLog> {
  const settings = await loading.then(
    ({ config }) => config.log,
    () => undefined, // whoever asks for the settings is told
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
        // Not into the file, of course; the terminal is told in its turn.
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
