import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { answering, type LockOwner, systemCode } from '../core/index.ts';
import type { Totals } from './job.ts';
import type { HistoryRecord, ScheduleState } from './state.ts';
import { type ScheduleStore, scheduleFiles } from './store.ts';

const heartbeatSchema = z.object({ pid: z.int(), startedAt: z.iso.datetime(), at: z.iso.datetime(), running: z.array(z.string()) });
/** Content of the heartbeat file. Times are ISO. */
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** The figures of a schedule, for an operator. */
export interface ScheduleFigures {
  /** Number of days covered. */
  days: number;
  /** Runs that ended, and runs that were missed. */
  runs: { done: number; partial: number; failed: number; missed: number; cancelled: number };
  works: { done: number; due: number };
  /** Done ÷ (done + partial + failed + missed); null: nothing was due. */
  successRate: number | null;
  /** Mean seconds of the runs that were done; null if none was. */
  meanSeconds: number | null;
  /** The same for each of their works. */
  secondsPerWork: number | null;
}

const dayMs = 86_400_000;

/** Figures of the runs that ended within the last `days`, from the history (which keeps the latest 1000 records). */
export const scheduleFigures = answering(
  'scheduleFigures',
  (history: readonly HistoryRecord[], now: number, days = 30): ScheduleFigures => {
    const runs = { done: 0, partial: 0, failed: 0, missed: 0, cancelled: 0 };
    const works = { done: 0, due: 0 };
    let seconds = 0;
    let made = 0;
    for (const record of history) {
      // Excludes records dated in the future, written while the clock was ahead.
      if (record.endedAt < now - days * dayMs || record.endedAt > now + dayMs) continue;
      runs[record.outcome] += record.count;
      works.done += record.works.done;
      works.due += record.works.due;
      if (record.outcome !== 'done') continue;
      seconds += record.seconds;
      made += record.works.done;
    }
    const due = runs.done + runs.partial + runs.failed + runs.missed;
    return {
      days,
      runs,
      works,
      successRate: due === 0 ? null : runs.done / due,
      meanSeconds: runs.done === 0 ? null : seconds / runs.done,
      secondsPerWork: made === 0 ? null : seconds / made,
    };
  },
);

/** Totals of all jobs since the home was made, removed ones included. They never decrease. */
export function lifetimeTotals({ jobs, removed }: Pick<ScheduleState, 'jobs' | 'removed'>): Totals {
  const sum = { ...removed };
  for (const { totals } of jobs) for (const name of Object.keys(sum) as (keyof Totals)[]) sum[name] += totals[name];
  return sum;
}

/** The daemon of this home and its last heartbeat; undefined if none runs. */
export const daemonStatus = answering(
  'daemonStatus',
  async (store: ScheduleStore): Promise<{ owner: LockOwner; heartbeat: Heartbeat | undefined } | undefined> => {
    const owner = await store.daemon();
    return owner && { owner, heartbeat: await readHeartbeat(store.home) };
  },
);

async function readHeartbeat(home: string): Promise<Heartbeat | undefined> {
  try {
    return heartbeatSchema.safeParse(JSON.parse(await readFile(scheduleFiles(home).heartbeat, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) !== undefined) return undefined; // not written yet, or not readable
    throw error;
  }
}
