import { type ArtistError, type ErrorCode, isArtistError } from '../../core/index.ts';

const statuses: Readonly<Record<ErrorCode, number>> = {
  ERR_ABORTED: 409,
  ERR_ALREADY_EXISTS: 409,
  ERR_BUSY: 503,
  ERR_CHANGED: 412,
  ERR_CHECKSUM: 500,
  ERR_CLOSING: 503,
  ERR_CONFIG: 400,
  ERR_CONVERT: 500,
  ERR_DAMAGED: 500,
  ERR_DISK_FULL: 507,
  ERR_DISPOSED: 503,
  ERR_DOWNLOAD: 503,
  ERR_FORBIDDEN: 403,
  ERR_GATED: 403,
  ERR_GENERATE: 500,
  ERR_IMAGE_DECODE: 400,
  ERR_IMAGE_ENCODE: 500,
  ERR_INTERNAL: 500,
  ERR_INTERRUPTED: 503,
  ERR_INVALID_ARGUMENT: 400,
  ERR_LICENCE: 403,
  ERR_LOCKED: 503,
  ERR_LORA: 400,
  ERR_MEDIA_TYPE: 415,
  ERR_METHOD: 405,
  ERR_MODEL_FORMAT: 500,
  ERR_MODEL_LOAD: 500,
  ERR_MODEL_NOT_FOUND: 404,
  ERR_NATIVE_CRASH: 500,
  ERR_NETWORK: 503,
  ERR_NEWER_VERSION: 500,
  ERR_NO_BINARY: 500,
  ERR_NO_DEVICE: 500,
  ERR_NOT_FOUND: 404,
  ERR_OUT_OF_MEMORY: 503,
  ERR_RATE_LIMIT: 429,
  ERR_READ: 500,
  ERR_RESUME: 409,
  ERR_TIMEOUT: 408,
  ERR_TOO_LARGE: 413,
  ERR_TRAIN_DATA: 400,
  ERR_TRAIN_DIVERGED: 500,
  ERR_UNAUTHENTICATED: 401,
  ERR_UNSUPPORTED: 400,
  ERR_UPSCALE: 500,
  ERR_WRITE: 500,
};

const callersFault = new WeakMap<object, number>();

/**
 * From now on this is an error of the request.
 *
 * @param status 400: the request itself named the file that it is about; 409: it conflicts with what the server does for hours
 */
export function blameCaller(error: ArtistError, status: 400 | 409 = 400): void {
  callersFault.set(error, status);
}

/** HTTP status of an error; 500 for one that is not of this package. */
export function statusOf(error: unknown): number {
  if (!isArtistError(error)) return 500;
  return callersFault.get(error) ?? statuses[error.code];
}
