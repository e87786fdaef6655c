/**
 * The one error class of the package and the catalogue of its codes. A code is never reused for another meaning.
 * Documented for users in docs/errors.md.
 */
export const errorCodes = {
  ERR_ABORTED: 'the caller cancelled (AbortSignal, Ctrl-C)',
  ERR_ALREADY_EXISTS: 'the output exists and may not be overwritten',
  ERR_CHECKSUM: 'a file is not what its hash says',
  ERR_CONFIG: 'the configuration is invalid',
  ERR_CONVERT: 'the engine could not convert the model',
  ERR_DAMAGED: 'a record of ours is damaged',
  ERR_DISK_FULL: 'the file system has no room',
  ERR_DISPOSED: 'the object was used after dispose()',
  ERR_DOWNLOAD: 'a download failed',
  ERR_GATED: 'the model needs a licence to be accepted or a token',
  ERR_GENERATE: 'the engine could not paint the picture',
  ERR_IMAGE_DECODE: 'an input picture cannot be read',
  ERR_IMAGE_ENCODE: 'a picture cannot be encoded',
  ERR_INTERNAL: 'a bug of ours: please report it',
  ERR_INTERRUPTED: 'the process died in the middle of this work, or lost it to another',
  ERR_INVALID_ARGUMENT: 'an argument is outside what is documented',
  ERR_LICENCE: 'the licence of a file does not permit this use',
  ERR_LOCKED: 'another process holds the lock',
  ERR_LORA: 'a LoRA file does not fit or is malformed',
  ERR_MODEL_FORMAT: 'a model file is damaged, empty or of a kind that is not supported here',
  ERR_MODEL_LOAD: 'the engine could not load the model',
  ERR_MODEL_NOT_FOUND: 'no such model file, alias or bundled model',
  ERR_NATIVE_CRASH: 'the isolated engine process died',
  ERR_NETWORK: 'the network or the server is out of reach',
  ERR_NEWER_VERSION: 'a file was written by a newer version of this package',
  ERR_NO_BINARY: 'no compiled addon could be loaded',
  ERR_NO_DEVICE: 'the requested device or backend is absent',
  ERR_NOT_FOUND: 'nothing of that name, id or kind is recorded',
  ERR_OUT_OF_MEMORY: 'not enough memory',
  ERR_READ: 'a file cannot be read',
  ERR_RESUME: 'a training run cannot go on from its checkpoint',
  ERR_TRAIN_DATA: 'the training data cannot be used',
  ERR_TRAIN_DIVERGED: 'training: the loss or the gradient is not finite',
  ERR_UNSUPPORTED: 'this model or build cannot do that',
  ERR_UPSCALE: 'the engine could not enlarge the picture',
  ERR_WRITE: 'a file cannot be written',
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface ArtistErrorOptions {
  cause?: unknown;
  /** Lines of the engine's own log that belong to the failure, oldest first. */
  details?: readonly string[];
}

/** Marks errors of this package across its copies: the ESM and the CJS build each have their own class. */
const brand = Symbol.for('ai-artist.error');

/** Every error this package throws. `message` says what went wrong, with the value, and what to do next; `code` is stable. */
export class ArtistError extends Error {
  readonly code: ErrorCode;
  /** The engine's own lines about the failure, oldest first; empty if the engine was not involved. */
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, options: ArtistErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = Object.freeze([...(options.details ?? [])]);
  }

  /** Plain fields, for `--json` output and logs. */
  toJSON(): { name: string; code: ErrorCode; message: string; details: readonly string[] } {
    return { name: this.name, code: this.code, message: this.message, details: this.details };
  }
}
Object.defineProperty(ArtistError.prototype, brand, { value: true });
Object.defineProperty(ArtistError.prototype, 'name', { value: 'ArtistError', enumerable: false, configurable: true, writable: true });

/** Whether `error` is one of this package's, from its ESM or its CJS build (where `instanceof` only knows its own), and has `code`. */
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
