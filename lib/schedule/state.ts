import { z } from 'zod';
import { lazySchema, type StateDefinition } from '../core/index.ts';
import { jobSchema, noTotals, totalsSchema } from './job.ts';

export const outcomes = ['done', 'partial', 'failed', 'missed', 'cancelled'] as const;
/** `partial`: some works of a batch failed. `missed`: it was due and never started. All but done and cancelled are failures. */
export type RunOutcome = (typeof outcomes)[number];

const recordSchema = lazySchema(() =>
  z.strictObject({
    id: z.string(),
    jobId: z.string(),
    jobName: z.string(),
    outcome: z.enum(outcomes),
    kind: z.enum(['scheduled', 'caught-up', 'requested']),
    dueAt: z.int(),
    /** Start of the last try; null: it was never started. */
    startedAt: z.int().nullable(),
    endedAt: z.int(),
    /** Of the last try. */
    seconds: z.number().min(0),
    attempts: z.int().min(0),
    works: z.strictObject({ done: z.int().min(0), due: z.int().min(0) }),
    /** Code and message of the last failure; null where nothing failed. */
    code: z.string().nullable(),
    message: z.string().nullable(),
    /** What the runner returned for each work that was done. */
    results: z.array(z.json()),
    /** Missed runs that follow each other are one record: how many, and when the last was due. Else 1. */
    count: z.int().min(1),
    lastDueAt: z.int(),
  }),
);
/** One line of the history: a run that ended, or runs that were missed. */
export type HistoryRecord = z.infer<typeof recordSchema>;

const scheduleSchema = lazySchema(() =>
  z.strictObject({
    /** Number of the next job; numbers are not used again. */
    nextJob: z.int().min(1),
    jobs: z.array(jobSchema),
    /** Oldest first, bounded. */
    history: z.array(recordSchema),
    /** Of jobs that were removed: what happened stays counted. */
    removed: totalsSchema,
  }),
);
export type ScheduleState = z.infer<typeof scheduleSchema>;

export const scheduleDefinition: StateDefinition<ScheduleState> = {
  kind: 'schedule',
  version: 2,
  schema: scheduleSchema,
  initial: emptySchedule,
  migrations: { 1: (data) => ({ ...(data as object), removed: { ...noTotals } }) },
};

export function emptySchedule(): ScheduleState {
  return { nextJob: 1, jobs: [], history: [], removed: { ...noTotals } };
}
