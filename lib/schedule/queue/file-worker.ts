import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type * as z from 'zod';
import { ArtistError, birthOf, type Clock, isAlive } from '../../core/index.ts';
import { describeFailure } from '../retry.ts';
import { asRequest } from '../task-scope.ts';
import { Earliest } from './earliest.ts';
import { claimTask, endClaim, type Holder, heldTask, plain, type QueueState, type StoredTask, type TaskEnd } from './file-state.ts';
import type { Json, QueueWorker, TaskHandler, WorkerEvent, WorkerOptions, workerOptions } from './types.ts';

const pollMs = 250;
const longestTroubleMs = 5000;

interface Claimed {
  task: StoredTask;
  token: string;
  controller: AbortController;
}

/** The part of FileQueue that a worker needs. */
interface WorkedQueue {
  readonly clock: Clock;
  read(): Promise<QueueState>;
  change<R>(update: (draft: QueueState) => R): Promise<R>;
  settle(id: string, result: Json): Promise<Json>;
  /** Changes whenever the file does; cheap to ask. */
  version(): Promise<string>;
}

/** One process's worker for the queue of a home folder. */
export class FileWorker implements QueueWorker {
  readonly name: string;
  readonly #queue: WorkedQueue;
  readonly #handler: TaskHandler;
  readonly #identity: Pick<Holder, 'host' | 'pid' | 'birth'>;
  readonly #leaseMs: number;
  readonly #onEvent: WorkerOptions['onEvent'];
  readonly #claims = new Map<string, Claimed>();
  /**
   * Heartbeats of other workers, and when this worker first saw each by its monotonic clock. Wall clocks jump and differ between machines.
   */
  readonly #seen = new Map<string, { beat: number; since: number }>();
  readonly #lanes: Promise<void>[];
  readonly #beats: Promise<void>;
  /** Aborts the running tasks once the time after stop() is over. */
  readonly #bound = new Earliest(() => {
    for (const { controller } of this.#claims.values()) controller.abort(new ArtistError('ERR_ABORTED', 'the worker is stopped'));
  });
  #stopping = false;
  #stopped: Promise<void> | undefined;
  #version: string | undefined;

  constructor(
    queue: WorkedQueue,
    handler: TaskHandler,
    identity: Pick<Holder, 'host' | 'pid' | 'birth'>,
    options: z.output<typeof workerOptions>,
  ) {
    this.#queue = queue;
    this.#handler = handler;
    this.#identity = identity;
    this.name = options.name ?? `${identity.host}-${identity.pid}`;
    this.#leaseMs = options.leaseMs;
    this.#onEvent = options.onEvent;
    this.#lanes = Array.from({ length: options.concurrency }, () => this.#lane());
    this.#beats = this.#beat();
  }

  stop(withinMs = 30_000): Promise<void> {
    this.#bound.within(withinMs);
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#lanes, this.#beats]);
    this.#bound.cancel();
  }

  async #lane(): Promise<void> {
    while (!this.#stopping) {
      const claimed = await this.#tryClaim();
      if (claimed) await this.#perform(claimed);
      else await pause(pollMs);
    }
  }

  /** Checks cheaply first, and locks and writes the file only if there is a task to take. */
  async #tryClaim(): Promise<Claimed | undefined> {
    try {
      const state = await this.#queue.read();
      const abandoned = await this.#abandoned(state);
      if (abandoned.length === 0 && (state.paused || !state.tasks.some((task) => task.state === 'waiting'))) return undefined;
      const token = randomUUID();
      const task = await this.#queue.change((draft) => {
        const now = this.#queue.clock.now();
        for (const [id, holder] of abandoned) {
          const held = heldTask(draft, id, holder.token);
          if (held?.holder?.beat === holder.beat) endClaim(draft, held, { kind: 'given-back', interrupted: true }, now);
        }
        return claimTask(draft, { ...this.#identity, token, name: this.name, beat: 0 }, now);
      });
      if (!task) return undefined;
      const claimed = { task, token, controller: new AbortController() };
      this.#claims.set(token, claimed);
      return claimed;
    } catch (error) {
      await this.#trouble(error);
      return undefined;
    }
  }

  /** Tasks whose worker is gone: its process has ended on this machine, or it has been silent for a lease. */
  async #abandoned(state: QueueState): Promise<[string, Holder][]> {
    const found: [string, Holder][] = [];
    const now = this.#queue.clock.monotonic();
    for (const { id, holder } of state.tasks) {
      if (!holder || this.#claims.has(holder.token)) continue;
      const known = this.#seen.get(holder.token);
      if (known?.beat !== holder.beat) this.#seen.set(holder.token, { beat: holder.beat, since: now });
      const silent = known?.beat === holder.beat && now - known.since > this.#leaseMs;
      if (silent || (await this.#isDead(holder))) found.push([id, holder]);
    }
    if (this.#seen.size > 1000) this.#seen.clear();
    return found;
  }

  async #isDead({ host, pid, birth }: Holder): Promise<boolean> {
    if (host !== this.#identity.host) return false;
    if (!isAlive(pid)) return true;
    const now = await birthOf(pid);
    return birth !== null && now !== undefined && now !== birth;
  }

  async #perform(claimed: Claimed): Promise<void> {
    const { task, token, controller } = claimed;
    const { signal } = controller;
    this.#emit({ type: 'started', id: task.id });
    const end = await this.#run(task, signal);
    for (let attempt = 1; ; attempt++) {
      try {
        const state = await this.#queue.change((draft) => {
          const held = heldTask(draft, task.id, token);
          return held && endClaim(draft, held, end, this.#queue.clock.now());
        });
        this.#claims.delete(token);
        this.#tell(task.id, state, end);
        return;
      } catch (error) {
        // Done work must be recorded. A worker that must stop leaves the task to the next one after some tries.
        await this.#trouble(error);
        if (this.#stopping && attempt >= 3) {
          this.#claims.delete(token);
          return;
        }
      }
    }
  }

  async #run({ id, payload, attempt, settled }: StoredTask, signal: AbortSignal): Promise<TaskEnd> {
    const settle = (result: Json): Promise<Json> => this.#queue.settle(id, result);
    try {
      const task = { id, payload, attempt, signal, settled, settle };
      const result = await asRequest({ task: id, worker: this.name }, () => this.#handler(task));
      return { kind: 'done', result: plain(result) };
    } catch (error) {
      // The reason says whether it was cancelled; if the worker stops, the task goes back.
      if (signal.aborted) return signal.reason === cancelledReason ? { kind: 'cancelled' } : { kind: 'given-back', interrupted: false };
      return { kind: 'failed', ...describeFailure(error) };
    }
  }

  #tell(id: string, state: StoredTask['state'] | undefined, end: TaskEnd): void {
    if (state === undefined) this.#emit({ type: 'lost', id });
    else if (state === 'done' || state === 'cancelled') this.#emit({ type: state, id });
    else if (end.kind === 'failed') this.#emit({ type: 'failed', id, code: end.code, message: end.message, again: state !== 'failed' });
  }

  /** Writes the heartbeat and notices cancelled tasks. */
  async #beat(): Promise<void> {
    let beaten = this.#queue.clock.monotonic();
    while (!this.#stopping || this.#claims.size > 0) {
      await pause(Math.min(pollMs, this.#leaseMs / 6));
      try {
        const version = await this.#queue.version();
        if (version !== this.#version) this.#heed(await this.#queue.read());
        this.#version = version;
        const now = this.#queue.clock.monotonic();
        if (this.#claims.size === 0 || now - beaten < this.#leaseMs / 3) continue;
        await this.#queue.change((state) => {
          for (const { task, token } of this.#claims.values()) {
            const held = heldTask(state, task.id, token);
            if (held?.holder) held.holder.beat++;
          }
        });
        beaten = now;
      } catch (error) {
        await this.#trouble(error);
      }
    }
  }

  #heed(state: QueueState): void {
    for (const { task, token, controller } of this.#claims.values()) {
      const held = heldTask(state, task.id, token);
      if (!held) controller.abort(new ArtistError('ERR_INTERRUPTED', `queue: ${task.id} was given to another worker`));
      else if (held.cancelRequested) controller.abort(cancelledReason);
    }
  }

  #troubleMs = 100;
  async #trouble(error: unknown): Promise<void> {
    this.#emit({ type: 'trouble', error });
    await pause(this.#troubleMs);
    this.#troubleMs = Math.min(longestTroubleMs, this.#troubleMs * 2);
  }

  #emit(event: WorkerEvent): void {
    if (event.type !== 'trouble') this.#troubleMs = 100;
    try {
      this.#onEvent?.(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }
}

const cancelledReason = new ArtistError('ERR_ABORTED', 'the task was cancelled');
