import type { Job as BullJob, JobType } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Json, QueuedTask, TaskState } from './types.ts';

/** The data of a task in Redis. BullMQ has no cancelled jobs, so a mark makes one, and a worker that gets it does not begin. */
export interface Stored {
  payload: Json;
  /** Milliseconds since 1970. */
  cancelledAt: number | null;
}

export type BullTask = BullJob<Stored, Json>;
export type Modules = { bullmq: typeof import('bullmq'); RedisClient: typeof Redis };

const highest = 100;

/** BullMQ's priorities: 1 is first, and 0, "none", would go before all. The same in both directions. */
export function turnPriority(priority: number): number {
  return 1 + highest - priority;
}

/** Names of a queue's keys. */
export interface KeyForm {
  /** Prefix of all keys. */
  prefix: string;
  /** Prefix of ids: BullMQ stores a task under its id beside its own keys `wait`, `meta` …, which an id must not equal. */
  idPrefix: string;
}

/** Other programs use BullMQ's default prefix, `bull`. */
export const ownForm: KeyForm = { prefix: 'ai-artist', idPrefix: 'task-' };
/** Before version 3 of the schedule's state. */
export const oldForm: KeyForm = { prefix: 'bull', idPrefix: '' };

export const bullId = (id: string, { idPrefix }: KeyForm): string => idPrefix + id;
export const publicId = (id: string | undefined, { idPrefix }: KeyForm): string =>
  id?.startsWith(idPrefix) ? id.slice(idPrefix.length) : (id ?? '');

export const stateOf: Partial<Record<string, TaskState>> = {
  waiting: 'waiting',
  'waiting-children': 'waiting',
  prioritized: 'waiting',
  paused: 'waiting',
  delayed: 'delayed',
  active: 'running',
  completed: 'done',
  failed: 'failed',
};
export const typesOf: readonly [JobType, TaskState][] = [
  ['active', 'running'],
  ['prioritized', 'waiting'],
  ['wait', 'waiting'],
  ['delayed', 'delayed'],
  ['completed', 'done'],
  ['failed', 'failed'],
];

export function publicTask(job: BullTask, state: TaskState, form: KeyForm): QueuedTask {
  const cancelled = job.data.cancelledAt !== null && state !== 'running' && state !== 'done';
  const failure = cancelled ? { code: 'ERR_ABORTED', message: 'cancelled' } : readFailure(job.failedReason);
  return {
    id: publicId(job.id, form),
    payload: job.data.payload,
    state: cancelled ? 'cancelled' : state,
    // Changed by move(), unlike that of the options.
    priority: turnPriority(job.priority || (job.opts.priority ?? 1)),
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

/** BullMQ stores a failure as one text; ours begins with the code. */
export function readFailure(reason: string | undefined): { code: string; message: string } | undefined {
  if (!reason) return undefined;
  const [, code, message] = /^(ERR_[A-Z_]+): (.*)$/s.exec(reason) ?? [];
  if (code !== undefined && message !== undefined) return { code, message };
  if (reason.includes('stalled more than')) return { code: 'ERR_INTERRUPTED', message: 'workers died in the middle of it' };
  return { code: 'ERR_INTERNAL', message: reason };
}
