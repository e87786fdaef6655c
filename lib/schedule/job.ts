import * as z from 'zod';
import { ArtistError } from '../core/index.ts';
import { nextRuns, type QuietHours } from './time/occurrences.ts';
import { checkTimeZone, localTimeZone } from './time/time-zone.ts';
import { type ParsedTiming, parseTiming, type Timing, timingSchema } from './time/timing.ts';

/**
 * What happens to runs that were due while no daemon was running: `skip` runs none, `once` the latest, `all` each of them. Runs older than
 * the grace period are not made up for. Runs that are not made up for are recorded as missed.
 */
export const misfirePolicies = ['skip', 'once', 'all'] as const;
export type MisfirePolicy = (typeof misfirePolicies)[number];

const hourMs = 3_600_000;
const minuteMs = 60_000;
export const mostWorks = 64;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'a time of day as HH:MM' });
const quietSchema = z.strictObject({ from: clock, to: clock });
const json = z.json();

/** Options of a new job. */
export const jobOptions = z.strictObject({
  /** A schedule expression such as `daily 09:00`, or its parts as an object. */
  when: z.union([z.string(), timingSchema]),
  /** Shown to users. Default: the expression. */
  name: z.string().min(1).max(80).optional(),
  /** Works of each run. Default 1. */
  count: z.int().min(1).max(mostWorks).optional(),
  /** IANA name. Default: this machine's. */
  timeZone: z.string().optional(),
  jitterMs: z
    .int()
    .min(0)
    .max(12 * hourMs)
    .default(0),
  quietHours: quietSchema.optional(),
  misfire: z.enum(misfirePolicies).default('once'),
  graceMs: z
    .int()
    .min(0)
    .max(366 * 24 * hourMs)
    .default(12 * hourMs),
  /** Tries of each run, the first included. */
  attempts: z.int().min(1).max(20).default(3),
  /** Wait before the second try; doubles with each one, up to an hour. */
  backoffMs: z
    .int()
    .min(0)
    .max(24 * hourMs)
    .default(minuteMs),
  /** Limit of second and later tries within 24 hours, over all runs, so that a lasting fault does not keep the machine busy. */
  retriesPerDay: z.int().min(0).max(1000).default(10),
  /** Passed to the runner unchanged. */
  payload: json.default(null),
  /** One element for each work, in turn. The position survives restarts. */
  rotation: z.array(json).max(10_000).default([]),
  /** Seed of the jitter. */
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
});
export type JobOptions = z.input<typeof jobOptions>;

const itemSchema = z.strictObject({
  /** Which work of the run, from 0. */
  index: z.int().min(0),
  outcome: z.enum(['done', 'failed']),
  seconds: z.number().min(0),
  code: z.string().optional(),
  message: z.string().optional(),
  retryable: z.boolean().optional(),
  /** What the runner returned. */
  result: json.optional(),
});
/** How one work of a run ended. */
export type RunItem = z.infer<typeof itemSchema>;

/** A function, so that importing the package builds no schema. */
const occurrenceFields = () => ({
  /** `<job>-20260329T070000Z`, or `<job>-now-…` for a requested run. The same moment has the same id on every machine. */
  id: z.string(),
  /** Milliseconds since 1970. */
  dueAt: z.int(),
  kind: z.enum(['scheduled', 'caught-up', 'requested']),
  /** Number of tries, the current one included. */
  attempt: z.int().min(0),
  /** How often the process died during the run. */
  interruptions: z.int().min(0),
  notBefore: z.int(),
  /** Position of its first work in the rotation; null before the first try. */
  rotationFrom: z.int().min(0).nullable(),
  /** Works that ended; for each index the last entry counts. */
  items: z.array(itemSchema),
  /** The run began under a version whose task names did not contain the home. */
  bareTasks: z.boolean().optional(),
  /** The options the run began with, if the job was changed since. */
  began: z.strictObject({ payload: json, rotation: z.array(json), count: z.int().min(1) }).optional(),
});
const occurrenceSchema = z.strictObject(occurrenceFields());
export type Occurrence = z.infer<typeof occurrenceSchema>;
const runningSchema = z.strictObject({ ...occurrenceFields(), startedAt: z.int() });
export type Run = z.infer<typeof runningSchema>;

export const totalsSchema = z.strictObject({
  done: z.int().min(0),
  partial: z.int().min(0),
  failed: z.int().min(0),
  missed: z.int().min(0),
  cancelled: z.int().min(0),
  caughtUp: z.int().min(0),
  retries: z.int().min(0),
  worksDone: z.int().min(0),
  worksDue: z.int().min(0),
});
/** Counts since the job was made. */
export type Totals = z.infer<typeof totalsSchema>;

/** A job as stored. */
export const jobSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: z.int(),
  timing: timingSchema,
  timeZone: z.string(),
  anchor: z.int(),
  count: z.int().min(1),
  jitterMs: z.int().min(0),
  quietHours: quietSchema.nullable(),
  misfire: z.enum(misfirePolicies),
  graceMs: z.int().min(0),
  attempts: z.int().min(1),
  backoffMs: z.int().min(0),
  retriesPerDay: z.int().min(0),
  payload: json,
  rotation: z.array(json),
  seed: z.int(),
  paused: z.boolean(),
  /** All runs due up to this time have been processed. */
  cursor: z.int(),
  rotationAt: z.int().min(0),
  waiting: z.array(occurrenceSchema),
  running: runningSchema.nullable(),
  /** Times of second and later tries within the last 24 hours. */
  retriedAt: z.array(z.int()),
  totals: totalsSchema,
});
export type Job = z.infer<typeof jobSchema>;

export const noTotals: Readonly<Totals> = {
  done: 0,
  partial: 0,
  failed: 0,
  missed: 0,
  cancelled: 0,
  caughtUp: 0,
  retries: 0,
  worksDone: 0,
  worksDue: 0,
};

function expressionOf(when: string | Timing): ParsedTiming {
  return typeof when === 'string' ? parseTiming(splitWords(when)) : { timing: when };
}

/** Splits an expression into words; a quoted part stays one word. */
export function splitWords(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}

function checkQuietHours({ from, to }: QuietHours): void {
  if (from === to)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `quietHours: expected two different times, got ${from} twice, which leaves no time to run`,
    );
}

/**
 * A new job that is due from `now` on.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, also for a job that would never be due
 */
export function newJob(options: z.output<typeof jobOptions>, id: string, now: number): Job {
  const { when, name, count, timeZone, quietHours, ...rest } = options;
  const parsed = expressionOf(when);
  if (parsed.count !== undefined && count !== undefined && parsed.count !== count)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `count: expected to be left out with batch ${parsed.count}@…, got ${count}`);
  const works = parsed.count ?? count ?? 1;
  if (works < 1 || works > mostWorks)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `count: expected 1..${mostWorks} works of a run, got ${works}`);
  if (parsed.timing.kind === 'every' && rest.jitterMs >= parsed.timing.ms)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `jitterMs: expected less than the interval of ${parsed.timing.ms} ms, got ${rest.jitterMs}`,
    );
  if (quietHours) checkQuietHours(quietHours);
  const job: Job = {
    ...rest,
    id,
    name: name ?? (typeof when === 'string' ? when.trim().replace(/\s+/g, ' ') : id),
    createdAt: now,
    timing: parsed.timing,
    timeZone: checkTimeZone(timeZone ?? localTimeZone()),
    anchor: now,
    count: works,
    quietHours: quietHours ?? null,
    paused: false,
    cursor: now,
    rotationAt: 0,
    waiting: [],
    running: null,
    retriedAt: [],
    totals: { ...noTotals },
  };
  if (nextRuns(job, now, 1).length === 0)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `schedule: expected a time that is still to come in ${job.timeZone}, got ${job.name}, which is never due`,
    );
  return job;
}

/** Why a readable job cannot run: this machine does not know its time zone, or cannot parse its expression. undefined if it can run. */
export function faultOf(job: Pick<Job, 'timing' | 'timeZone'>): string | undefined {
  const key = JSON.stringify([job.timing, job.timeZone]);
  const known = faults.get(key);
  if (known !== undefined) return known === '' ? undefined : known;
  let fault = '';
  try {
    checkTimeZone(job.timeZone);
    nextRuns({ ...job, id: '', anchor: 0, jitterMs: 0, quietHours: null, seed: 0 }, Date.UTC(2000, 0, 1), 1);
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  if (faults.size >= mostFaults) faults.clear();
  faults.set(key, fault);
  return fault === '' ? undefined : fault;
}

/** Cached faults by timing and zone; an empty text means none. */
const faults = new Map<string, string>();
const mostFaults = 1000;

/** The next times at which the job is due; none if it is paused or broken. */
export function dueTimes(job: Job, after: number, count: number): number[] {
  return job.paused || faultOf(job) !== undefined ? [] : nextRuns(job, after, count);
}

/** The options that would make the same job. */
export function jobAsOptions(job: Job): JobOptions {
  const {
    timing,
    name,
    count,
    timeZone,
    jitterMs,
    quietHours,
    misfire,
    graceMs,
    attempts,
    backoffMs,
    retriesPerDay,
    payload,
    rotation,
    seed,
  } = job;
  const rest = { name, count, timeZone, jitterMs, misfire, graceMs, attempts, backoffMs, retriesPerDay, payload, rotation, seed };
  return { when: timing, ...rest, ...(quietHours && { quietHours }) };
}

/** `j3` at 2026-03-29 07:00 UTC -> `j3-20260329T070000Z`; with milliseconds if they are not 0. */
export function occurrenceId(jobId: string, dueAt: number): string {
  const stamp = new Date(dueAt).toISOString().replace(/[-:]/g, '').replace('.000Z', 'Z').replace('.', '');
  return `${jobId}-${stamp}`;
}
