/** Finding, pausing, changing and removing jobs. Every function changes `state` in place. */
import type * as z from 'zod';
import { ArtistError, nearest } from '../../core/index.ts';
import { type Job, type jobOptions, newJob, type Totals } from '../job.ts';
import type { ScheduleState } from '../state.ts';

/**
 * A job by its id, or by its name if only one job has it.
 *
 * @throws ArtistError ERR_NOT_FOUND; ERR_DAMAGED: its record cannot be read
 */
export function findJob(state: ScheduleState, id: string): Job {
  const job = state.jobs.find((one) => one.id === id) ?? onlyOne(state.jobs.filter((one) => one.name === id));
  if (job) return job;
  const broken = state.broken.find((one) => one.id === id);
  if (broken)
    throw new ArtistError(
      'ERR_DAMAGED',
      `schedule: expected a job that can be read, got ${id}: ${broken.reason}. Add it again, and remove this one: ai-artist schedule remove ${id}`,
    );
  const known = state.jobs.map((one) => one.id);
  const meant = nearest(id, known);
  throw new ArtistError(
    'ERR_NOT_FOUND',
    `schedule: expected the id of a job, got ${JSON.stringify(id)}. ${known.length === 0 ? 'There are no jobs' : `Known: ${known.slice(0, 12).join(', ')}`}${meant === undefined ? '' : `. Did you mean ${meant}?`}`,
  );
}

function onlyOne(jobs: readonly Job[]): Job | undefined {
  return jobs.length === 1 ? jobs[0] : undefined;
}

export function pauseJob(state: ScheduleState, id: string): Job {
  const job = findJob(state, id);
  job.paused = true;
  return job;
}

/** Runs that would have been due during the pause are not made up for. */
export function resumeJob(state: ScheduleState, id: string, now: number): Job {
  const job = findJob(state, id);
  if (job.paused) job.cursor = now;
  job.paused = false;
  return job;
}

/** The fields that a change of a job keeps. */
const unchanged = ['id', 'createdAt', 'paused', 'rotationAt', 'waiting', 'running', 'retriedAt', 'totals'] as const;

/**
 * Replaces the options of a job. Runs that have begun continue with the options they began with. If the times change, earlier times are not made
 * up for.
 */
export function editJob(state: ScheduleState, id: string, changes: z.output<typeof jobOptions>, now: number): Job {
  const job = findJob(state, id);
  const fresh = newJob(changes, job.id, now);
  for (const run of [...job.waiting, ...(job.running ? [job.running] : [])]) {
    if (run.attempt > 0) run.began ??= { payload: job.payload, rotation: job.rotation, count: job.count };
    else job.totals.worksDue += fresh.count - job.count;
  }
  const { anchor, cursor } = isSameCalendar(job, fresh) ? job : fresh;
  const kept = Object.fromEntries(unchanged.map((name) => [name, job[name]]));
  return Object.assign(job, { ...fresh, ...kept, anchor, cursor });
}

function isSameCalendar(a: Job, b: Job): boolean {
  return JSON.stringify([a.timing, a.timeZone]) === JSON.stringify([b.timing, b.timeZone]);
}

/** Removes a job, or a record that cannot be read; for the latter it returns undefined. */
export function removeJob(state: ScheduleState, id: string): Job | undefined {
  const broken = state.broken.find((one) => one.id === id);
  if (broken) {
    state.broken = state.broken.filter((one) => one !== broken);
    return undefined;
  }
  const job = findJob(state, id);
  state.jobs = state.jobs.filter((one) => one !== job);
  for (const [name, count] of Object.entries(job.totals)) state.removed[name as keyof Totals] += count;
  return job;
}
