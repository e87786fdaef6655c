import type { Job, RunItem } from '../job.ts';
import type { ScheduleEvent } from '../rules/events.ts';
import type { ScheduleStore } from '../store.ts';

/** One work that the schedule asks for. */
export interface ScheduledTask {
  /** The same for every try of a work, so that a runner can recognise a work that exists already. */
  id: string;
  jobId: string;
  runId: string;
  /** Number of the work in its run, from 0. */
  index: number;
  of: number;
  /** From 1. */
  attempt: number;
  /** When it was due, milliseconds since 1970. */
  dueAt: number;
  payload: Job['payload'];
  /** The current element of the rotation; undefined if the job has none. */
  rotation: Job['payload'] | undefined;
  /** Aborts if the daemon must stop before the work ends. */
  signal: AbortSignal;
}

/** Does one work. The result goes into the history and should be small. An error makes the work fail. */
export type TaskRunner = (task: ScheduledTask) => Promise<Job['payload'] | undefined>;

export type DaemonEvent =
  | ScheduleEvent
  | { type: 'started'; job: Job; runId: string; attempt: number }
  | { type: 'work'; job: Job; runId: string; item: RunItem }
  | { type: 'clock-jump'; byMs: number }
  /** The state could not be read or written; the daemon tries again every second. */
  | { type: 'trouble'; error: unknown }
  | { type: 'stopping'; running: boolean };

export interface DaemonOptions {
  store: ScheduleStore;
  run: TaskRunner;
  onEvent?: (event: DaemonEvent) => void;
  /** Id of the only run to take. For a requested run while no daemon is running. */
  only?: string;
  /** Works of one run done in parallel. Default 1. More is for runners that pass the work to others. */
  concurrency?: number;
  /** Interval of checks, milliseconds. Default 1000. */
  tickMs?: number;
  heartbeatMs?: number;
  /** How long stop() waits for the current work before it aborts it, milliseconds. Default 30 000. */
  stopWithinMs?: number;
  /** How long stop() waits for an aborted work, milliseconds. Default 10 000. */
  abortWithinMs?: number;
}
