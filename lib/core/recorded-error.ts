/** Errors in records and logs: one line out of an error, and an error out of a record. */
import { ArtistError, type ErrorCode, errorCodes, isArtistError } from './errors.ts';

/** `ERR_GENERATE: blank`: an error in one line of a log. */
export function errorLine(error: unknown): string {
  if (isArtistError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

/** The error that a record keeps. A code that this version does not know becomes ERR_INTERNAL. */
export function recordedError(code: string | null, message: string | null): ArtistError {
  const known = Object.keys(errorCodes).find((one) => one === code) as ErrorCode | undefined;
  return new ArtistError(known ?? 'ERR_INTERNAL', message ?? 'it failed without a message');
}
