import { type LoadedConfig, loadConfig } from '../../lib/config/index.ts';
import { createIds, homeFolder, withScope } from '../../lib/core/index.ts';
import type { LogFormat, Logger, LogLevel } from '../../lib/observe/index.ts';
import { type Flags, readFlags, text, toggle } from '../flags/flags.ts';
import { printBytes, printJson, printLines } from '../print/streams.ts';
import { t } from '../texts/texts.ts';
import { exitStatus, isWrongSetting, reportFailure } from './failure.ts';
import { watchInterrupts } from './interrupt.ts';
import { openCommandLog } from './log.ts';
import type { Arguments } from './parser.ts';

/** The result of a command. */
export interface Outcome {
  /** The document of --json; undefined: the command has printed it already. */
  json: unknown;
  /** Lines for stdout without --json: the result alone, so that `$(ai-artist …)` can use it. */
  text: readonly string[];
  /** Bytes for stdout in place of the lines: the picture of `--out -`. */
  bytes?: Uint8Array | undefined;
  /** Lines for people, on stderr: seconds, seeds, hints. */
  notes?: readonly string[];
  /** Default: 0. */
  status?: number;
  /** An error after the result was there, such as a disk that is full: shown on stderr behind it, and its status counts. */
  failure?: unknown;
}

/** What a command gets besides its own values. */
export interface Context {
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
  home: string;
  /**
   * Settings of config.yaml, the environment and --set.
   *
   * @throws ArtistError ERR_CONFIG, ERR_READ
   */
  config: () => Promise<LoadedConfig>;
  json: boolean;
  quiet: boolean;
  debug: boolean;
  /** For more than a line: values, errors, details for --debug and --trace. */
  log: Logger;
  /** Format of messages on stderr. */
  logFormat: LogFormat;
  /** From now on, also writes every message to files `<name>-….jsonl` of the home. */
  logToFiles: (name: string) => Promise<void>;
  /** Shows lines on stderr at once, unless --quiet. */
  note: (...lines: string[]) => void;
  /** The same, for warnings. */
  warn: (line: string) => void;
}

export interface RunPlace {
  /** Words of the command, for "See: ai-artist … --help". */
  command: string;
  names?: ReadonlyMap<string, string> | undefined;
  /** Its options. */
  flags: Flags;
  /** What was typed. */
  argv: readonly string[];
  /** What the first Ctrl-C says of a command that does not cancel its work then. */
  atInterrupt?: string | undefined;
}

/**
 * The one wrapper around every command: Ctrl-C, output, errors, exit status. With --json, exactly one document always goes to stdout;
 * text for people goes to stderr.
 */
export async function run(args: Arguments, place: RunPlace, work: (context: Context) => Promise<Outcome>): Promise<number> {
  const { home: given, json = false, quiet = false } = readFlags(args, everywhereFlags, place.argv);
  const home = useHome(given);
  const loading = loadConfig({ home, set: asTexts(args['set']) });
  return withScope({ requestId: createIds()(), command: place.command }, async () => {
    const { log, toFiles, last, release } = await openCommandLog(args, loading);
    const debug = log.level === 'debug' || log.level === 'trace';
    const view = {
      json,
      quiet: quiet || quietLevels.includes(log.level),
      debug,
      logFormat: log.format,
      ...place,
      options: Object.keys(place.flags),
    };
    const note = (...lines: string[]): void => log.info(lines.join('\n'));
    const interrupts = watchInterrupts(() => note(place.atInterrupt ?? t.shell.cancelling));
    try {
      if (args['set'] !== undefined) await loading.catch(refuseSetting);
      const context: Context = {
        ...view,
        signal: interrupts.signal,
        home,
        config: () => loading,
        log,
        logToFiles: toFiles,
        note,
        warn: (line) => log.warn(line),
      };
      const outcome = await work(context);
      if (interrupts.signal.aborted && place.atInterrupt === undefined && (outcome.status ?? exitStatus.done) === exitStatus.done)
        note(t.shell.finishedFirst);
      if (outcome.notes && outcome.notes.length > 0) note(...outcome.notes);
      if (view.json && outcome.json !== undefined) await printJson(outcome.json);
      else if (!view.json) await (outcome.bytes ? printBytes(outcome.bytes) : printLines(process.stdout, outcome.text));
      if (outcome.failure !== undefined) return await reportFailure(outcome.failure, { ...view, json: false, log: last() });
      return outcome.status ?? exitStatus.done;
    } catch (error) {
      return await reportFailure(error, { ...view, log: last() });
    } finally {
      interrupts.release();
      release();
    }
  });
}

/** A command without settings works even if the file is invalid, but not with an invalid --set. */
function refuseSetting(error: unknown): void {
  if (isWrongSetting(error)) throw error;
}

/** Read like the options of commands: a text once and not empty, a switch without a value. */
const everywhereFlags = { home: text(''), json: toggle(''), quiet: toggle(''), debug: toggle(''), trace: toggle('') } as const;

/** The home folder, also set in the environment for lib and the processes it starts. */
function useHome(given: string | undefined): string {
  const home = homeFolder(given);
  process.env['AI_ARTIST_HOME'] = home;
  return home;
}

const asTexts = (given: unknown): string[] => (given === undefined ? [] : Array.isArray(given) ? given.map(String) : [String(given)]);

/** Levels that hide notes. */
const quietLevels: readonly LogLevel[] = ['silent', 'error', 'warn'];
