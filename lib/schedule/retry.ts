import { type ErrorCode, isArtistError, redact } from '../core/index.ts';

const longestBackoffMs = 3_600_000;

/** Errors that the same run would meet again: what was asked for is wrong, somebody cancelled it, or something must be put right by a person. */
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

/** Whether another try may end differently. */
export function isRetryable(error: unknown): boolean {
  return !(isArtistError(error) && lasting.has(error.code));
}

/** Milliseconds before try `attempt + 1`: the backoff, doubled after each try, at most an hour. */
export function retryDelay(backoffMs: number, attempt: number): number {
  return Math.min(Math.max(backoffMs, 0) * 2 ** Math.max(0, attempt - 1), Math.max(longestBackoffMs, backoffMs));
}

/** What is written down of an error, without secrets: its code, or `ERR_INTERNAL` for one that is not ours. */
export function describeFailure(error: unknown): { code: ErrorCode; message: string; retryable: boolean } {
  if (isArtistError(error)) return { code: error.code, message: redact(error.message), retryable: isRetryable(error) };
  return { code: 'ERR_INTERNAL', message: redact(error instanceof Error ? error.message : String(error)), retryable: true };
}
