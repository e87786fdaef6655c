import type { Queue as BullClient } from 'bullmq';
import type { Redis } from 'ioredis';
import { ArtistError, createIds, display, isArtistError, resolveOptions } from '../../core/index.ts';
import {
  type BullTask,
  bullId,
  type KeyForm,
  type Modules,
  oldForm,
  ownForm,
  publicTask,
  type Stored,
  stateOf,
  turnPriority,
  typesOf,
} from './bull-task.ts';
import { BullWorker } from './bull-worker.ts';
import { persistenceWarnings } from './persistence.ts';
import {
  endedStates,
  type Json,
  mostEnded,
  type QueuedTask,
  type QueueWorker,
  type TaskHandler,
  type TaskOptions,
  type TaskQueue,
  type TaskState,
  taskOptions,
  taskStates,
  type WorkerOptions,
  workerOptions,
} from './types.ts';
import { cannotMove, cannotRetry, checkSamePayload, noSuchTask, waitForEnd } from './wait.ts';

export interface BullQueueOptions {
  /** `redis://[user:password@]host:port[/database]`, or `rediss://` */
  url: string;
  /** Several queues may share a Redis: letters, digits, `.`, `_`, `-`. Default `ai-artist`. */
  name?: string | undefined;
  /** Default: today's. */
  form?: KeyForm;
}

const settledPrefix = 'ai-artist-settled';
/** How long a settlement is kept, seconds. Must exceed the longest wait between tries. */
const settledSeconds = 30 * 86_400;
/** Names of all queues, for workers that serve every one. */
const namesKey = 'ai-artist-queues';
/** How many recent settlements a process remembers, to store them again if Redis loses its data. */
const mostRemembered = 1000;

const answerWithinMs = 10_000;
const connectWithinMs = 5_000;
const jobName = 'task';

async function loadModules(): Promise<Modules> {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, RedisClient: ioredis.Redis };
  } catch (error) {
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      'queue: expected the packages bullmq and ioredis for a queue on Redis, got none. Install them beside this one: npm install bullmq ioredis',
      { cause: error },
    );
  }
}

/** The address without user and password. */
function shownUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'redis';
  }
}

/** Tasks in Redis, through BullMQ, for workers on many machines. */
export class BullQueue implements TaskQueue {
  readonly driver = 'bullmq';
  readonly #modules: Modules;
  readonly #url: string;
  readonly #name: string;
  readonly #form: KeyForm;
  readonly #redis: Redis;
  readonly #client: BullClient<Stored, Json>;
  readonly #workers = new Set<BullWorker>();
  readonly #newId = createIds();
  readonly #settled = new Map<string, Json>();
  #lastError: Error | undefined;
  #closed = false;

  private constructor(modules: Modules, { url, name = 'ai-artist', form = ownForm }: BullQueueOptions) {
    this.#modules = modules;
    this.#url = url;
    this.#name = name;
    this.#form = form;
    this.#redis = this.connect();
    this.#redis.on('ready', () => void this.#settleAgain());
    this.#client = new modules.bullmq.Queue<Stored, Json>(name, { connection: this.#redis, prefix: form.prefix });
    this.#client.on('error', (error: Error) => {
      this.#lastError = error;
    });
  }

  /**
   * @throws ArtistError ERR_UNSUPPORTED: bullmq or ioredis is not installed; ERR_INVALID_ARGUMENT: not the address of a Redis;
   *   ERR_NETWORK: Redis does not answer
   */
  static async open(options: BullQueueOptions): Promise<BullQueue> {
    if (!/^rediss?:\/\//.test(options.url) || !URL.canParse(options.url))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `queue: expected redis://host:port, got ${JSON.stringify(shownUrl(options.url))}`);
    if (options.name !== undefined && !/^[A-Za-z][\w.-]{0,63}$/.test(options.name))
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `queue: expected a name of a letter and at most 63 letters, digits, points, dashes or underscores, got ${display(options.name)}`,
      );
    const queue = new BullQueue(await loadModules(), options);
    try {
      await queue.#call((client) => client.waitUntilReady(), connectWithinMs);
    } catch (error) {
      await queue.close();
      throw error;
    }
    return queue;
  }

  /** A connection that reconnects whenever Redis is back. */
  connect(): Redis {
    const redis = new this.#modules.RedisClient(this.#url, {
      maxRetriesPerRequest: null,
      retryStrategy: (times: number) => Math.min(times * 100, 2000),
    });
    redis.on('error', (error: Error) => {
      this.#lastError = error;
    });
    return redis;
  }

  async #call<R>(work: (client: BullClient<Stored, Json>) => Promise<R>, withinMs = answerWithinMs): Promise<R> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#lastError ?? new Error('no answer')), withinMs);
    });
    try {
      return await Promise.race([work(this.#client), late]);
    } catch (error) {
      if (isArtistError(error)) throw error;
      const reason = error instanceof Error && error.message !== '' ? error.message : (this.#lastError?.message ?? String(error));
      throw new ArtistError(
        'ERR_NETWORK',
        `queue: expected Redis at ${shownUrl(this.#url)} to answer within ${withinMs / 1000} s, got: ${reason}. Is it running, and reachable from here?`,
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async add(payload: Json, options: TaskOptions = {}): Promise<QueuedTask> {
    const { id = this.#newId(), priority, attempts, backoffMs, delayMs } = resolveOptions('queue', taskOptions, options);
    return this.#call(async (client) => {
      if (this.#form === ownForm) await this.#redis.sadd(namesKey, this.#name);
      await client.add(
        jobName,
        { payload, cancelledAt: null },
        {
          jobId: bullId(id, this.#form),
          priority: turnPriority(priority),
          attempts,
          backoff: { type: 'custom', delay: backoffMs },
          delay: delayMs,
          removeOnComplete: { count: mostEnded },
          removeOnFail: { count: mostEnded },
        },
      );
      const { task } = await this.#find(client, id);
      checkSamePayload(task, payload);
      return task;
    });
  }

  async #find(client: BullClient<Stored, Json>, id: string): Promise<{ job: BullTask; task: QueuedTask }> {
    // The state first: for a task that has ended, the result is then present.
    const state = stateOf[await client.getJobState(bullId(id, this.#form))];
    const job = (await client.getJob(bullId(id, this.#form))) as BullTask | undefined;
    if (!job || !state) throw noSuchTask(id);
    return { job, task: publicTask(job, state, this.#form) };
  }

  get(id: string): Promise<QueuedTask | undefined> {
    return this.#call(async (client) => {
      try {
        return (await this.#find(client, id)).task;
      } catch (error) {
        if (isArtistError(error, 'ERR_NOT_FOUND')) return undefined;
        throw error;
      }
    });
  }

  list(states: readonly TaskState[] = taskStates, limit = 1000): Promise<QueuedTask[]> {
    return this.#call(async (client) => {
      const lists = await Promise.all(
        // A cancelled task is in the list of any type until a worker takes it.
        typesOf
          .filter(([, state]) => states.includes(state) || states.includes('cancelled'))
          .map(async ([type, state]) => {
            const jobs = (await client.getJobs([type], 0, limit - 1, !endedStates.includes(state))) as (BullTask | undefined)[];
            // A task removed between two queries is missing.
            return jobs.flatMap((job) => (job ? [publicTask(job, state, this.#form)] : []));
          }),
      );
      const all = lists.flat();
      const open = all.filter((task) => !endedStates.includes(task.state));
      const ended = all.filter((task) => endedStates.includes(task.state));
      open.sort((a, b) => b.priority - a.priority);
      ended.sort((a, b) => (b.endedAt ?? Number.POSITIVE_INFINITY) - (a.endedAt ?? Number.POSITIVE_INFINITY));
      return [...open, ...ended].filter((task) => states.includes(task.state)).slice(0, limit);
    });
  }

  cancel(id: string): Promise<QueuedTask> {
    return this.#call(async (client) => {
      const { job, task } = await this.#find(client, id);
      if (endedStates.includes(task.state)) return task;
      await job.updateData({ ...job.data, cancelledAt: Date.now() });
      return (await this.#find(client, id)).task;
    });
  }

  retry(id: string): Promise<QueuedTask> {
    return this.#call(async (client) => {
      const { job, task } = await this.#find(client, id);
      if (task.state !== 'failed' && task.state !== 'cancelled') throw cannotRetry(task);
      await job.updateData({ ...job.data, cancelledAt: null });
      if (await job.isFailed()) await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      return (await this.#find(client, id)).task;
    });
  }

  async move(id: string, priority: number): Promise<QueuedTask> {
    const { priority: checked } = resolveOptions('queue', taskOptions, { priority });
    return this.#call(async (client) => {
      const { job, task } = await this.#find(client, id);
      if (task.state !== 'waiting' && task.state !== 'delayed') throw cannotMove(task);
      await job.changePriority({ priority: turnPriority(checked) });
      return (await this.#find(client, id)).task;
    });
  }

  pause(): Promise<void> {
    return this.#call((client) => client.pause());
  }

  resume(): Promise<void> {
    return this.#call((client) => client.resume());
  }

  isPaused(): Promise<boolean> {
    return this.#call((client) => client.isPaused());
  }

  async work(handler: TaskHandler, options: WorkerOptions = {}): Promise<QueueWorker> {
    const worker = new BullWorker(
      this.#modules,
      { name: this.#name, form: this.#form },
      this.connect(),
      handler,
      resolveOptions('work', workerOptions, options),
      {
        isCancelled: (id) => this.#isCancelled(id),
        settled: (id) => this.#insist(() => this.settled(id)),
        settle: (id, result) => this.#insist(() => this.settle(id, result)),
      },
    );
    this.#workers.add(worker);
    await this.#call(() => worker.ready());
    return worker;
  }

  async #isCancelled(id: string): Promise<boolean> {
    const job = (await this.#client.getJob(bullId(id, this.#form))) as BullTask | undefined;
    return job !== undefined && job.data.cancelledAt !== null;
  }

  settled(id: string): Promise<Json | undefined> {
    return this.#call(async () => {
      const text = await this.#redis.get(this.#settledKey(id));
      return text === null ? undefined : (JSON.parse(text) as Json);
    });
  }

  settle(id: string, result: Json): Promise<Json> {
    return this.#call(async () => {
      await this.#redis.set(this.#settledKey(id), JSON.stringify(result), 'EX', settledSeconds, 'NX');
      const text = await this.#redis.get(this.#settledKey(id));
      const counts = text === null ? result : (JSON.parse(text) as Json);
      this.#settled.delete(id);
      this.#settled.set(id, counts);
      for (const oldest of this.#settled.keys()) {
        if (this.#settled.size <= mostRemembered) break;
        this.#settled.delete(oldest);
      }
      return counts;
    });
  }

  #settledKey(id: string): string {
    return `${settledPrefix}:${this.#name}:${id}`;
  }

  /** A Redis without persistence is empty after a restart, and works that were filed before must not be painted again. */
  async #settleAgain(): Promise<void> {
    for (const [id, result] of this.#settled) {
      try {
        await this.#redis.set(this.#settledKey(id), JSON.stringify(result), 'EX', settledSeconds, 'NX');
      } catch (error) {
        this.#lastError = error instanceof Error ? error : new Error(String(error));
        return; // disconnected again; the next 'ready' event repeats this
      }
    }
  }

  /** Retries until Redis answers: the command may have taken effect, and the result must be known to continue. */
  async #insist<R>(ask: () => Promise<R>): Promise<R> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (this.#closed || !isArtistError(error, 'ERR_NETWORK')) throw error;
      }
    }
  }

  /** Names of all queues in this Redis that have ever had a task. */
  names(): Promise<string[]> {
    return this.#call(async () => (await this.#redis.smembers(namesKey)).sort());
  }

  /** Whether the queue of an older version is in this Redis. */
  hasOldQueue(): Promise<boolean> {
    return this.#call(async () => (await this.#redis.exists(`${oldForm.prefix}:ai-artist:meta`)) === 1);
  }

  warnings(): Promise<string[]> {
    return this.#call(async () => persistenceWarnings(await this.#redis.info(), shownUrl(this.#url)));
  }

  wait(id: string, { signal }: { signal?: AbortSignal } = {}): Promise<QueuedTask> {
    return waitForEnd(this, id, signal);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
    // Waiting for an unreachable Redis must not keep the process alive.
    await Promise.race([this.#client.close().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 1000))]);
    this.#redis.disconnect();
  }
}
