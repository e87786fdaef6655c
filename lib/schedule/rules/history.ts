/** What goes into the history: runs that ended and runs that were missed. Every function changes `state` in place. */
import { type Job, occurrenceId, type Run } from '../job.ts';
import type { HistoryRecord, RunOutcome, ScheduleState } from '../state.ts';
import type { ScheduleEvent } from './events.ts';
import { mostHistory } from './limits.ts';
import { lastFailure, lastItems, secondsOf, worksOf } from './run-state.ts';

function remember(state: ScheduleState, record: HistoryRecord): void {
  const before = state.history.findLast(({ jobId }) => jobId === record.jobId);
  if (record.outcome === 'missed' && before?.outcome === 'missed' && before.message === record.message) {
    // Otherwise a job whose runs take longer than its interval would fill the whole history.
    before.count += record.count;
    before.works.due += record.works.due;
    before.lastDueAt = record.lastDueAt;
    before.endedAt = record.endedAt;
    return;
  }
  // A copy, because listeners get the record and the stored one may still change.
  state.history.push(structuredClone(record));
  if (state.history.length > mostHistory) state.history.splice(0, state.history.length - mostHistory);
}

/**
 * Records missed runs. They count as failures: they were due and there is no work.
 *
 * @param times due times that are listed
 * @param earlier number of due times before these
 */
export function recordMissed(
  state: ScheduleState,
  job: Job,
  times: readonly number[],
  earlier: number,
  now: number,
  why: string,
): ScheduleEvent[] {
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

/** Records a run that is over. `job` undefined: it was removed while it ran; `known` is the job as it was. */
export function closeRun(
  state: ScheduleState,
  job: Job | undefined,
  known: Job,
  run: Run,
  now: number,
  outcome: RunOutcome,
): ScheduleEvent {
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
