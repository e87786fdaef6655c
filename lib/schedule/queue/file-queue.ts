import { hostname } from 'node:os';
import { birthOf, type Clock, createIds, homeOf, resolveOptions, StateFile, type StateOptions, systemClock } from '../../core/index.ts';
import { compareTasks, endClaim, plain, publicTask, type QueueState, queueDefinition, type StoredTask, tasksAt } from './file-state.ts';
import { FileWorker } from './file-worker.ts';
import {
  type Json,
  type QueuedTask,
  type QueueWorker,
  type TaskHandler,
  type TaskOptions,
  type TaskQueue,
  type TaskState,
  taskOptions,
  type WorkerOptions,
  workerOptions,
} from './types.ts';
import { cannotMove, cannotRetry, checkSamePayload, noSuchTask, waitForEnd } from './wait.ts';

/** The queue of a home folder: one state file, for all workers that reach it. Meant for some thousand tasks: each step writes the file anew. */
export class FileQueue implements TaskQueue {
  readonly driver = 'file';
  readonly clock: Clock;
  readonly #file: StateFile<QueueState>;
  readonly #workers = new Set<FileWorker>();
  readonly #newId: () => string;
  /** The state whose values callers cannot change. */
  #frozen: QueueState | undefined;

  constructor(home: string, { clock = systemClock, ...options }: StateOptions = {}) {
    this.clock = clock;
    this.#file = new StateFile(homeOf(home).state('queue.json'), queueDefinition, { clock, ...options });
    this.#newId = createIds({ clock });
  }

  async add(payload: Json, options: TaskOptions = {}): Promise<QueuedTask> {
    const { id = this.#newId(), priority, attempts, backoffMs, delayMs } = resolveOptions('queue', taskOptions, options);
    return this.change((state) => {
      const known = state.tasks.find((task) => task.id === id);
      if (known) {
        checkSamePayload(publicTask(known), payload);
        return publicTask(known);
      }
      const now = this.clock.now();
      const task: StoredTask = {
        id,
        order: state.nextOrder++,
        payload: plain(payload),
        state: delayMs > 0 ? 'delayed' : 'waiting',
        priority,
        attempts,
        attempt: 0,
        interruptions: 0,
        backoffMs,
        addedAt: now,
        delayedAt: now,
        delayMs,
        startedAt: null,
        endedAt: null,
        worker: null,
        holder: null,
        cancelRequested: false,
        result: null,
        code: null,
        message: null,
      };
      state.tasks.push(task);
      return publicTask(task);
    });
  }

  async get(id: string): Promise<QueuedTask | undefined> {
    const task = (await this.read()).tasks.find((one) => one.id === id);
    return task && publicTask(task);
  }

  async list(states?: readonly TaskState[], limit = 1000): Promise<QueuedTask[]> {
    const { tasks } = await this.read();
    return tasks
      .filter((task) => states === undefined || states.includes(task.state))
      .sort(compareTasks)
      .slice(0, limit)
      .map(publicTask);
  }

  cancel(id: string): Promise<QueuedTask> {
    return this.change((state) => {
      const task = find(state, id);
      if (task.state === 'running') task.cancelRequested = true;
      else if (task.state === 'waiting' || task.state === 'delayed') endClaim(state, task, { kind: 'cancelled' }, this.clock.now());
      return publicTask(task);
    });
  }

  retry(id: string): Promise<QueuedTask> {
    return this.change((state) => {
      const task = find(state, id);
      if (task.state !== 'failed' && task.state !== 'cancelled') throw cannotRetry(publicTask(task));
      Object.assign(task, { state: 'waiting', attempt: 0, interruptions: 0, endedAt: null, code: null, message: null });
      return publicTask(task);
    });
  }

  async move(id: string, priority: number): Promise<QueuedTask> {
    const { priority: checked } = resolveOptions('queue', taskOptions, { priority });
    return this.change((state) => {
      const task = find(state, id);
      if (task.state !== 'waiting' && task.state !== 'delayed') throw cannotMove(publicTask(task));
      Object.assign(task, { priority: checked, order: state.nextOrder++ });
      return publicTask(task);
    });
  }

  pause(): Promise<void> {
    return this.#setPaused(true);
  }

  resume(): Promise<void> {
    return this.#setPaused(false);
  }

  #setPaused(paused: boolean): Promise<void> {
    return this.change((state) => {
      state.paused = paused;
    });
  }

  async isPaused(): Promise<boolean> {
    return (await this.read()).paused;
  }

  async work(handler: TaskHandler, options: WorkerOptions = {}): Promise<QueueWorker> {
    const identity = { host: hostname(), pid: process.pid, birth: (await birthOf(process.pid)) ?? null };
    const worker = new FileWorker(this, handler, identity, resolveOptions('work', workerOptions, options));
    this.#workers.add(worker);
    return worker;
  }

  wait(id: string, { signal }: { signal?: AbortSignal } = {}): Promise<QueuedTask> {
    return waitForEnd(this, id, signal);
  }

  async settled(id: string): Promise<Json | undefined> {
    return (await this.read()).tasks.find((task) => task.id === id)?.settled;
  }

  settle(id: string, result: Json): Promise<Json> {
    return this.change((state) => {
      const task = find(state, id);
      task.settled ??= plain(result);
      return task.settled;
    });
  }

  async warnings(): Promise<string[]> {
    return [];
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
  }

  /** The tasks as they are now, for reading only: a server asks several times a second, and copying a thousand tasks takes milliseconds. */
  async read(): Promise<QueueState> {
    const state = await this.#file.peek();
    if (this.#frozen !== state) for (const { payload, result, settled } of state.tasks) freeze(payload, result, settled);
    this.#frozen = state;
    return { ...state, tasks: tasksAt(state, this.clock.now()) };
  }

  change<R>(change: (state: QueueState) => R): Promise<R> {
    return this.#file.change(change);
  }

  /** A value that differs after every change by any process; cheap. */
  version(): Promise<string> {
    return this.#file.version();
  }
}

function find(state: QueueState, id: string): StoredTask {
  const task = state.tasks.find((one) => one.id === id);
  if (!task) throw noSuchTask(id);
  return task;
}

/** Callers get payloads and results that other callers also get. */
function freeze(...values: unknown[]): void {
  for (const value of values) {
    if (value === null || typeof value !== 'object' || Object.isFrozen(value)) continue;
    Object.freeze(value);
    freeze(...Object.values(value));
  }
}
