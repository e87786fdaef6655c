import { hostname } from 'node:os';
import type { Queue as BullClient, Job as BullJob, Worker as BullProcess, JobType } from 'bullmq';
import type { Redis } from 'ioredis';
import { ArtistError, createIds, isArtistError, resolveOptions } from '../../core/index.ts';
import { describeFailure, retryDelay } from '../retry.ts';
import {
  endedStates,
  type Json,
  mostEnded,
  mostInterruptions,
  type QueuedTask,
  type QueueWorker,
  type TaskHandler,
  type TaskOptions,
  type TaskQueue,
  type TaskState,
  taskOptions,
  taskStates,
  type WorkerEvent,
  type WorkerOptions,
} from './types.ts';
import { cannotRetry, noSuchTask, waitForEnd } from './wait.ts';

/** What is kept of a task in Redis. BullMQ knows no cancelled jobs: the mark makes one, and whoever is given it does not begin. */
interface Stored {
  payload: Json;
  /** Milliseconds since 1970. */
  cancelledAt: number | null;
}

type Task = BullJob<Stored, Json>;
type Modules = { bullmq: typeof import('bullmq'); RedisClient: typeof Redis };

export interface BullQueueOptions {
  /** `redis://[user:password@]host:port[/database]`, or `rediss://` */
  url: string;
  /** Several queues may share a Redis. Default `ai-artist`. */
  name?: string;
}

const answerWithinMs = 10_000;
const connectWithinMs = 5_000;
const pollMs = 1000;
const jobName = 'task';
const highest = 100;

const stateOf: Partial<Record<string, TaskState>> = {
  waiting: 'waiting',
  'waiting-children': 'waiting',
  prioritized: 'waiting',
  paused: 'waiting',
  delayed: 'delayed',
  active: 'running',
  completed: 'done',
  failed: 'failed',
};
const typesOf: readonly [JobType, TaskState][] = [
  ['active', 'running'],
  ['prioritized', 'waiting'],
  ['wait', 'waiting'],
  ['delayed', 'delayed'],
  ['completed', 'done'],
  ['failed', 'failed'],
];

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

/** Without user and password. */
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
  readonly #redis: Redis;
  readonly #client: BullClient<Stored, Json>;
  readonly #workers = new Set<BullWorker>();
  readonly #newId = createIds();
  #lastError: Error | undefined;

  private constructor(modules: Modules, { url, name = 'ai-artist' }: BullQueueOptions) {
    this.#modules = modules;
    this.#url = url;
    this.#name = name;
    this.#redis = this.connect();
    this.#client = new modules.bullmq.Queue<Stored, Json>(name, { connection: this.#redis });
    this.#client.on('error', (error: Error) => {
      this.#lastError = error;
    });
  }

  /**
   * @throws ArtistError ERR_UNSUPPORTED: bullmq or ioredis is not installed; ERR_INVALID_ARGUMENT: no address of a Redis; ERR_NETWORK: it does
   * not answer
   */
  static async open(options: BullQueueOptions): Promise<BullQueue> {
    if (!/^rediss?:\/\//.test(options.url) || !URL.canParse(options.url))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `queue: expected redis://host:port, got ${JSON.stringify(shownUrl(options.url))}`);
    const queue = new BullQueue(await loadModules(), options);
    try {
      await queue.#call((client) => client.waitUntilReady(), connectWithinMs);
    } catch (error) {
      await queue.close();
      throw error;
    }
    return queue;
  }

  /** A connection that comes back whenever Redis does. */
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
      await client.add(
        jobName,
        { payload, cancelledAt: null },
        {
          jobId: id,
          // Theirs: 1 is first, and 0, "none", would go before all.
          priority: 1 + highest - priority,
          attempts,
          backoff: { type: 'custom', delay: backoffMs },
          delay: delayMs,
          removeOnComplete: { count: mostEnded },
          removeOnFail: { count: mostEnded },
        },
      );
      return (await this.#find(client, id)).task;
    });
  }

  async #find(client: BullClient<Stored, Json>, id: string): Promise<{ job: Task; task: QueuedTask }> {
    // In this order: of a task that has ended, the result is there.
    const state = stateOf[await client.getJobState(id)];
    const job = (await client.getJob(id)) as Task | undefined;
    if (!job || !state) throw noSuchTask(id);
    return { job, task: publicTask(job, state) };
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
        typesOf.map(async ([type, state]) => {
          const jobs = (await client.getJobs([type], 0, limit - 1, !endedStates.includes(state))) as (Task | undefined)[];
          // One that was removed between two questions comes as nothing.
          return jobs.flatMap((job) => (job ? [publicTask(job, state)] : []));
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
    const worker = new BullWorker(this.#modules, this.#name, this.connect(), handler, options, (id) => this.#isCancelled(id));
    this.#workers.add(worker);
    await this.#call(() => worker.ready());
    return worker;
  }

  async #isCancelled(id: string): Promise<boolean> {
    const job = (await this.#client.getJob(id)) as Task | undefined;
    return job !== undefined && job.data.cancelledAt !== null;
  }

  wait(id: string, { signal }: { signal?: AbortSignal } = {}): Promise<QueuedTask> {
    return waitForEnd(this, id, signal);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
    // What waits for a Redis that is gone must not keep the process.
    await Promise.race([this.#client.close().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 1000))]);
    this.#redis.disconnect();
  }
}

function publicTask(job: Task, state: TaskState): QueuedTask {
  const cancelled = job.data.cancelledAt !== null && state !== 'running' && state !== 'done';
  const failure = cancelled ? { code: 'ERR_ABORTED', message: 'cancelled' } : readFailure(job.failedReason);
  return {
    id: job.id ?? '',
    payload: job.data.payload,
    state: cancelled ? 'cancelled' : state,
    priority: 1 + highest - (job.opts.priority ?? 1),
    attempts: job.opts.attempts ?? 1,
    attempt: job.attemptsMade + (state === 'running' ? 1 : 0),
    addedAt: job.timestamp,
    startedAt: job.processedOn ?? null,
    endedAt: job.finishedOn ?? (cancelled ? job.data.cancelledAt : null),
    worker: job.processedBy ?? null,
    result: state === 'done' ? (job.returnvalue ?? null) : null,
    code: state === 'done' ? null : (failure?.code ?? null),
    message: state === 'done' ? null : (failure?.message ?? null),
  };
}

/** BullMQ keeps one text of a failure: ours begins with the code. */
function readFailure(reason: string | undefined): { code: string; message: string } | undefined {
  if (!reason) return undefined;
  const [, code, message] = /^(ERR_[A-Z_]+): (.*)$/s.exec(reason) ?? [];
  if (code !== undefined && message !== undefined) return { code, message };
  if (reason.includes('stalled more than')) return { code: 'ERR_INTERRUPTED', message: 'workers died in the middle of it' };
  return { code: 'ERR_INTERNAL', message: reason };
}

const cancelledReason = new ArtistError('ERR_ABORTED', 'the task was cancelled');

class BullWorker implements QueueWorker {
  readonly name: string;
  readonly #bullmq: Modules['bullmq'];
  readonly #redis: Redis;
  readonly #process: BullProcess<Stored, Json>;
  readonly #handler: TaskHandler;
  readonly #onEvent: WorkerOptions['onEvent'];
  readonly #isCancelled: (id: string) => Promise<boolean>;
  readonly #controllers = new Set<AbortController>();
  #stopped: Promise<void> | undefined;

  constructor(
    { bullmq }: Modules,
    queue: string,
    redis: Redis,
    handler: TaskHandler,
    { name = `${hostname()}-${process.pid}`, concurrency = 1, leaseMs = 30_000, onEvent }: WorkerOptions,
    isCancelled: (id: string) => Promise<boolean>,
  ) {
    this.name = name;
    this.#bullmq = bullmq;
    this.#redis = redis;
    this.#handler = handler;
    this.#onEvent = onEvent;
    this.#isCancelled = isCancelled;
    this.#process = new bullmq.Worker<Stored, Json>(queue, (job, token) => this.#perform(job, token ?? ''), {
      connection: redis,
      name,
      concurrency,
      lockDuration: leaseMs,
      stalledInterval: leaseMs,
      maxStalledCount: mostInterruptions - 1,
      settings: { backoffStrategy: (attempt, _type, _error, job) => retryDelay(delayOf(job?.opts.backoff), attempt) },
    });
    this.#process.on('error', (error) => this.#emit({ type: 'trouble', error }));
    this.#process.on('completed', (job) => this.#emit({ type: 'done', id: job.id ?? '' }));
    this.#process.on('failed', (job, error) => job && this.#tellFailure(job, error));
  }

  async ready(): Promise<void> {
    await this.#process.waitUntilReady();
  }

  #tellFailure(job: BullJob<Stored, Json>, error: Error): void {
    const id = job.id ?? '';
    const { code, message } = readFailure(error.message) ?? { code: 'ERR_INTERNAL', message: '' };
    if (job.data.cancelledAt !== null || code === 'ERR_ABORTED') this.#emit({ type: 'cancelled', id });
    else this.#emit({ type: 'failed', id, code, message, again: job.finishedOn === undefined });
  }

  async #perform(job: BullJob<Stored, Json>, token: string): Promise<Json> {
    const id = job.id ?? '';
    const { UnrecoverableError, WaitingError } = this.#bullmq;
    if (job.data.cancelledAt !== null) throw new UnrecoverableError('ERR_ABORTED: cancelled');
    const controller = new AbortController();
    this.#controllers.add(controller);
    const watch = setInterval(() => {
      // Out of reach for the moment: asked again in a second.
      this.#isCancelled(id).then(
        (yes) => yes && controller.abort(cancelledReason),
        () => undefined,
      );
    }, pollMs);
    this.#emit({ type: 'started', id });
    try {
      return (await this.#handler({ id, payload: job.data.payload, attempt: job.attemptsMade + 1, signal: controller.signal })) ?? null;
    } catch (error) {
      if (controller.signal.aborted && controller.signal.reason === cancelledReason) throw new UnrecoverableError('ERR_ABORTED: cancelled');
      if (controller.signal.aborted) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const { code, message, retryable } = describeFailure(error);
      const text = `${code}: ${message}`;
      throw retryable ? new Error(text) : new UnrecoverableError(text);
    } finally {
      clearInterval(watch);
      this.#controllers.delete(controller);
    }
  }

  stop(withinMs = 30_000): Promise<void> {
    this.#stopped ??= this.#end(withinMs);
    return this.#stopped;
  }

  async #end(withinMs: number): Promise<void> {
    const bound = setTimeout(() => {
      for (const controller of this.#controllers) controller.abort(new ArtistError('ERR_ABORTED', 'the worker is stopped'));
    }, withinMs);
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), withinMs + 5000).unref());
    const ended = await Promise.race([this.#process.close().catch((error: unknown) => this.#emit({ type: 'trouble', error })), late]);
    if (ended === 'late') await this.#process.close(true).catch(() => undefined);
    clearTimeout(bound);
    this.#redis.disconnect();
  }

  #emit(event: WorkerEvent): void {
    try {
      this.#onEvent?.(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }
}

function delayOf(backoff: BullJob['opts']['backoff']): number {
  return typeof backoff === 'object' ? (backoff.delay ?? 0) : (backoff ?? 0);
}
