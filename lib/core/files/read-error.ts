import { ArtistError, systemCode } from '../errors.ts';

/** The error of a failed read: ERR_READ with "expected `what` that can be read, got `cause`". */
export function readError(path: string, what: string, cause: unknown): ArtistError {
  const got = systemCode(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  return new ArtistError('ERR_READ', `${path}: expected ${what} that can be read, got ${got}`, { cause });
}
