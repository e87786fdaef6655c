import { homedir } from 'node:os';
import path from 'node:path';
import { createLogger, levelFromFlags } from '../lib/observe/index.ts';
import { exitStatus, reportFailure } from './failure.ts';
import { watchInterrupts } from './interrupt.ts';
import type { Arguments } from './parser.ts';
import { printJson, printLines } from './streams.ts';

/** What a command gives back. */
export interface Outcome {
  /** The document of --json. */
  json: unknown;
  /** Lines for stdout without --json: the result alone, so that `$(ai-artist …)` can use it. */
  text: readonly string[];
  /** Lines for people, on stderr: seconds, seeds, hints. */
  notes?: readonly string[];
  /** Default: 0. */
  status?: number;
}

/** What a command is given besides its own values. */
export interface Context {
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
  home: string;
  json: boolean;
  quiet: boolean;
  debug: boolean;
  /** Shows lines on stderr at once, unless --quiet. */
  note: (...lines: string[]) => void;
  /** The same for what may surprise. */
  warn: (line: string) => void;
}

export interface RunPlace {
  /** Words of the command, for "See: ai-artist … --help". */
  command: string;
  names?: ReadonlyMap<string, string> | undefined;
}

/**
 * The one wrapper around every command: Ctrl-C, output, errors, exit status. With --json, exactly one document goes to stdout whatever
 * happens; everything for people goes to stderr.
 */
export async function run(args: Arguments, place: RunPlace, work: (context: Context) => Promise<Outcome>): Promise<number> {
  const view = { json: args['json'] === true, quiet: args['quiet'] === true, debug: args['debug'] === true, ...place };
  const log = createLogger({ level: levelFromFlags(view) });
  const note = (...lines: string[]): void => log.info(lines.join('\n'));
  const interrupts = watchInterrupts(() => note('cancelling… (Ctrl-C again ends it at once)'));
  try {
    const outcome = await work({ ...view, signal: interrupts.signal, home: useHome(args['home']), note, warn: (line) => log.warn(line) });
    if (outcome.notes && outcome.notes.length > 0) note(...outcome.notes);
    if (view.json) await printJson(outcome.json);
    else await printLines(process.stdout, outcome.text);
    return outcome.status ?? exitStatus.done;
  } catch (error) {
    return await reportFailure(error, view);
  } finally {
    interrupts.release();
  }
}

/** The home folder, also for what reads the environment: lib, and the processes it starts. */
function useHome(flag: unknown): string {
  const chosen = typeof flag === 'string' && flag !== '' ? flag : process.env['AI_ARTIST_HOME'];
  const home = path.resolve(chosen ?? path.join(homedir(), '.ai-artist'));
  process.env['AI_ARTIST_HOME'] = home;
  return home;
}
