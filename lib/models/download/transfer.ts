import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArtistError } from '../../core/index.ts';
import { abortable, classify, type Reply, Transient } from './http.ts';
import type { ModelSource } from './source.ts';

export interface RetryOptions {
  /** Consecutive failures, without a byte between them, before giving up. */
  readonly attempts: number;
  /** First pause between attempts, milliseconds; doubles up to 30 s. */
  readonly retryMs: number;
  readonly signal: AbortSignal;
  /** Called before each pause with the number of the next attempt, the pause, and the reason. */
  readonly onRetry?: ((attempt: number, waitMs: number, reason: string) => void) | undefined;
}

/** Errors that waiting does not fix: unknown host names, no route. */
const isOffline = (error: Transient): boolean => error.code !== undefined && ['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH'].includes(error.code);

/** Passes every chunk of a body to `write`, one after the other. */
export async function copy(
  reply: Reply,
  source: ModelSource,
  signal: AbortSignal,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const reader = reply.response.body?.getReader();
  if (!reader) return;
  for (;;) {
    let next: { done: boolean; value?: Uint8Array | undefined };
    try {
      reply.alive();
      next = await abortable(reader.read(), reply.signal);
    } catch (error) {
      throw classify(error, source.url, signal, reply.signal);
    }
    if (signal.aborted) throw signal.reason;
    if (next.done || !next.value) return;
    await write(next.value);
  }
}

export async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}

/**
 * Repeats `work` while it fails transiently; progress between two failures resets the count. With `firstContact` a missing network is an
 * error at once; during a download the network may come back.
 */
export async function retrying<T>(
  options: RetryOptions,
  work: () => Promise<T>,
  { progress = () => 0, firstContact = false }: { progress?: () => number; firstContact?: boolean } = {},
): Promise<T> {
  let before = progress();
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      if (firstContact && isOffline(error))
        throw new ArtistError(
          'ERR_NETWORK',
          `${error.message}. Check the address and the network; behind a proxy, set HTTPS_PROXY (docs/models.md)`,
          { cause: error },
        );
      if (progress() > before) failures = 1;
      before = progress();
      if (failures >= options.attempts)
        throw new ArtistError(
          error.reached ? 'ERR_DOWNLOAD' : 'ERR_NETWORK',
          `${error.message}; gave up after ${failures} attempts. What is there is kept: run the same command again to go on`,
          { cause: error },
        );
      const pause = error.retryAfterMs ?? Math.min(options.retryMs * 2 ** (failures - 1), 30_000);
      options.onRetry?.(failures + 1, pause, error.message);
      await sleep(pause, undefined, { signal: options.signal }).catch(() => Promise.reject(options.signal.reason));
    }
  }
}
