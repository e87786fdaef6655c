import { type ErrorCode, isArtistError, redact } from '../core/index.ts';

const longestBackoffMs = 3_600_000;

/** Errors that would happen again: the options are wrong, the run was cancelled, or a person must fix something. */
const lasting: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_ABORTED',
  'ERR_ALREADY_EXISTS',
  'ERR_CHECKSUM',
  'ERR_CONFIG',
  'ERR_GATED',
  'ERR_INVALID_ARGUMENT',
  'ERR_LICENCE',
  'ERR_LORA',
  'ERR_MODEL_FORMAT',
  'ERR_MODEL_NOT_FOUND',
  'ERR_NO_BINARY',
  'ERR_NO_DEVICE',
  'ERR_UNSUPPORTED',
]);

/** Whether another try may succeed. */
export function isRetryable(error: unknown): boolean {
  return !(isArtistError(error) && lasting.has(error.code));
}

/** Milliseconds before try `attempt + 1`: the backoff, doubled after each try, at most an hour. */
export function retryDelay(backoffMs: number, attempt: number): number {
  return Math.min(Math.max(backoffMs, 0) * 2 ** Math.max(0, attempt - 1), Math.max(longestBackoffMs, backoffMs));
}

/** The code and message of an error for the record, without secrets. The code is `ERR_INTERNAL` for errors that are not an ArtistError. */
export function describeFailure(error: unknown): { code: ErrorCode; message: string; retryable: boolean } {
  if (isArtistError(error)) return { code: error.code, message: redact(error.message), retryable: isRetryable(error) };
  return { code: 'ERR_INTERNAL', message: redact(error instanceof Error ? error.message : String(error)), retryable: true };
}
