/** Which runs are due, and when the state must be looked at next. Every function changes `state` in place. */
import { dueTimes, faultOf, type Job, type Occurrence, occurrenceId } from '../job.ts';
import type { ScheduleState } from '../state.ts';
import { nextRuns, runsBetween } from '../time/occurrences.ts';
import type { ScheduleEvent } from './events.ts';
import { recordMissed } from './history.ts';
import { mostCaughtUp, mostListed, toleranceMs } from './limits.ts';

/** After the clock was set back: runs recorded as missed that are now in the future are no failures, so they leave the history. */
function takeBackMissed(state: ScheduleState, job: Job, now: number): void {
  const wrong = state.history.filter(
    ({ jobId, outcome, lastDueAt }) => jobId === job.id && outcome === 'missed' && lastDueAt > now + toleranceMs,
  );
  const begun = begunIds(state, job);
  for (const record of wrong) {
    const { times, earlier } = runsBetween(job, record.dueAt - 1, now, mostListed);
    const missed = times.filter((time) => !begun.has(occurrenceId(job.id, time)));
    const count = Math.min(record.count, missed.length + earlier);
    const works = Math.round((record.works.due / record.count) * count);
    job.totals.missed -= record.count - count;
    job.totals.worksDue -= record.works.due - works;
    record.count = count;
    record.works.due = works;
    record.lastDueAt = Math.max(record.dueAt, missed.at(-1) ?? record.dueAt);
    record.endedAt = Math.min(record.endedAt, now);
  }
  state.history = state.history.filter((record) => !wrong.includes(record) || record.count > 0);
}

export function newOccurrence(job: Job, dueAt: number, kind: Occurrence['kind'], id = occurrenceId(job.id, dueAt)): Occurrence {
  return { id, dueAt, kind, attempt: 0, interruptions: 0, notBefore: dueAt, rotationFrom: null, items: [] };
}

/** Ids of the job's runs that have begun. After the clock was set back they must not begin again. */
function begunIds(state: ScheduleState, job: Job): Set<string> {
  const ended = state.history.filter((record) => record.jobId === job.id && record.outcome !== 'missed').map((record) => record.id);
  return new Set([...ended, ...job.waiting.map(({ id }) => id), ...(job.running ? [job.running.id] : [])]);
}

/** Moves all runs that became due up to `now` to the waiting runs, or to the history as missed. Paused jobs are skipped. */
export function collectDue(state: ScheduleState, now: number): ScheduleEvent[] {
  return state.jobs.flatMap((job) => (job.paused || faultOf(job) !== undefined ? [] : collectJob(state, job, now)));
}

function collectJob(state: ScheduleState, job: Job, now: number): ScheduleEvent[] {
  const events: ScheduleEvent[] = [];
  if (job.cursor > now + toleranceMs) {
    events.push({ type: 'clock-back', job, byMs: job.cursor - now });
    job.cursor = now;
    takeBackMissed(state, job, now);
    // Delays counted from the wrong time would last until that time comes.
    for (const occurrence of job.waiting) occurrence.notBefore = Math.min(occurrence.notBefore, now);
    return events;
  }
  if (job.cursor >= now) return events;
  const { times, earlier } = runsBetween(job, job.cursor, now, mostListed);
  job.cursor = now;
  if (times.length === 0) return events;
  const begun = begunIds(state, job);
  const due = times.filter((time) => !begun.has(occurrenceId(job.id, time)));
  const { chosen, late, busy } = chooseDue(job, due, now);
  events.push(...recordMissed(state, job, late, earlier, now, 'it was due while the schedule was not running'));
  events.push(...recordMissed(state, job, busy, late.length > 0 ? 0 : earlier, now, 'the run before it had not ended'));
  for (const time of chosen) {
    const caughtUp = now - time > toleranceMs;
    const occurrence = newOccurrence(job, time, caughtUp ? 'caught-up' : 'scheduled');
    if (caughtUp) job.totals.caughtUp++;
    job.totals.worksDue += job.count;
    job.waiting.push(occurrence);
    events.push({ type: 'due', job, occurrence });
  }
  return events;
}

/** Sorts due times into those that run, those that are too late, and those that came while an earlier run was not over. */
function chooseDue(job: Job, due: readonly number[], now: number): { chosen: number[]; late: number[]; busy: number[] } {
  const onTime = due.filter((time) => now - time <= toleranceMs);
  const eligible = due.filter((time) => now - time > toleranceMs && now - time <= job.graceMs);
  const wanted =
    job.misfire === 'all' ? [...eligible, ...onTime] : job.misfire === 'skip' ? onTime.slice(-1) : [...eligible, ...onTime].slice(-1);
  const open = job.waiting.filter(({ kind }) => kind !== 'requested').length;
  // Beside the current run, one run may wait; with `all`, up to mostCaughtUp.
  const room = Math.max(0, (job.misfire === 'all' ? mostCaughtUp : 1) - open);
  const chosen = wanted.slice(Math.max(0, wanted.length - room), room === 0 ? 0 : undefined);
  const left = due.filter((time) => !chosen.includes(time));
  return { chosen, late: left.filter((time) => !wanted.includes(time)), busy: left.filter((time) => wanted.includes(time)) };
}

/** The next moment at which the simulation has something to do; undefined: never. */
export function nextWake(state: ScheduleState, nextDue: (job: Job) => number | undefined): number | undefined {
  const times = state.jobs.flatMap((job) => {
    const waits = job.running ? [] : job.waiting.map(({ notBefore }) => notBefore);
    const due = job.paused || faultOf(job) !== undefined ? undefined : nextDue(job);
    return [...waits, ...(due === undefined ? [] : [due])];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Whether collectDue() would change anything. */
export function needsCollecting(state: ScheduleState, now: number): boolean {
  return state.jobs.some((job) => {
    if (job.paused || faultOf(job) !== undefined) return false;
    return job.cursor > now + toleranceMs || (nextRuns(job, job.cursor, 1)[0] ?? now + 1) <= now;
  });
}

/** The next moment at which the daemon must read the store, if no other process changes it before. undefined: never. */
export function nextLook(state: ScheduleState, now: number): number | undefined {
  const times = state.jobs.flatMap((job) => [
    ...dueTimes(job, Math.max(job.cursor, now), 1),
    ...(job.running ? [] : job.waiting.map(({ notBefore }) => Math.max(notBefore, now + 1))),
  ]);
  return times.length === 0 ? undefined : Math.min(...times);
}
