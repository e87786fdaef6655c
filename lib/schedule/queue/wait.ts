import { isDeepStrictEqual } from 'node:util';
import { ArtistError, isArtistError } from '../../core/index.ts';
import { endedStates, type Json, type QueuedTask, type TaskQueue } from './types.ts';

const pollMs = 250;

export function noSuchTask(id: string): ArtistError {
  return new ArtistError('ERR_NOT_FOUND', `queue: expected the id of a task, got ${JSON.stringify(id)}, which is not there, or no longer`);
}

export function cannotRetry({ id, state }: QueuedTask): ArtistError {
  return new ArtistError('ERR_INVALID_ARGUMENT', `queue: expected a failed or cancelled task to try again, got ${id}, which is ${state}`);
}

export function cannotMove({ id, state }: QueuedTask): ArtistError {
  return new ArtistError('ERR_INVALID_ARGUMENT', `queue: expected a waiting task to move, got ${id}, which is ${state}`);
}

/** @throws ArtistError ERR_ALREADY_EXISTS */
export function checkSamePayload({ id, payload }: QueuedTask, given: Json): void {
  // Compares as JSON: without undefined, keys in any order.
  if (isDeepStrictEqual(payload, JSON.parse(JSON.stringify(given)))) return;
  throw new ArtistError(
    'ERR_ALREADY_EXISTS',
    `queue: expected a new id, or the payload that ${JSON.stringify(id)} was added with, got another payload. Is another home or program using this queue?`,
  );
}

export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Polls until the task has ended. Unlike events, polling misses nothing while the connection is down. */
export async function waitForEnd(queue: Pick<TaskQueue, 'get'>, id: string, signal: AbortSignal | undefined): Promise<QueuedTask> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      const task = await queue.get(id);
      if (!task) throw noSuchTask(id);
      if (endedStates.includes(task.state)) return task;
    } catch (error) {
      if (!isArtistError(error, 'ERR_NETWORK') && !isArtistError(error, 'ERR_LOCKED')) throw error;
    }
    await sleep(pollMs, signal);
  }
}
