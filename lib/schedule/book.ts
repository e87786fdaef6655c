/**
 * The rules of the schedule as changes to its state, without files, timers or a clock: the daemon applies them to the state file, the
 * simulation to memory. Every function changes `state` in place.
 */

import type * as z from 'zod';
import { ArtistError, type ErrorCode, nearest } from '../core/index.ts';
import { faultOf, type Job, type jobOptions, newJob, type Occurrence, occurrenceId, type Run, type RunItem, type Totals } from './job.ts';
import { retryDelay } from './retry.ts';
import type { HistoryRecord, RunOutcome, ScheduleState } from './state.ts';
import { runsBetween } from './time/occurrences.ts';

/** A run that begins this much after its time is on time: the daemon looks every second, and a busy machine may be slow. */
export const toleranceMs = 90_000;
/** More runs than this are not made up for, whatever the policy. */
const mostCaughtUp = 100;
const mostListed = 1000;
const mostHistory = 1000;
/** A run in whose middle the process died this often is not tried again: it may be what kills it. */
const mostInterruptions = 3;
const longestMessage = 500;

/** What happened, for the log and the figures of an operator. */
export type BookEvent =
  | { type: 'due'; job: Job; occurrence: Occurrence }
  | { type: 'missed'; job: Job; record: HistoryRecord }
  | { type: 'clock-back'; job: Job; byMs: number }
  | { type: 'retry'; job: Job; occurrence: Occurrence; delayMs: number; code: string | null }
  | { type: 'ended'; job: Job | undefined; record: HistoryRecord };

/** @throws ArtistError ERR_NOT_FOUND */
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

function remember(state: ScheduleState, record: HistoryRecord): void {
  const before = state.history.findLast(({ jobId }) => jobId === record.jobId);
  if (record.outcome === 'missed' && before?.outcome === 'missed' && before.message === record.message) {
    // A job whose runs take longer than its interval would fill the history with nothing else.
    before.count += record.count;
    before.works.due += record.works.due;
    before.lastDueAt = record.lastDueAt;
    before.endedAt = record.endedAt;
    return;
  }
  // A copy: the record goes on to listeners, and this one may grow.
  state.history.push(structuredClone(record));
  if (state.history.length > mostHistory) state.history.splice(0, state.history.length - mostHistory);
}

/** Missed runs count as failures: they were due and there is no work. */
function miss(state: ScheduleState, job: Job, times: readonly number[], earlier: number, now: number, why: string): BookEvent[] {
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) return [];
  const count = times.length + earlier;
  job.totals.missed += count;
  job.totals.worksDue += count * job.count;
  const record: HistoryRecord = {
    id: occurrenceId(job.id, first),
    jobId: job.id,
    jobName: job.name,
    outcome: 'missed',
    kind: 'scheduled',
    dueAt: first,
    startedAt: null,
    endedAt: now,
    seconds: 0,
    attempts: 0,
    works: { done: 0, due: count * job.count },
    code: null,
    message: why,
    results: [],
    count,
    lastDueAt: last,
  };
  remember(state, record);
  return [{ type: 'missed', job, record }];
}

/** Runs that are still to come were missed by a clock that was ahead: they are no failures. */
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

function newOccurrence(job: Job, dueAt: number, kind: Occurrence['kind'], id = occurrenceId(job.id, dueAt)): Occurrence {
  return { id, dueAt, kind, attempt: 0, interruptions: 0, notBefore: dueAt, rotationFrom: null, items: [] };
}

/** Ids of runs of the job that were begun: after the clock was set back they must not begin again. */
function begunIds(state: ScheduleState, job: Job): Set<string> {
  const ended = state.history.filter((record) => record.jobId === job.id && record.outcome !== 'missed').map((record) => record.id);
  return new Set([...ended, ...job.waiting.map(({ id }) => id), ...(job.running ? [job.running.id] : [])]);
}

/**
 * Moves everything that became due up to `now` to the waiting runs, or to the history as missed. A paused job owes nothing for the time of
 * its pause.
 */
export function collectDue(state: ScheduleState, now: number): BookEvent[] {
  return state.jobs.flatMap((job) => (job.paused || faultOf(job) !== undefined ? [] : collectJob(state, job, now)));
}

function collectJob(state: ScheduleState, job: Job, now: number): BookEvent[] {
  const events: BookEvent[] = [];
  if (job.cursor > now + toleranceMs) {
    events.push({ type: 'clock-back', job, byMs: job.cursor - now });
    job.cursor = now;
    takeBackMissed(state, job, now);
    // Waits that were reckoned from the wrong time would last until it comes.
    for (const occurrence of job.waiting) occurrence.notBefore = Math.min(occurrence.notBefore, now);
    return events;
  }
  if (job.cursor >= now) return events;
  const { times, earlier } = runsBetween(job, job.cursor, now, mostListed);
  job.cursor = now;
  if (times.length === 0) return events;
  const begun = begunIds(state, job);
  const due = times.filter((time) => !begun.has(occurrenceId(job.id, time)));
  const { chosen, late, busy } = choose(job, due, now);
  events.push(...miss(state, job, late, earlier, now, 'it was due while the schedule was not running'));
  events.push(...miss(state, job, busy, late.length > 0 ? 0 : earlier, now, 'the run before it had not ended'));
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

/** Which of the due times are run, which are too late, and which come while the job is still busy with an earlier one. */
function choose(job: Job, due: readonly number[], now: number): { chosen: number[]; late: number[]; busy: number[] } {
  const onTime = due.filter((time) => now - time <= toleranceMs);
  const eligible = due.filter((time) => now - time > toleranceMs && now - time <= job.graceMs);
  const wanted =
    job.misfire === 'all' ? [...eligible, ...onTime] : job.misfire === 'skip' ? onTime.slice(-1) : [...eligible, ...onTime].slice(-1);
  const open = job.waiting.filter(({ kind }) => kind !== 'requested').length;
  // One run may wait, beside the one that is going on; with `all` as many as are made up for.
  const room = Math.max(0, (job.misfire === 'all' ? mostCaughtUp : 1) - open);
  const chosen = wanted.slice(Math.max(0, wanted.length - room), room === 0 ? 0 : undefined);
  const left = due.filter((time) => !chosen.includes(time));
  return { chosen, late: left.filter((time) => !wanted.includes(time)), busy: left.filter((time) => wanted.includes(time)) };
}

/** Asks for a run at once. Its id tells it apart from those that are due. */
export function requestRun(state: ScheduleState, id: string, now: number, name: string): Occurrence {
  const job = findJob(state, id);
  const occurrence = newOccurrence(job, now, 'requested', `${job.id}-now-${name}`);
  job.totals.worksDue += job.count;
  job.waiting.push(occurrence);
  return occurrence;
}

/** Takes back a run that was asked for and has not begun, or waits for another try. false: there is no such run any more. */
export function withdrawRun(state: ScheduleState, runId: string, now: number): boolean {
  for (const job of state.jobs) {
    const occurrence = job.waiting.find(({ id, kind }) => id === runId && kind === 'requested');
    if (!occurrence) continue;
    job.waiting = job.waiting.filter((one) => one !== occurrence);
    close(state, job, job, { ...occurrence, startedAt: now }, now, 'cancelled');
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
 * Begins the run that has waited longest, those that were asked for first; undefined: there is none that may begin now. With `only`, that run
 * or none.
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

/** The last item of each work. */
function lastItems(run: Occurrence): Map<number, RunItem> {
  return new Map(run.items.map((item) => [item.index, item]));
}

/** How many works a run has. */
function worksOf(job: Job, run: Occurrence): number {
  return run.began?.count ?? job.count;
}

function openIndexes(job: Job, run: Occurrence): number[] {
  const items = lastItems(run);
  return Array.from({ length: worksOf(job, run) }, (_, index) => index).filter((index) => items.get(index)?.outcome !== 'done');
}

/** The element of the rotation that belongs to a work of the run; undefined: the job has no rotation. */
export function rotationOf(job: Job, run: Run, index: number): Job['payload'] | undefined {
  const rotation = run.began?.rotation ?? job.rotation;
  return rotation.length === 0 ? undefined : rotation[((run.rotationFrom ?? 0) + index) % rotation.length];
}

/** Writes down how one work of a run ended. false: the job was removed or the run is not its current one, and the rest need not be done. */
export function recordItem(state: ScheduleState, jobId: string, runId: string, item: RunItem): boolean {
  const run = state.jobs.find((job) => job.id === jobId)?.running;
  if (run?.id !== runId) return false;
  const { message, ...rest } = item;
  run.items.push({ ...rest, ...(message !== undefined && { message: message.slice(0, longestMessage) }) });
  return true;
}

/** How a try ended. `stopped`: the daemon is going down; it will be taken up again and is not counted. */
export type Ending = 'ended' | 'stopped';

/**
 * Ends the current try of a run: the run is over, or it waits for another try. A job that was removed in the meantime leaves a record all the
 * same; `orphan` is then what was running.
 */
export function endRun(state: ScheduleState, claim: { job: Job; run: Run }, now: number, ending: Ending): BookEvent[] {
  const job = state.jobs.find((one) => one.id === claim.job.id);
  if (!job) return [close(state, undefined, claim.job, claim.run, now, 'cancelled')];
  const run = job.running;
  if (run?.id !== claim.run.id) return [];
  job.running = null;
  if (ending === 'stopped') {
    job.waiting.push({ ...withoutStart(run), attempt: run.attempt - 1 });
    return [];
  }
  const open = openIndexes(job, run);
  if (open.length === 0) return [close(state, job, job, run, now, 'done')];
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
  return [close(state, job, job, run, now, open.length < worksOf(job, run) ? 'partial' : 'failed')];
}

function withoutStart({ startedAt: _, ...occurrence }: Run): Occurrence {
  return occurrence;
}

function lastFailure(run: Occurrence): RunItem | undefined {
  return run.items.findLast((item) => item.outcome === 'failed');
}

/**
 * By the wall clock, which counts works at the same time once; where somebody set it meanwhile, by the works, which are measured by a clock
 * that nobody sets.
 */
function secondsOf(run: Run, now: number): number {
  const wall = (now - run.startedAt) / 1000;
  const sum = [...lastItems(run).values()].reduce((total, item) => total + item.seconds, 0);
  return wall < 0 || wall > sum + toleranceMs / 1000 ? sum : wall;
}

function close(state: ScheduleState, job: Job | undefined, known: Job, run: Run, now: number, outcome: RunOutcome): BookEvent {
  const done = [...lastItems(run).values()].filter((item) => item.outcome === 'done');
  const failure = outcome === 'done' ? undefined : lastFailure(run);
  const record: HistoryRecord = {
    id: run.id,
    jobId: known.id,
    jobName: known.name,
    outcome,
    kind: run.kind,
    dueAt: run.dueAt,
    startedAt: run.startedAt,
    endedAt: now,
    seconds: secondsOf(run, now),
    attempts: run.attempt,
    works: { done: done.length, due: worksOf(known, run) },
    code: failure?.code ?? null,
    message: failure?.message ?? (outcome === 'cancelled' ? (job ? 'it was taken back' : 'the job was removed while it ran') : null),
    results: done.flatMap((item) => (item.result === undefined ? [] : [item.result])),
    count: 1,
    lastDueAt: run.dueAt,
  };
  remember(state, record);
  const totals = job?.totals ?? state.removed;
  totals[outcome]++;
  totals.worksDone += done.length;
  return { type: 'ended', job, record };
}

/**
 * What a daemon that died left behind: runs in whose middle it was. Works that are recorded stay; the others are done again, unless the run
 * is older than the grace or was interrupted too often.
 */
export function recoverRuns(state: ScheduleState, now: number): BookEvent[] {
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
    return [close(state, job, job, run, now, open.length === 0 ? 'done' : open.length < worksOf(job, run) ? 'partial' : 'failed')];
  });
}

/** At the start of a daemon: runs that still wait although they are older than the grace are given up. */
export function dropStale(state: ScheduleState, now: number): BookEvent[] {
  return state.jobs.flatMap((job) => {
    const stale = job.waiting.filter(({ kind, dueAt }) => kind !== 'requested' && now - dueAt > Math.max(job.graceMs, toleranceMs));
    job.waiting = job.waiting.filter((occurrence) => !stale.includes(occurrence));
    const begun = stale.filter(({ items }) => items.length > 0);
    const untouched = stale.filter(({ items }) => items.length === 0).map(({ dueAt }) => dueAt);
    job.totals.worksDue -= untouched.length * job.count;
    return [
      ...miss(state, job, untouched, 0, now, 'it waited for longer than its grace'),
      ...begun.map((occurrence) => {
        const run = { ...occurrence, startedAt: now };
        return close(state, job, job, run, now, openIndexes(job, run).length < worksOf(job, run) ? 'partial' : 'failed');
      }),
    ];
  });
}

export function pauseJob(state: ScheduleState, id: string): Job {
  const job = findJob(state, id);
  job.paused = true;
  return job;
}

/** What would have been due during the pause is not made up for. */
export function resumeJob(state: ScheduleState, id: string, now: number): Job {
  const job = findJob(state, id);
  if (job.paused) job.cursor = now;
  job.paused = false;
  return job;
}

/** What a change of a job leaves as it is. */
const unchanged = ['id', 'createdAt', 'paused', 'rotationAt', 'waiting', 'running', 'retriedAt', 'totals'] as const;

/**
 * Changes what a job is to be. Runs that have begun go on with what they began with. A job that is due at other times owes nothing for those
 * before.
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

/** Of a broken record: undefined. */
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

/** The next moment at which anything is to be done; undefined: never. */
export function nextWake(state: ScheduleState, nextDue: (job: Job) => number | undefined): number | undefined {
  const times = state.jobs.flatMap((job) => {
    const waits = job.running ? [] : job.waiting.map(({ notBefore }) => notBefore);
    const due = job.paused || faultOf(job) !== undefined ? undefined : nextDue(job);
    return [...waits, ...(due === undefined ? [] : [due])];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}
