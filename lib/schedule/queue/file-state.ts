import * as z from 'zod';
import type { StateDefinition } from '../../core/index.ts';
import { retryDelay } from '../retry.ts';
import { uniqueIds } from '../unique-ids.ts';
import { endedStates, type Json, mostEnded, mostInterruptions, type QueuedTask, taskStates } from './types.ts';

const holderSchema = z.strictObject({
  /** Identifies this one claim. */
  token: z.string(),
  name: z.string(),
  host: z.string(),
  pid: z.int(),
  birth: z.string().nullable(),
  /** Increases while the worker lives. */
  beat: z.int(),
});
export type Holder = z.infer<typeof holderSchema>;

/** It comes from a JSON file, or was made JSON by `plain()`: looking through the payloads of a thousand tasks at each change takes too long. */
const json = () => z.custom<Json>((value) => value !== undefined, { error: 'expected a value' });

/** The value as JSON gives it back, as in Redis. */
export function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null)) as Json;
}

const taskSchema = z.strictObject({
  id: z.string(),
  order: z.int(),
  payload: json(),
  state: z.enum(taskStates),
  priority: z.int(),
  attempts: z.int(),
  attempt: z.int(),
  interruptions: z.int(),
  backoffMs: z.int(),
  addedAt: z.int(),
  /** Start and length of a delay. */
  delayedAt: z.int(),
  delayMs: z.int(),
  startedAt: z.int().nullable(),
  endedAt: z.int().nullable(),
  worker: z.string().nullable(),
  holder: holderSchema.nullable(),
  cancelRequested: z.boolean(),
  result: json(),
  /** The result a try stored before it ended, see RunningTask.settle(). */
  settled: json().optional(),
  code: z.string().nullable(),
  message: z.string().nullable(),
});
export type StoredTask = z.infer<typeof taskSchema>;

const queueSchema = z.strictObject({ paused: z.boolean(), nextOrder: z.int(), tasks: z.array(taskSchema).check(uniqueIds('task')) });
export type QueueState = z.infer<typeof queueSchema>;

export const queueDefinition: StateDefinition<QueueState> = {
  kind: 'queue',
  version: 2,
  schema: queueSchema,
  initial: () => ({ paused: false, nextOrder: 1, tasks: [] }),
  migrations: { 1: (data) => data },
  lists: { tasks: {} },
};

/** Tasks in the order in which they would run, then ended ones, newest first. */
export function compareTasks(a: StoredTask, b: StoredTask): number {
  const [endedA, endedB] = [endedStates.includes(a.state), endedStates.includes(b.state)];
  if (endedA !== endedB) return endedA ? 1 : -1;
  if (endedA) return (b.endedAt ?? 0) - (a.endedAt ?? 0) || b.order - a.order;
  return b.priority - a.priority || a.order - b.order;
}

export function publicTask(task: StoredTask): QueuedTask {
  const { id, payload, state, priority, attempts, attempt, addedAt, startedAt, endedAt, worker, result, code, message } = task;
  return { id, payload, state, priority, attempts, attempt, addedAt, startedAt, endedAt, worker, result, code, message };
}

/**
 * Makes delayed tasks that are due wait. If the clock was set back to before the delay began, the delay ends, because its rest is unknown.
 */
function wakeDelayed(state: QueueState, now: number): void {
  for (const task of state.tasks) task.state = stateAt(task, now);
}

function stateAt({ state, delayedAt, delayMs }: StoredTask, now: number): StoredTask['state'] {
  return state === 'delayed' && (now >= delayedAt + delayMs || now < delayedAt - 60_000) ? 'waiting' : state;
}

/** The tasks as they are now, for readers that change nothing. */
export function tasksAt(state: QueueState, now: number): StoredTask[] {
  return state.tasks.map((task) => (task.state === 'delayed' ? { ...task, state: stateAt(task, now) } : task));
}

/** Gives the next waiting task to a worker; undefined if there is none or the queue is paused. */
export function claimTask(state: QueueState, holder: Holder, now: number): StoredTask | undefined {
  wakeDelayed(state, now);
  if (state.paused) return undefined;
  const [task] = state.tasks.filter((one) => one.state === 'waiting').sort(compareTasks);
  if (!task) return undefined;
  Object.assign(task, { state: 'running', attempt: task.attempt + 1, startedAt: now, worker: holder.name, holder });
  return task;
}

/** The task of a claim; undefined if another worker has it. */
export function heldTask(state: QueueState, id: string, token: string): StoredTask | undefined {
  return state.tasks.find((task) => task.id === id && task.state === 'running' && task.holder?.token === token);
}

export type TaskEnd =
  | { kind: 'done'; result: Json }
  | { kind: 'failed'; code: string; message: string; retryable: boolean }
  | { kind: 'cancelled' }
  /** Puts a task back whose worker was stopped or died. */
  | { kind: 'given-back'; interrupted: boolean };

/** Ends a claim and returns the new state of the task. */
export function endClaim(state: QueueState, task: StoredTask, end: TaskEnd, now: number): StoredTask['state'] {
  task.holder = null;
  const close = (outcome: 'done' | 'failed' | 'cancelled', code: string | null, message: string | null): void => {
    Object.assign(task, { state: outcome, endedAt: now, code, message, cancelRequested: false });
    prune(state);
  };
  if (end.kind === 'done') {
    task.result = end.result;
    close('done', null, null);
  } else if (end.kind === 'cancelled' || task.cancelRequested) {
    close('cancelled', 'ERR_ABORTED', 'cancelled');
  } else if (end.kind === 'given-back') {
    task.attempt--;
    if (end.interrupted) task.interruptions++;
    if (task.interruptions >= mostInterruptions)
      close('failed', 'ERR_INTERRUPTED', `workers died in the middle of it ${task.interruptions} times`);
    else task.state = 'waiting';
  } else if (end.retryable && task.attempt < task.attempts) {
    const delayMs = retryDelay(task.backoffMs, task.attempt);
    Object.assign(task, { state: delayMs > 0 ? 'delayed' : 'waiting', delayedAt: now, delayMs, code: end.code, message: end.message });
  } else {
    close('failed', end.code, end.message);
  }
  return task.state;
}

function prune(state: QueueState): void {
  const ended = state.tasks.filter((task) => endedStates.includes(task.state)).sort(compareTasks);
  const gone = new Set(ended.slice(mostEnded));
  if (gone.size > 0) state.tasks = state.tasks.filter((task) => !gone.has(task));
}
