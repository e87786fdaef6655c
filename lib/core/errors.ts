/**
 * The one error class of the package and the catalogue of its codes. A code is never reused for another meaning.
 * Documented for users in docs/errors.md.
 */
export const errorCodes = {
  ERR_ABORTED: 'the caller cancelled (AbortSignal, Ctrl-C)',
  ERR_ALREADY_EXISTS: 'the output exists and may not be overwritten',
  ERR_BUSY: 'too much is asked of this process at once: try again later',
  ERR_CHANGED: 'the record was changed since the caller read it',
  ERR_CHECKSUM: 'a file does not match its hash',
  ERR_CLOSING: 'the server is shutting down and accepts no more requests',
  ERR_CONFIG: 'the configuration is invalid',
  ERR_CONVERT: 'the engine could not convert the model',
  ERR_DAMAGED: 'a record written by this package is damaged',
  ERR_DISK_FULL: 'the file system is full',
  ERR_DISPOSED: 'the object was used after dispose()',
  ERR_DOWNLOAD: 'a download failed',
  ERR_FORBIDDEN: 'the token of the request does not permit this, or the server refuses where it came from',
  ERR_GATED: 'the model requires accepting its licence, or a token',
  ERR_GENERATE: 'the engine could not paint the picture',
  ERR_IMAGE_DECODE: 'an input picture cannot be read',
  ERR_IMAGE_ENCODE: 'a picture cannot be encoded',
  ERR_INTERNAL: 'a bug in this package: please report it',
  ERR_INTERRUPTED: 'the process died during this work, or another worker took it over',
  ERR_INVALID_ARGUMENT: 'an argument is invalid or out of range',
  ERR_LICENCE: 'the licence of a file does not permit this use',
  ERR_LOCKED: 'another process holds the lock',
  ERR_LORA: 'a LoRA file does not fit or is malformed',
  ERR_MEDIA_TYPE: 'the body of a request has another content type than the route reads',
  ERR_METHOD: 'the path exists, but not with this HTTP method',
  ERR_MODEL_FORMAT: 'a model file is damaged, empty or of an unsupported kind',
  ERR_MODEL_LOAD: 'the engine could not load the model',
  ERR_MODEL_NOT_FOUND: 'no such model file, alias or bundled model',
  ERR_NATIVE_CRASH: 'the isolated engine process died',
  ERR_NETWORK: 'the network or the server cannot be reached',
  ERR_NEWER_VERSION: 'a file was written by a newer version of this package',
  ERR_NO_BINARY: 'no compiled addon could be loaded',
  ERR_NO_DEVICE: 'the requested device or backend is not available',
  ERR_NOT_FOUND: 'there is no record with that name, id or kind',
  ERR_OUT_OF_MEMORY: 'not enough memory',
  ERR_RATE_LIMIT: 'the caller sent too many requests: wait, then try again',
  ERR_READ: 'a file cannot be read',
  ERR_RESUME: 'a training run cannot be resumed from its checkpoint',
  ERR_TIMEOUT: 'a request was not received completely in time',
  ERR_TOO_LARGE: 'a request is larger than the server accepts',
  ERR_TRAIN_DATA: 'the training data cannot be used',
  ERR_TRAIN_DIVERGED: 'the loss or the gradient of a training run is not finite',
  ERR_UNAUTHENTICATED: 'the request has no valid token',
  ERR_UNSUPPORTED: 'this model or build cannot do that',
  ERR_UPSCALE: 'the engine could not enlarge the picture',
  ERR_WRITE: 'a file cannot be written',
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface ArtistErrorOptions {
  cause?: unknown;
  /** The engine's log lines about the failure, oldest first. */
  details?: readonly string[];
}

/** Marks errors of this package across its two builds: ESM and CJS each have their own class. */
const brand = Symbol.for('ai-artist.error');

/** Every error this package throws. `message` says what went wrong, with the value, and what to do next; `code` is stable. */
export class ArtistError extends Error {
  readonly code: ErrorCode;
  /** The engine's log lines about the failure, oldest first; empty if the engine was not involved. */
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, options: ArtistErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    // What other programs ask for when they tell a cancelled call from a failed one.
    if (code === 'ERR_ABORTED') Object.defineProperty(this, 'name', { value: 'AbortError', configurable: true, writable: true });
    this.details = Object.freeze([...(options.details ?? [])]);
  }

  /** The fields as a plain object, for `--json` output and logs. */
  toJSON(): { name: string; code: ErrorCode; message: string; details: readonly string[] } {
    return { name: this.name, code: this.code, message: this.message, details: this.details };
  }
}
Object.defineProperty(ArtistError.prototype, brand, { value: true });
Object.defineProperty(ArtistError.prototype, 'name', { value: 'ArtistError', enumerable: false, configurable: true, writable: true });

/** Whether `error` is an ArtistError of this package's ESM or CJS build, and has `code` if one is given. `instanceof` knows only its own build. */
export function isArtistError(error: unknown, code?: ErrorCode): error is ArtistError {
  try {
    return error instanceof Error && brand in error && (code === undefined || ('code' in error && error.code === code));
  } catch {
    return false; // a proxy that throws on `in`
  }
}

/** The `code` of a Node system error ("ENOENT"), or undefined. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
