import { ArtistError, type ErrorCode, redact } from '../../core/index.ts';

/** How a call to a network failed. */
export interface Failure {
  code: ErrorCode;
  message: string;
  /** Whether the same call can succeed later. */
  retryable: boolean;
  /** Whether the network may have acted on the call although no proper answer came. */
  unsure: boolean;
  /** How long the network asks to wait, milliseconds. */
  waitMs?: number;
}

/** A failed call to a network. Inside lib/publish only: answeredByNetwork() makes an ArtistError of it, the outbox a record. */
export class NetworkFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    const message = redact(failure.message);
    super(message);
    this.failure = { ...failure, message };
  }
}

/** Runs `work`; a failure of the network becomes an ArtistError with its code. */
export async function answeredByNetwork<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NetworkFailure) throw new ArtistError(error.failure.code, error.message);
    throw error;
  }
}
