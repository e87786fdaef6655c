import { ArtistError, isArtistError, systemCode } from './errors.ts';
import { display } from './options.ts';

/** The text of an error; empty if reading it throws. */
function said(error: unknown): string {
  try {
    return error instanceof Error ? error.message : display(error);
  } catch {
    return 'an error that cannot be read';
  }
}

/** The caller cancelled: the reason of its AbortSignal must reach it unchanged. */
function isAbort(error: unknown, args: readonly unknown[]): boolean {
  if (error instanceof DOMException && (error.name === 'AbortError' || error.name === 'TimeoutError')) return true;
  return args.some((arg) => {
    try {
      const { signal } = arg as { signal?: AbortSignal };
      return signal?.aborted === true && signal.reason === error;
    } catch {
      return false; // no options object, or one that throws when read
    }
  });
}

/**
 * Turns any error into an ArtistError. Errors of the package stay; others come from bad arguments or from the system. Reasons of an
 * AbortSignal among the arguments pass unchanged.
 */
export function asArtistError(name: string, args: readonly unknown[], error: unknown): unknown {
  if (isArtistError(error) || isAbort(error, args)) return error;
  const system = systemCode(error);
  if (system === 'EMFILE' || system === 'ENFILE')
    return new ArtistError(
      'ERR_READ',
      `${name}: expected to open a file, got ${system}: too many are open. Close some, or raise the limit (ulimit -n)`,
      {
        cause: error,
      },
    );
  if (system !== undefined && /^E(?!RR_)[A-Z0-9]+$/.test(system))
    return new ArtistError('ERR_READ', `${name}: expected files that can be read, got ${said(error)}`, { cause: error });
  const given = args.length === 0 ? 'nothing' : args.map(display).join(', ');
  return new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `${name}: expected the arguments that its documentation names, got ${given} (${said(error)})`,
    {
      cause: error,
    },
  );
}

/**
 * Wraps a public function so that every error is an ArtistError, with any arguments. For functions without an options object; others use
 * resolveOptions(), which names the option. Reasons of an AbortSignal pass unchanged.
 */
export function answering<F extends (...args: never[]) => unknown>(name: string, call: F): F {
  const answer = (...args: never[]): unknown => {
    try {
      const result = call(...args);
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        throw asArtistError(name, args, error);
      });
    } catch (error) {
      throw asArtistError(name, args, error);
    }
  };
  return Object.defineProperties(answer, { name: { value: name }, length: { value: call.length } }) as F;
}
