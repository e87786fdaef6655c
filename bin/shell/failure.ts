import { ArtistError, type ErrorCode, isArtistError, isDiskFull, redact, systemCode } from '../../lib/core/index.ts';
import { createLogger, describeError, type LogFormat, type Logger } from '../../lib/observe/index.ts';
import { printJson } from '../print/streams.ts';
import { beforeError } from '../texts/before-errors.ts';
import { catalogue, language, t } from '../texts/texts.ts';
import type { CommandEntry } from './command-entry.ts';
import { UsageFailure } from './everywhere.ts';
import { inFlags } from './in-flags.ts';
import { wording } from './usage.ts';

export const exitStatus = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** How a failure is shown. */
export interface FailureView {
  json: boolean;
  quiet: boolean;
  debug: boolean;
  logFormat: LogFormat;
  /** The logger to use; undefined: one on stderr. */
  log?: Logger;
  /** The command, "models pull"; empty if none was recognised. */
  command: string;
  names?: ReadonlyMap<string, string> | undefined;
  /** The command with the commands above it. */
  path?: readonly CommandEntry[];
  /** Names of the options that would have been right. */
  options?: readonly string[];
  /** What was typed. */
  argv?: readonly string[];
}

/** Next step for errors whose message, written for callers of the library, does not fit the command line. */
const nextSteps: Partial<Record<ErrorCode, string>> = {
  ERR_INTERNAL: t.shell.next.bug,
  ERR_NATIVE_CRASH: t.shell.next.crash,
  ERR_NO_BINARY: t.shell.next.noBinary,
  ERR_NO_DEVICE: t.shell.next.noDevice,
};

/** How to avoid the conflict with an existing file, from the options of the command. */
function nextStep(error: ArtistError, options: readonly string[]): string | undefined {
  if (error.code !== 'ERR_ALREADY_EXISTS') return nextSteps[error.code];
  const [out, force] = ['out', 'force'].map((option) => options.includes(option));
  // No option replaces a run folder that has files in it.
  if (/^(?:--run-folder|runFolder)\b/.test(error.message)) return t.shell.next.runFolder;
  if (!force || /--force|They stay/.test(error.message)) return undefined;
  return out ? t.shell.next.otherOut : t.shell.next.force;
}

/** Shows an error as text on stderr, with --json as a document on stdout as well, and returns the exit status. */
export async function reportFailure(thrown: unknown, view: FailureView): Promise<number> {
  const error = asArtistError(thrown, view);
  const status = statusOf(error);
  if (!(view.json && view.quiet)) showError(error, status, view);
  if (view.json) {
    const details = error.details.length > 0 ? { details: error.details.map(redact) } : {};
    await printJson({ error: { code: error.code, message: redact(error.message), ...details } });
  }
  return status;
}

/** A --set that is not valid in config.yaml. */
export function isWrongSetting(error: unknown): boolean {
  return isArtistError(error) && ['ERR_CONFIG', 'ERR_INVALID_ARGUMENT'].includes(error.code) && /^--set[ :]/.test(error.message);
}

function statusOf(error: ArtistError): number {
  if (error.code === 'ERR_ABORTED') return exitStatus.cancelled;
  return error.code === 'ERR_INVALID_ARGUMENT' || isWrongSetting(error) ? exitStatus.usage : exitStatus.failed;
}

function showError(error: ArtistError, status: number, view: FailureView): void {
  const { debug, logFormat: format, log = createLogger({ level: debug ? 'debug' : 'info', format }) } = view;
  if (status === exitStatus.cancelled) return log.info(`${t.shell.cancelled} (${error.code})`);
  const next =
    status === exitStatus.usage
      ? t.shell.next.help({ line: `ai-artist${view.command === '' ? '' : ` ${view.command}`}` })
      : nextStep(error, view.options ?? []);
  // Causes are for debugging; the message says what a user can do.
  const shown = debug ? error : new ArtistError(error.code, error.message, { details: error.details });
  if (format === 'json') log.error(error, ...(next === undefined ? [] : [next]));
  else {
    const before = isSaidInWords(error) ? undefined : beforeError(error.code, language);
    log.error([before, describeError(shown, { stack: debug }), next].filter((line) => line !== undefined).join('\n'));
  }
}

/** Wrong usage is said in the language of the terminal; the library speaks English. */
const isSaidInWords = ({ cause }: ArtistError): boolean => isUsageFailure(cause);

/** yargs throws some of its own errors past the fail handler. */
const isUsageFailure = (thrown: unknown): thrown is Error =>
  thrown instanceof UsageFailure || (thrown instanceof Error && thrown.name === 'YError');

function asArtistError(thrown: unknown, view: FailureView): ArtistError {
  const { path = [], options = [], argv = [] } = view;
  if (isUsageFailure(thrown))
    return new ArtistError(
      'ERR_INVALID_ARGUMENT',
      wording(thrown.message, { path, options, argv, words: (view.json ? catalogue.en : t).shell.usage }),
      { cause: thrown },
    );
  if (isArtistError(thrown)) {
    const message = inFlags(thrown.message, view.names ?? new Map(), view.command);
    return message === thrown.message ? thrown : new ArtistError(thrown.code, message, { cause: thrown, details: thrown.details });
  }
  if (thrown instanceof Error) {
    if (thrown.name === 'AbortError') return new ArtistError('ERR_ABORTED', 'cancelled', { cause: thrown });
    if (isDiskFull(thrown)) return new ArtistError('ERR_DISK_FULL', thrown.message, { cause: thrown });
    const system = systemCode(thrown);
    if (system === 'EMFILE' || system === 'ENFILE')
      return new ArtistError('ERR_READ', `too many files are open (${system}). Raise the limit: ulimit -n 1024`, { cause: thrown });
    if ('syscall' in thrown && thrown.syscall === 'uv_cwd')
      return new ArtistError('ERR_READ', 'the current folder is not there any more. Change to another one', { cause: thrown });
    return new ArtistError('ERR_INTERNAL', thrown.message, { cause: thrown });
  }
  return new ArtistError('ERR_INTERNAL', String(thrown));
}
