import { hostname } from 'node:os';
import type { Job as BullJob, Worker as BullProcess } from 'bullmq';
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { ArtistError } from '../../core/index.ts';
import { describeFailure, retryDelay } from '../retry.ts';
import { asRequest } from '../task-scope.ts';
import { type Modules, readFailure, type Stored } from './bull-task.ts';
import {
  type Json,
  mostInterruptions,
  type QueueWorker,
  type TaskHandler,
  type WorkerEvent,
  type WorkerOptions,
  type workerOptions,
} from './types.ts';

const pollMs = 1000;

const cancelledReason = new ArtistError('ERR_ABORTED', 'the task was cancelled');

/** One process's hand in a queue on Redis. */
export class BullWorker implements QueueWorker {
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
    { name = `${hostname()}-${process.pid}`, concurrency, leaseMs, onEvent }: z.output<typeof workerOptions>,
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
      const task = { id, payload: job.data.payload, attempt: job.attemptsMade + 1, signal: controller.signal };
      return (await asRequest({ task: id, worker: this.name }, () => this.#handler(task))) ?? null;
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
