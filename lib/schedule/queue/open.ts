import { answering } from '../../core/index.ts';
import { BullQueue } from './bull-queue.ts';
import { oldForm } from './bull-task.ts';
import { FileQueue } from './file-queue.ts';
import { ServedQueues, type ServeOptions } from './served-queues.ts';
import type { TaskHandler, TaskQueue, WorkerOptions } from './types.ts';

/** Where tasks are stored: the home folder, or a Redis. */
export type QueueOptions = { driver: 'file'; home: string } | { driver: 'bullmq'; url: string; name?: string | undefined };

/**
 * Opens a queue. `file`: one file of the home folder, no further programs. `bullmq`: Redis, for workers on many machines; needs the packages
 * bullmq and ioredis, which are installed separately.
 *
 * @throws ArtistError ERR_UNSUPPORTED, ERR_NETWORK, ERR_INVALID_ARGUMENT
 */
export const openQueue = answering('openQueue', async (options: QueueOptions): Promise<TaskQueue> => {
  if (options.driver === 'file') return new FileQueue(options.home);
  return BullQueue.open(options);
});

/**
 * The queue that earlier versions used in a Redis, for tasks begun under them.
 *
 * @throws ArtistError every error of openQueue()
 */
export async function openOldQueue(url: string): Promise<TaskQueue> {
  return BullQueue.open({ url, form: oldForm });
}

/**
 * Works on the tasks of every queue in a Redis, or of one.
 *
 * @throws ArtistError every error of openQueue() and TaskQueue.work()
 */
export async function serveQueues(serve: ServeOptions, handler: TaskHandler, options?: WorkerOptions): Promise<ServedQueues> {
  return ServedQueues.start(serve, handler, options);
}
