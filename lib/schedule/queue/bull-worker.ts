import { hostname } from 'node:os';
import type { Job as BullJob, Worker as BullProcess } from 'bullmq';
import type { Redis } from 'ioredis';
import type * as z from 'zod';
import { ArtistError } from '../../core/index.ts';
import { describeFailure, retryDelay } from '../retry.ts';
import { asRequest } from '../task-scope.ts';
import { type KeyForm, type Modules, publicId, readFailure, type Stored } from './bull-task.ts';
import { Earliest } from './earliest.ts';
import {
  type Json,
  mostInterruptions,
  type QueueWorker,
  type RunningTask,
  type TaskHandler,
  type WorkerEvent,
  type WorkerOptions,
  type workerOptions,
} from './types.ts';

const pollMs = 1000;

const cancelledReason = new ArtistError('ERR_ABORTED', 'the task was cancelled');

/** BullMQ's messages for a task that this worker has lost or that is gone. */
const lostPattern =
  /^(?:could not renew lock for job|Missing (?:lock|key) for job|Lock mismatch for job) (\S+?)\.?(?: |$)|^Job (\S+) is not in the active state/;
const lostReason = new ArtistError('ERR_INTERRUPTED', 'queue: the task was given to another worker');

/** How long aborted tasks may take to end. */
const abortWithinMs = 5000;

/** The part of the queue that a worker needs. */
export interface TaskDoor {
  isCancelled: (id: string) => Promise<boolean>;
  settled: (id: string) => Promise<Json | undefined>;
  settle: (id: string, result: Json) => Promise<Json>;
}

/** One process's worker for a queue in Redis. */
export class BullWorker implements QueueWorker {
  readonly name: string;
  readonly #bullmq: Modules['bullmq'];
  readonly #redis: Redis;
  readonly #form: KeyForm;
  readonly #process: BullProcess<Stored, Json>;
  readonly #handler: TaskHandler;
  readonly #onEvent: WorkerOptions['onEvent'];
  readonly #tasks: TaskDoor;
  /** Controllers of the running tasks, by id. */
  readonly #controllers = new Map<string, AbortController>();
  /** Tasks whose loss was reported. */
  readonly #lost = new Set<string>();
  /** Aborts the running tasks once the time after stop() is over. */
  readonly #bound = new Earliest(() => {
    for (const controller of this.#controllers.values()) controller.abort(new ArtistError('ERR_ABORTED', 'the worker is stopped'));
    setTimeout(() => this.#tellLate?.(), abortWithinMs).unref();
  });
  #tellLate: (() => void) | undefined;
  #stopped: Promise<void> | undefined;

  constructor(
    { bullmq }: Modules,
    { name: queue, form }: { name: string; form: KeyForm },
    redis: Redis,
    handler: TaskHandler,
    { name = `${hostname()}-${process.pid}`, concurrency, leaseMs, onEvent }: z.output<typeof workerOptions>,
    tasks: TaskDoor,
  ) {
    this.name = name;
    this.#bullmq = bullmq;
    this.#redis = redis;
    this.#form = form;
    this.#handler = handler;
    this.#onEvent = onEvent;
    this.#tasks = tasks;
    this.#process = new bullmq.Worker<Stored, Json>(queue, (job, token) => this.#perform(job, token ?? ''), {
      connection: redis,
      prefix: form.prefix,
      name,
      concurrency,
      lockDuration: leaseMs,
      stalledInterval: leaseMs,
      maxStalledCount: mostInterruptions - 1,
      settings: { backoffStrategy: (attempt, _type, _error, job) => retryDelay(delayOf(job?.opts.backoff), attempt) },
    });
    this.#process.on('error', (error) => this.#tellError(error));
    this.#process.on('lockRenewalFailed', (ids) => {
      for (const id of ids) this.#lose(publicId(id, form));
    });
    this.#process.on('completed', (job) => this.#emit({ type: 'done', id: publicId(job.id, this.#form) }));
    this.#process.on('failed', (job, error) => job && this.#tellFailure(job, error));
  }

  async ready(): Promise<void> {
    await this.#process.waitUntilReady();
  }

  /** The lease expired before it was renewed, or Redis lost its data: another worker may have the task. */
  #lose(id: string): void {
    if (this.#lost.has(id)) return;
    this.#lost.add(id);
    this.#controllers.get(id)?.abort(lostReason);
    this.#emit({ type: 'lost', id });
  }

  #tellError(error: Error): void {
    const [, before, behind] = lostPattern.exec(error.message) ?? [];
    const lost = before ?? behind;
    if (lost === undefined) this.#emit({ type: 'trouble', error });
    else this.#lose(publicId(lost, this.#form));
  }

  #tellFailure(job: BullJob<Stored, Json>, error: Error): void {
    const id = publicId(job.id, this.#form);
    const { code, message } = readFailure(error.message) ?? { code: 'ERR_INTERNAL', message: '' };
    if (job.data.cancelledAt !== null || code === 'ERR_ABORTED') this.#emit({ type: 'cancelled', id });
    else this.#emit({ type: 'failed', id, code, message, again: job.finishedOn === undefined });
  }

  async #perform(job: BullJob<Stored, Json>, token: string): Promise<Json> {
    const id = publicId(job.id, this.#form);
    const { UnrecoverableError, WaitingError } = this.#bullmq;
    if (job.data.cancelledAt !== null) throw new UnrecoverableError('ERR_ABORTED: cancelled');
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    this.#lost.delete(id);
    const watch = setInterval(() => {
      // Unreachable for now: ask again in a second.
      this.#tasks.isCancelled(id).then(
        (yes) => yes && controller.abort(cancelledReason),
        () => undefined,
      );
    }, pollMs);
    this.#emit({ type: 'started', id });
    try {
      const task: RunningTask = {
        id,
        payload: job.data.payload,
        attempt: job.attemptsMade + 1,
        signal: controller.signal,
        settled: await this.#tasks.settled(id),
        settle: (result) => this.#tasks.settle(id, result),
      };
      return (await asRequest({ task: id, worker: this.name }, () => this.#handler(task))) ?? null;
    } catch (error) {
      if (controller.signal.aborted && controller.signal.reason === cancelledReason) throw new UnrecoverableError('ERR_ABORTED: cancelled');
      // The task is no longer ours, so there is nothing to give back.
      if (controller.signal.aborted && controller.signal.reason === lostReason) throw new WaitingError();
      if (controller.signal.aborted) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const { code, message, retryable } = describeFailure(error);
      const text = `${code}: ${message}`;
      throw retryable ? new Error(text) : new UnrecoverableError(text);
    } finally {
      clearInterval(watch);
      if (this.#controllers.get(id) === controller) this.#controllers.delete(id);
    }
  }

  stop(withinMs = 30_000): Promise<void> {
    this.#bound.within(withinMs);
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    const late = new Promise<'late'>((resolve) => {
      this.#tellLate = () => resolve('late');
    });
    const ended = await Promise.race([this.#process.close().catch((error: unknown) => this.#emit({ type: 'trouble', error })), late]);
    if (ended === 'late') await this.#process.close(true).catch(() => undefined);
    this.#bound.cancel();
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
