import * as z from 'zod';
import type { StateDefinition } from '../core/index.ts';
import { type Job, jobSchema, noTotals, totalsSchema } from './job.ts';
import { uniqueIds } from './unique-ids.ts';

export const outcomes = ['done', 'partial', 'failed', 'missed', 'cancelled'] as const;
/** `partial`: some works of a batch failed. `missed`: it was due and never started. All but done and cancelled are failures. */
export type RunOutcome = (typeof outcomes)[number];

const recordSchema = z.strictObject({
  id: z.string(),
  jobId: z.string(),
  jobName: z.string(),
  outcome: z.enum(outcomes),
  kind: z.enum(['scheduled', 'caught-up', 'requested']),
  dueAt: z.int(),
  /** Start of the last try; null if it never started. */
  startedAt: z.int().nullable(),
  endedAt: z.int(),
  /** Of the last try. */
  seconds: z.number().min(0),
  attempts: z.int().min(0),
  works: z.strictObject({ done: z.int().min(0), due: z.int().min(0) }),
  /** Code and message of the last failure; null if nothing failed. */
  code: z.string().nullable(),
  message: z.string().nullable(),
  /** The runner's result for each work that was done. */
  results: z.array(z.json()),
  /** Consecutive missed runs share one record: their number, and when the last was due. Else 1. */
  count: z.int().min(1),
  lastDueAt: z.int(),
});
/** One line of the history: a run that ended, or runs that were missed. */
export type HistoryRecord = z.infer<typeof recordSchema>;

const scheduleSchema = z.strictObject({
  /** Number of the next job; numbers are not used again. */
  nextJob: z.int().min(1),
  jobs: z.array(jobSchema).check(uniqueIds('job')),
  /** Oldest first, bounded. */
  history: z.array(recordSchema),
  /** Totals of removed jobs, so that their runs stay counted. */
  removed: totalsSchema,
  /** Jobs that could not be read, unchanged. They are shown, never run, and kept so that a person can repair them. */
  broken: z.array(z.strictObject({ id: z.string(), name: z.string(), reason: z.string(), record: z.json() })),
});
export type ScheduleState = z.infer<typeof scheduleSchema>;

export const scheduleDefinition: StateDefinition<ScheduleState> = {
  kind: 'schedule',
  version: 3,
  schema: scheduleSchema,
  initial: emptySchedule,
  migrations: { 1: (data) => ({ ...(data as object), removed: { ...noTotals } }), 2: fromVersion2 },
  lists: { jobs: { into: 'broken', keep: brokenJob }, history: {}, broken: {} },
};

/** Runs that had begun keep their task names, which did not contain the home. */
function fromVersion2(data: unknown): unknown {
  const { jobs, ...rest } = data as { jobs?: unknown };
  if (!Array.isArray(jobs)) return data;
  const begun = (run: unknown): unknown =>
    run !== null && typeof run === 'object' && 'attempt' in run && run.attempt !== 0 ? { ...run, bareTasks: true } : run;
  const job = (one: unknown): unknown => {
    if (one === null || typeof one !== 'object') return one;
    const { waiting, running } = one as { waiting?: unknown; running?: unknown };
    return { ...one, waiting: Array.isArray(waiting) ? waiting.map(begun) : waiting, running: begun(running) };
  };
  return { ...rest, jobs: jobs.map(job), broken: [] };
}

function brokenJob(record: unknown, reason: string): ScheduleState['broken'][number] {
  const { id, name } = (record ?? {}) as { id?: unknown; name?: unknown };
  const text = (value: unknown): string => (typeof value === 'string' ? value : '?');
  return { id: text(id), name: text(name), reason, record: record as Job['payload'] };
}

export function emptySchedule(): ScheduleState {
  return { nextJob: 1, jobs: [], history: [], removed: { ...noTotals }, broken: [] };
}
