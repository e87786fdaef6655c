import * as z from 'zod';

export const taskStates = ['waiting', 'delayed', 'running', 'done', 'failed', 'cancelled'] as const;
/** `delayed`: it waits for its delay, or for its next try. */
export type TaskState = (typeof taskStates)[number];

export type Json = z.infer<ReturnType<typeof z.json>>;

/** Options of a new task. */
export const taskOptions = z.strictObject({
  /** A task of the same id and payload is not added again; the one that is there is returned. Letters, digits, `.`, `_`, `-`. Default: a ULID. */
  id: z
    .string()
    .regex(/^[A-Za-z][\w.-]{0,127}$/, { error: 'a letter, then at most 127 letters, digits, points, dashes or underscores' })
    .optional(),
  /** Larger ones first; equal ones in the order they came. */
  priority: z.int().min(0).max(100).default(50),
  /** Tries, the first included. */
  attempts: z.int().min(1).max(20).default(3),
  /** Before the second try, milliseconds; doubles with each one, up to an hour. */
  backoffMs: z.int().min(0).max(86_400_000).default(60_000),
  /** Not before this many milliseconds from now. */
  delayMs: z
    .int()
    .min(0)
    .max(366 * 86_400_000)
    .default(0),
});
export type TaskOptions = z.input<typeof taskOptions>;

/** A task as the queue knows it. Times are milliseconds since 1970. */
export interface QueuedTask {
  id: string;
  payload: Json;
  state: TaskState;
  priority: number;
  /** Tries that it may take. */
  attempts: number;
  /** Tries that were begun, without those that were interrupted. */
  attempt: number;
  addedAt: number;
  /** Of the last try. */
  startedAt: number | null;
  endedAt: number | null;
  /** Name of the worker that has, or had, it. */
  worker: string | null;
  /** What the handler returned; null before. */
  result: Json;
  /** Of the last failure. */
  code: string | null;
  message: string | null;
}

/** A task in the hands of a worker. */
export interface RunningTask {
  id: string;
  payload: Json;
  /** From 1. */
  attempt: number;
  /** Aborts when the task is cancelled, when the worker is stopped, and when the worker has lost the task to another. */
  signal: AbortSignal;
  /** What an earlier try put down with settle(), by any worker; undefined: nothing. The work is there, or its worker will put it there. */
  settled: Json | undefined;
  /**
   * Puts down what the task gives, before the handler leaves it where others see it, and returns what counts: of two workers that have the same
   * task, because one was silent for too long, only the first one's result does. A queue that is out of reach is waited for.
   */
  settle: (result: Json) => Promise<Json>;
}

/**
 * Does one task; what it returns is recorded, what it throws makes the try a failed one. A worker that dies in the middle has its task done
 * by another, from the beginning: a handler that leaves something outside asks settle() first, and leaves it only if its own result counts.
 */
export type TaskHandler = (task: RunningTask) => Promise<Json | undefined>;

export type WorkerEvent =
  | { type: 'started' | 'done' | 'cancelled'; id: string }
  | { type: 'failed'; id: string; code: string; message: string; again: boolean }
  /** The task was given to another worker: this one was silent for too long, and what it did is not recorded. */
  | { type: 'lost'; id: string }
  /** The queue is out of reach; the worker goes on trying. */
  | { type: 'trouble'; error: unknown };

export interface WorkerOptions {
  /** Shown in the tasks. Default: host and pid. */
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
  /** Takes nothing more and waits for what it has; after `withinMs` (default 30 000) it aborts it, and it goes back into the queue. Idempotent. */
  stop(withinMs?: number): Promise<void>;
}

/**
 * Tasks that wait for workers, kept where all of them can reach it. Every method may throw ERR_NETWORK (Redis is out of reach) or what a state
 * file throws.
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
  /** A waiting task is not begun any more; the signal of a running one aborts within about two seconds. @throws ArtistError ERR_NOT_FOUND */
  cancel(id: string): Promise<QueuedTask>;
  /** A failed or cancelled task waits again, with all its tries. @throws ArtistError ERR_NOT_FOUND; ERR_INVALID_ARGUMENT in another state */
  retry(id: string): Promise<QueuedTask>;
  /** No worker begins a task until resume(), also after a restart. What is running goes on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  isPaused(): Promise<boolean>;
  /** Begins to work. @throws ArtistError ERR_INVALID_ARGUMENT */
  work(handler: TaskHandler, options?: WorkerOptions): Promise<QueueWorker>;
  /** The task once it is done, failed for good or cancelled. A queue that is out of reach is waited for. @throws ArtistError ERR_NOT_FOUND; the signal's reason */
  wait(id: string, options?: { signal?: AbortSignal }): Promise<QueuedTask>;
  /** What was put down for a task with settle(); undefined: nothing. */
  settled(id: string): Promise<Json | undefined>;
  /** Puts it down for a task of another try; see RunningTask.settle(). */
  settle(id: string, result: Json): Promise<Json>;
  /** What may cost tasks in the way that the queue is kept, in words; empty: nothing. */
  warnings(): Promise<string[]>;
  /** Stops its workers and lets go of connections. */
  close(): Promise<void>;
}

export const endedStates: readonly TaskState[] = ['done', 'failed', 'cancelled'];
/** Ended tasks that are kept. */
export const mostEnded = 1000;
/** A task in whose middle workers died this often is given up: it may be what kills them. */
export const mostInterruptions = 3;
