/** The life of a run: asked for, begun, recorded, ended, taken up again. Every function changes `state` in place. */
import type { ErrorCode } from '../../core/index.ts';
import type { Job, Occurrence, Run, RunItem } from '../job.ts';
import { retryDelay } from '../retry.ts';
import type { ScheduleState } from '../state.ts';
import { newOccurrence } from './due.ts';
import type { ScheduleEvent } from './events.ts';
import { closeRun, recordMissed } from './history.ts';
import { findJob } from './jobs.ts';
import { longestMessage, mostInterruptions, toleranceMs } from './limits.ts';
import { lastFailure, lastItems, openIndexes, withoutStart, worksOf } from './run-state.ts';

/** Asks for a run now. `name` makes its id different from those of due runs. */
export function requestRun(state: ScheduleState, id: string, now: number, name: string): Occurrence {
  const job = findJob(state, id);
  const occurrence = newOccurrence(job, now, 'requested', `${job.id}-now-${name}`);
  job.totals.worksDue += job.count;
  job.waiting.push(occurrence);
  return occurrence;
}

/** Cancels a requested run that has not begun or waits for another try. Returns false if there is no such run. */
export function withdrawRun(state: ScheduleState, runId: string, now: number): boolean {
  for (const job of state.jobs) {
    const occurrence = job.waiting.find(({ id, kind }) => id === runId && kind === 'requested');
    if (!occurrence) continue;
    job.waiting = job.waiting.filter((one) => one !== occurrence);
    closeRun(state, job, job, { ...occurrence, startedAt: now }, now, 'cancelled');
    return true;
  }
  return false;
}

/** A run that begins. */
export interface Claim {
  job: Job;
  run: Run;
  /** Works of the run that are still to be done. */
  indexes: number[];
}

/**
 * Begins the run that has waited longest, requested runs before due ones. Returns undefined if no run may begin now. `only` is the id of the one run
 * that may begin.
 */
export function claimNext(state: ScheduleState, now: number, only?: string): Claim | undefined {
  let best: { job: Job; occurrence: Occurrence } | undefined;
  for (const job of state.jobs) {
    if (job.running) continue;
    for (const occurrence of job.waiting) {
      if (occurrence.notBefore > now || (only !== undefined && occurrence.id !== only)) continue;
      if (job.paused && occurrence.kind !== 'requested') continue;
      if (!best || rankOf(occurrence) < rankOf(best.occurrence)) best = { job, occurrence };
    }
  }
  if (!best) return undefined;
  const { job, occurrence } = best;
  job.waiting = job.waiting.filter((one) => one.id !== occurrence.id);
  const run: Run = {
    ...occurrence,
    attempt: occurrence.attempt + 1,
    rotationFrom: occurrence.rotationFrom ?? job.rotationAt,
    startedAt: now,
  };
  if (occurrence.rotationFrom === null && job.rotation.length > 0) job.rotationAt = (job.rotationAt + job.count) % job.rotation.length;
  job.running = run;
  return { job, run, indexes: openIndexes(job, run) };
}

function rankOf({ kind, dueAt }: Occurrence): number {
  return kind === 'requested' ? dueAt - Number.MAX_SAFE_INTEGER / 2 : dueAt;
}

/** Records how one work of a run ended. Returns false if the job was removed or has another run by now: then skip the other works. */
export function recordItem(state: ScheduleState, jobId: string, runId: string, item: RunItem): boolean {
  const run = state.jobs.find((job) => job.id === jobId)?.running;
  if (run?.id !== runId) return false;
  const { message, ...rest } = item;
  run.items.push({ ...rest, ...(message !== undefined && { message: message.slice(0, longestMessage) }) });
  return true;
}

/** How a try ended. `stopped`: the daemon is stopping; the try does not count, and the next daemon continues the run. */
export type Ending = 'ended' | 'stopped';

/**
 * Ends the current try of a run: the run is over, or it waits for another try. If the job was removed in the meantime, the record is made from
 * `claim`.
 */
export function endRun(state: ScheduleState, claim: { job: Job; run: Run }, now: number, ending: Ending): ScheduleEvent[] {
  const job = state.jobs.find((one) => one.id === claim.job.id);
  if (!job) return [closeRun(state, undefined, claim.job, claim.run, now, 'cancelled')];
  const run = job.running;
  if (run?.id !== claim.run.id) return [];
  job.running = null;
  if (ending === 'stopped') {
    job.waiting.push({ ...withoutStart(run), attempt: run.attempt - 1 });
    return [];
  }
  const open = openIndexes(job, run);
  if (open.length === 0) return [closeRun(state, job, job, run, now, 'done')];
  const items = lastItems(run);
  const retryable = open.some((index) => items.get(index)?.retryable !== false);
  job.retriedAt = job.retriedAt.filter((time) => now - time < 24 * 3_600_000 && time <= now);
  if (retryable && run.attempt < job.attempts && job.retriedAt.length < job.retriesPerDay) {
    const delayMs = retryDelay(job.backoffMs, run.attempt);
    const again = { ...withoutStart(run), notBefore: now + delayMs };
    job.retriedAt.push(now);
    job.totals.retries++;
    job.waiting.push(again);
    return [{ type: 'retry', job, occurrence: again, delayMs, code: lastFailure(run)?.code ?? null }];
  }
  return [closeRun(state, job, job, run, now, open.length < worksOf(job, run) ? 'partial' : 'failed')];
}

/**
 * Takes up the runs that were under way when a daemon died. Recorded works stay; the others are done again, unless the run is older than the
 * job's grace period or was interrupted too often.
 */
export function recoverRuns(state: ScheduleState, now: number): ScheduleEvent[] {
  return state.jobs.flatMap((job) => {
    const run = job.running;
    if (!run) return [];
    const interruptions = run.interruptions + 1;
    const open = openIndexes(job, run);
    if (open.length > 0 && interruptions < mostInterruptions && now - run.dueAt <= Math.max(job.graceMs, toleranceMs)) {
      job.running = null;
      const again = { ...withoutStart(run), interruptions, attempt: run.attempt - 1, notBefore: now };
      job.waiting.push(again);
      return [{ type: 'retry' as const, job, occurrence: again, delayMs: 0, code: 'ERR_INTERRUPTED' satisfies ErrorCode }];
    }
    const [index] = open;
    if (index !== undefined)
      run.items.push({
        index,
        outcome: 'failed',
        seconds: 0,
        code: 'ERR_INTERRUPTED' satisfies ErrorCode,
        message: 'the process died in the middle of it',
      });
    job.running = null;
    return [closeRun(state, job, job, run, now, open.length === 0 ? 'done' : open.length < worksOf(job, run) ? 'partial' : 'failed')];
  });
}

/** When a daemon starts: drops waiting runs that are older than their grace period. */
export function dropStale(state: ScheduleState, now: number): ScheduleEvent[] {
  return state.jobs.flatMap((job) => {
    const stale = job.waiting.filter(({ kind, dueAt }) => kind !== 'requested' && now - dueAt > Math.max(job.graceMs, toleranceMs));
    job.waiting = job.waiting.filter((occurrence) => !stale.includes(occurrence));
    const begun = stale.filter(({ items }) => items.length > 0);
    const untouched = stale.filter(({ items }) => items.length === 0).map(({ dueAt }) => dueAt);
    job.totals.worksDue -= untouched.length * job.count;
    return [
      ...recordMissed(state, job, untouched, 0, now, 'it waited for longer than its grace'),
      ...begun.map((occurrence) => {
        const run = { ...occurrence, startedAt: now };
        return closeRun(state, job, job, run, now, openIndexes(job, run).length < worksOf(job, run) ? 'partial' : 'failed');
      }),
    ];
  });
}
