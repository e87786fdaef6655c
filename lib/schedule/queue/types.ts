import * as z from 'zod';

export const taskStates = ['waiting', 'delayed', 'running', 'done', 'failed', 'cancelled'] as const;
/** `delayed`: waits for its delay or its next try. */
export type TaskState = (typeof taskStates)[number];

export type Json = z.infer<ReturnType<typeof z.json>>;

/** Options of a new task. */
export const taskOptions = z.strictObject({
  /**
   * If a task with the same id and payload exists, it is returned and nothing is added. Letters, digits, `.`, `_`, `-`. Default: a ULID.
   */
  id: z
    .string()
    .regex(/^[A-Za-z][\w.-]{0,127}$/, { error: 'a letter, then at most 127 letters, digits, points, dashes or underscores' })
    .optional(),
  /** Larger values run first; equal ones in the order of adding. */
  priority: z.int().min(0).max(100).default(50),
  /** Number of tries, the first included. */
  attempts: z.int().min(1).max(20).default(3),
  /** Before the second try, milliseconds; doubles with each one, up to an hour. */
  backoffMs: z.int().min(0).max(86_400_000).default(60_000),
  /** Earliest start, milliseconds from now. */
  delayMs: z
    .int()
    .min(0)
    .max(366 * 86_400_000)
    .default(0),
});
export type TaskOptions = z.input<typeof taskOptions>;

/** A task in the queue. Times are milliseconds since 1970. */
export interface QueuedTask {
  id: string;
  payload: Json;
  state: TaskState;
  priority: number;
  /** Tries allowed. */
  attempts: number;
  /** Tries begun, without interrupted ones. */
  attempt: number;
  addedAt: number;
  /** Start of the last try. */
  startedAt: number | null;
  endedAt: number | null;
  /** Name of its current or last worker. */
  worker: string | null;
  /** What the handler returned; null before. */
  result: Json;
  /** The last failure. */
  code: string | null;
  message: string | null;
}

/** A task that a worker is doing. */
export interface RunningTask {
  id: string;
  payload: Json;
  /** From 1. */
  attempt: number;
  /** Aborts when the task is cancelled, when the worker is stopped, and when the worker has lost the task to another. */
  signal: AbortSignal;
  /** The result that an earlier try stored with settle(), on any worker. If defined, the work exists or its worker will file it. */
  settled: Json | undefined;
  /**
   * Stores the task's result before the handler publishes it, and returns the result that counts. If two workers have the same task,
   * because one was silent for too long, only the first result counts. Waits while the queue is unreachable.
   */
  settle: (result: Json) => Promise<Json>;
}

/**
 * Does one task. Its result is recorded; an error makes the try fail. If a worker dies, another one does the task from the beginning, so a
 * handler with effects outside calls settle() first and goes on only if its own result counts.
 */
export type TaskHandler = (task: RunningTask) => Promise<Json | undefined>;

export type WorkerEvent =
  | { type: 'started' | 'done' | 'cancelled'; id: string }
  | { type: 'failed'; id: string; code: string; message: string; again: boolean }
  /** Another worker has the task, because this one was silent for too long. The result of this one is not recorded. */
  | { type: 'lost'; id: string }
  /** The queue is unreachable; the worker keeps trying. */
  | { type: 'trouble'; error: unknown };

export interface WorkerOptions {
  /** Name of the worker, shown in its tasks. Default: host and pid. */
  name?: string;
  /** Tasks at the same time, 1..64. Default 1. */
  concurrency?: number;
  /** A worker that was silent for this long, milliseconds, loses its tasks. Default 30 000. */
  leaseMs?: number;
  onEvent?: (event: WorkerEvent) => void;
}

export const workerOptions = z.strictObject({
  name: z.string().min(1).max(80).optional(),
  concurrency: z.int().min(1).max(64).default(1),
  leaseMs: z.int().min(500).max(3_600_000).default(30_000),
  onEvent: z.custom<(event: WorkerEvent) => void>((value) => typeof value === 'function', { error: 'expected a function' }).optional(),
});

/** Takes tasks until it is stopped. */
export interface QueueWorker {
  readonly name: string;
  /**
   * Takes no more tasks and waits for the running ones; after `withinMs` (default 30 000) it aborts them, and they go back into the queue.
   * A further call may shorten that time; it never prolongs it.
   */
  stop(withinMs?: number): Promise<void>;
}

/**
 * Tasks that wait for workers, stored where every worker can reach them.
 *
 * @throws ArtistError in every method: ERR_NETWORK (Redis is unreachable), or every error of StateFile
 */
export interface TaskQueue {
  readonly driver: 'file' | 'bullmq';
  /**
   * When the promise is fulfilled, the task survives the end of every process.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT; ERR_ALREADY_EXISTS: the id is known with another payload
   */
  add(payload: Json, options?: TaskOptions): Promise<QueuedTask>;
  get(id: string): Promise<QueuedTask | undefined>;
  /** In the order in which they would run, then those that ended, newest first. Default: all states. */
  list(states?: readonly TaskState[], limit?: number): Promise<QueuedTask[]>;
  /**
   * Cancels a task. A waiting one does not begin; the signal of a running one aborts within about two seconds.
   *
   * @throws ArtistError ERR_NOT_FOUND
   */
  cancel(id: string): Promise<QueuedTask>;
  /**
   * Makes a failed or cancelled task wait again, with all its tries.
   *
   * @throws ArtistError ERR_NOT_FOUND; ERR_INVALID_ARGUMENT in another state
   */
  retry(id: string): Promise<QueuedTask>;
  /**
   * Gives a waiting or delayed task another priority. Among tasks of that priority, it is last.
   *
   * @throws ArtistError ERR_NOT_FOUND; ERR_INVALID_ARGUMENT in another state, or when the priority is not 0..100
   */
  move(id: string, priority: number): Promise<QueuedTask>;
  /** Stops workers from beginning tasks until resume(), also after a restart. Running tasks continue. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  isPaused(): Promise<boolean>;
  /**
   * Starts a worker.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT
   */
  work(handler: TaskHandler, options?: WorkerOptions): Promise<QueueWorker>;
  /**
   * Waits until the task is done, failed for good or cancelled. Keeps waiting while the queue is unreachable.
   *
   * @throws ArtistError ERR_NOT_FOUND; the signal's reason
   */
  wait(id: string, options?: { signal?: AbortSignal }): Promise<QueuedTask>;
  /** The result stored for a task with settle(); undefined if there is none. */
  settled(id: string): Promise<Json | undefined>;
  /** Stores a result for a task outside its try; see RunningTask.settle(). */
  settle(id: string, result: Json): Promise<Json>;
  /** Messages about settings of the storage that may lose tasks. */
  warnings(): Promise<string[]>;
  /** A value that differs after every change by any process; cheap. Absent where the storage has none. */
  version?(): Promise<string>;
  /** Stops its workers and closes its connections. */
  close(): Promise<void>;
}

export const endedStates: readonly TaskState[] = ['done', 'failed', 'cancelled'];
/** Number of ended tasks to keep. */
export const mostEnded = 1000;
/** A task during which workers died this often fails: the task itself may be the cause. */
export const mostInterruptions = 3;
