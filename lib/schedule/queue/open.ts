import type { TaskQueue } from './types.ts';

/** Where the tasks are kept: the home folder, or a Redis. */
export type QueueOptions = { driver: 'file'; home: string } | { driver: 'bullmq'; url: string; name?: string };

/**
 * Opens a queue. `file`: one file of the home folder, no further programs. `bullmq`: Redis, for workers on many machines; needs the packages
 * bullmq and ioredis, which are installed separately.
 *
 * @throws ArtistError ERR_UNSUPPORTED, ERR_NETWORK, ERR_INVALID_ARGUMENT
 */
export async function openQueue(options: QueueOptions): Promise<TaskQueue> {
  if (options.driver === 'file') {
    const { FileQueue } = await import('./file-queue.ts');
    return new FileQueue(options.home);
  }
  const { BullQueue } = await import('./bull-queue.ts');
  return BullQueue.open(options);
}
