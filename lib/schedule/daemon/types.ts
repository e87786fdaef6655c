import type { Job, RunItem } from '../job.ts';
import type { ScheduleEvent } from '../rules/events.ts';
import type { ScheduleStore } from '../store.ts';

/** One work that the schedule asks for. */
export interface ScheduledTask {
  /** The same for every try of the same work: a runner can tell from it that the work is already there. */
  id: string;
  jobId: string;
  runId: string;
  /** Which work of the run, from 0, of how many. */
  index: number;
  of: number;
  /** From 1. */
  attempt: number;
  /** When it was due, milliseconds since 1970. */
  dueAt: number;
  payload: Job['payload'];
  /** Element of the rotation whose turn it is; undefined: the job has none. */
  rotation: Job['payload'] | undefined;
  /** Aborts when the daemon has to end before the work did. */
  signal: AbortSignal;
}

/** Does one work; what it returns goes into the history and should be small. What it throws makes the work a failed one. */
export type TaskRunner = (task: ScheduledTask) => Promise<Job['payload'] | undefined>;

export type DaemonEvent =
  | ScheduleEvent
  | { type: 'started'; job: Job; runId: string; attempt: number }
  | { type: 'work'; job: Job; runId: string; item: RunItem }
  | { type: 'clock-jump'; byMs: number }
  /** The state could not be read or written; it is tried again every second. */
  | { type: 'trouble'; error: unknown }
  | { type: 'stopping'; running: boolean };

export interface DaemonOptions {
  store: ScheduleStore;
  run: TaskRunner;
  onEvent?: (event: DaemonEvent) => void;
  /** Id of the one run that it takes; it leaves everything else as it is. For a run that was asked for while no daemon runs. */
  only?: string;
  /** Works of one run at the same time. Default 1: for runners that hand the work on. */
  concurrency?: number;
  /** How often it looks, milliseconds. Default 1000. */
  tickMs?: number;
  heartbeatMs?: number;
  /** At stop(): how long the current work may take to end by itself, milliseconds, before its signal aborts. Default 30 000. */
  stopWithinMs?: number;
  /** After the abort: how long until it is given up, milliseconds. Default 10 000. */
  abortWithinMs?: number;
}
