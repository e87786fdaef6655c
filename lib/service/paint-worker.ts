/** A worker that paints what schedules and servers put into a queue. */
import { type Artist, type LookUp, paintTasks } from '../artist/index.ts';
import { homeOf, isFolder } from '../core/index.ts';
import {
  homeId,
  isRedis,
  openQueueAt,
  type QueueWorker,
  ScheduleStore,
  serveQueues,
  type TaskHandler,
  type WorkerOptions,
} from '../schedule/index.ts';

interface Source {
  work: (handler: TaskHandler, options: WorkerOptions) => Promise<QueueWorker>;
  lookUp: LookUp;
  warnings: () => Promise<string[]>;
  close: () => Promise<void>;
  /** For display: which queues these are, such as `, for this home alone`. */
  about: string;
}

/** Chooses what to serve: the file queue, the named queue in Redis, the home's own or, if neither schedule nor server put anything there, every queue in Redis. */
async function sourceOf(address: string, given: string | undefined, home: string): Promise<Source> {
  if (!isRedis(address)) {
    const queue = await openQueueAt(address, home, undefined);
    const lookUp: LookUp = async (id) => ((await queue.get(id)) ? { settled: await queue.settled(id) } : undefined);
    return {
      work: (handler, options) => queue.work(handler, options),
      lookUp,
      warnings: () => queue.warnings(),
      close: () => queue.close(),
      about: '',
    };
  }
  const hasJobs = given === undefined && ((await new ScheduleStore(home).list()).length > 0 || (await isFolder(homeOf(home).jobs)));
  const name = hasJobs ? await homeId(home) : given;
  let served: Awaited<ReturnType<typeof serveQueues>> | undefined;
  return {
    work: async (handler, options) => {
      served = await serveQueues({ url: address, name, old: given === undefined }, handler, options);
      return served;
    },
    lookUp: async (id) => served?.lookUp(id),
    warnings: async () => (await served?.warnings()) ?? [],
    close: async () => served?.stop(),
    about: hasJobs ? ', for this home alone' : given === undefined ? ', for every home there' : `, queue ${given}`,
  };
}

export interface PaintWorkerOptions extends WorkerOptions {
  artist: Artist;
  /** Address of the queue: `file` or redis://host:port. */
  queue: string;
  /** Name of the queue in Redis. Default: that of this home or, if the home has no jobs, every queue there. */
  queueName?: string | undefined;
}

export interface PaintWorker {
  readonly name: string;
  /** For display: which queues it serves, such as `, for this home alone`; may be empty. */
  readonly about: string;
  /** Warnings about an unsafe configuration of the queue. */
  readonly warnings: readonly string[];
  /** Waits up to this many milliseconds for the work in progress, then returns it to the queue. A further call may shorten that time. */
  stop(withinMs?: number): Promise<void>;
}

/**
 * Opens the queue and paints its works with `artist` until stop(). The artist is not disposed.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid, ERR_UNSUPPORTED or ERR_NETWORK when the queue cannot be used
 */
export async function startPaintWorker({ artist, queue, queueName, ...options }: PaintWorkerOptions): Promise<PaintWorker> {
  const source = await sourceOf(queue, queueName, artist.home);
  try {
    const worker = await source.work(paintTasks(artist, source.lookUp), options);
    let closed: Promise<void> | undefined;
    return {
      name: worker.name,
      about: source.about,
      warnings: await source.warnings(),
      stop: async (withinMs) => {
        await worker.stop(withinMs);
        closed ??= source.close();
        await closed;
      },
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}
