import { answering, seededRandom } from '../../core/index.ts';
import { dueTimes, type Job, type JobOptions, jobOptions, newJob } from '../job.ts';
import { describeFailure } from '../retry.ts';
import { collectDue, nextWake } from '../rules/due.ts';
import type { ScheduleEvent } from '../rules/events.ts';
import { rotationOf } from '../rules/run-state.ts';
import { type Claim, claimNext, dropStale, endRun, recordItem, recoverRuns } from '../rules/runs.ts';
import { emptySchedule, type HistoryRecord, type RunOutcome, type ScheduleState } from '../state.ts';
import { nextRuns } from '../time/occurrences.ts';

/** One work that the simulation asks for. */
export interface SimulatedTask {
  jobId: string;
  runId: string;
  index: number;
  attempt: number;
  payload: unknown;
  rotation: unknown;
  /** Virtual time at which it begins, milliseconds since 1970. */
  startedAt: number;
}

/** The outcome of a work: how long it takes, and its result or error. */
export interface SimulatedWork {
  seconds: number;
  result?: unknown;
  error?: unknown;
}

export interface SimulateOptions {
  jobs: readonly JobOptions[];
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  /** Times without a daemon, ascending and not overlapping. A work interrupted by one is left to the next daemon. */
  outages?: readonly { from: number; to: number; crash?: boolean }[];
  /** Called for each work, with numbers in [0, 1) that depend on `seed` alone. Default: 30 seconds, always done. */
  work?: (task: SimulatedTask, random: () => number) => SimulatedWork | Promise<SimulatedWork>;
  /** Default 0. */
  seed?: number;
}

export interface SimulatedJob {
  id: string;
  name: string;
  /** Times within the span at which the job is due, with or without a daemon. */
  due: number;
  started: number;
  caughtUp: number;
  outcomes: Record<RunOutcome, number>;
  retries: number;
  works: { done: number; due: number };
}

export interface Simulation {
  jobs: SimulatedJob[];
  /** Runs that ended, and missed ones; the oldest are not dropped. */
  records: HistoryRecord[];
  /** Works that were done more than once. */
  duplicates: number;
  /** Done ÷ (done + partial + failed + missed); null: nothing ended. */
  successRate: number | null;
  /** Starts in order: the same for the same options. */
  starts: { runId: string; attempt: number; at: number }[];
}

const secondMs = 1000;

/** The state the daemon would have, on a clock that jumps from one event to the next. */
class Run {
  readonly state: ScheduleState = emptySchedule();
  readonly records: HistoryRecord[] = [];
  readonly starts: Simulation['starts'] = [];
  /** Works recorded as done, by run and index, and how many of them were done before. */
  readonly #done = new Set<string>();
  duplicates = 0;

  constructor(jobs: readonly JobOptions[], from: number) {
    for (const options of jobs) {
      this.state.jobs.push(newJob(jobOptions.parse(options), `j${this.state.nextJob}`, from));
      this.state.nextJob++;
    }
  }

  take(events: readonly ScheduleEvent[]): void {
    for (const event of events) if (event.type === 'missed' || event.type === 'ended') this.records.push(event.record);
  }

  countDone(runId: string, index: number): void {
    const key = `${runId} ${index}`;
    if (this.#done.has(key)) this.duplicates++;
    this.#done.add(key);
  }
}

/**
 * Runs jobs on a virtual clock with the real rules and without waiting. The same options give the same result.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: invalid options of a job; and every error of `work`
 */
export const simulateSchedule = answering('simulateSchedule', async (options: SimulateOptions): Promise<Simulation> => {
  const { jobs, from, to, outages = [], work = () => ({ seconds: 30 }), seed = 0 } = options;
  const random = seededRandom(seed);
  const run = new Run(jobs, from);
  let now = from;
  for (const [index, up] of uptimes(from, to, outages).entries()) {
    now = up.from;
    if (index > 0) run.take([...recoverRuns(run.state, now), ...dropStale(run.state, now)]);
    await runUntil(run, now, up, work, random);
  }
  // Runs due in a final outage would be recorded as missed by the next daemon. Count them now.
  const last = outages.at(-1);
  if (last && last.to >= to) run.take(collectDue(run.state, to));
  return summary(run, from, to);
});

function uptimes(from: number, to: number, outages: readonly { from: number; to: number; crash?: boolean }[]): Uptime[] {
  const spans: Uptime[] = [];
  let start = from;
  for (const outage of outages) {
    if (outage.from > start) spans.push({ from: start, to: Math.min(outage.from, to), crash: outage.crash === true });
    start = Math.max(start, outage.to);
  }
  if (start < to) spans.push({ from: start, to, crash: false });
  return spans;
}

interface Uptime {
  from: number;
  to: number;
  /** Ends the daemon in the middle of its work. */
  crash: boolean;
}

async function runUntil(
  run: Run,
  start: number,
  { to, crash }: Uptime,
  work: NonNullable<SimulateOptions['work']>,
  random: () => number,
): Promise<void> {
  const { state } = run;
  let now = start;
  run.take(collectDue(state, now));
  while (now < to) {
    const claim = claimNext(state, now);
    if (claim) {
      now = await perform(run, claim, now, { to, crash }, work, random);
      continue;
    }
    const wake = nextWake(state, (job) => nextRuns(job, job.cursor, 1)[0]);
    if (wake === undefined || wake >= to) break;
    // The daemon looks once a second.
    now = Math.max(now + secondMs, Math.ceil(wake / secondMs) * secondMs);
    run.take(collectDue(state, now));
  }
}

async function perform(
  run: Run,
  claim: Claim,
  begun: number,
  { to, crash }: { to: number; crash: boolean },
  work: NonNullable<SimulateOptions['work']>,
  random: () => number,
): Promise<number> {
  const { state } = run;
  const { job } = claim;
  run.starts.push({ runId: claim.run.id, attempt: claim.run.attempt, at: begun });
  let now = begun;
  for (const index of claim.indexes) {
    const task: SimulatedTask = {
      jobId: job.id,
      runId: claim.run.id,
      index,
      attempt: claim.run.attempt,
      payload: job.payload,
      rotation: rotationOf(job, claim.run, index),
      startedAt: now,
    };
    const { seconds, error, result } = await work(task, random);
    now += Math.max(0, seconds) * secondMs;
    if (now >= to) {
      // It also looked until then.
      run.take(collectSteps(run, to));
      // A dead daemon records nothing; one that is stopped properly puts the run back.
      if (!crash) run.take(endRun(state, claim, to, 'stopped'));
      return now;
    }
    const outcome =
      error === undefined
        ? { outcome: 'done' as const, ...(result !== undefined && { result: jsonOf(result) }) }
        : { outcome: 'failed' as const, ...describeFailure(error) };
    if (outcome.outcome === 'done') run.countDone(claim.run.id, index);
    recordItem(state, job.id, claim.run.id, { index, seconds, ...outcome });
    // The daemon keeps looking while it works.
    run.take(collectSteps(run, now));
  }
  run.take(endRun(state, claim, now, 'ended'));
  return now;
}

/** Collects what became due during a work, at the daemon's interval, each at its own time. */
function collectSteps(run: Run, now: number): ScheduleEvent[] {
  const events: ScheduleEvent[] = [];
  for (;;) {
    const due = run.state.jobs.flatMap((job) => dueTimes(job, job.cursor, 1));
    const next = due.length === 0 ? undefined : Math.min(...due);
    if (next === undefined || next > now) break;
    events.push(...collectDue(run.state, Math.min(now, Math.max(next, Math.ceil(next / secondMs) * secondMs))));
  }
  return events;
}

function jsonOf(value: unknown): Job['payload'] {
  return JSON.parse(JSON.stringify(value)) as Job['payload'];
}

function summary(run: Run, from: number, to: number): Simulation {
  const { state, records, starts, duplicates } = run;
  const outcomesOf = (jobId?: string): Record<RunOutcome, number> => {
    const counts: Record<RunOutcome, number> = { done: 0, partial: 0, failed: 0, missed: 0, cancelled: 0 };
    for (const record of records) if (jobId === undefined || record.jobId === jobId) counts[record.outcome] += record.count;
    return counts;
  };
  const all = outcomesOf();
  const ended = all.done + all.partial + all.failed + all.missed;
  return {
    jobs: state.jobs.map((job) => ({
      id: job.id,
      name: job.name,
      due: countDue(job, from, to),
      started: new Set(starts.filter(({ runId }) => runId.startsWith(`${job.id}-`)).map(({ runId }) => runId)).size,
      caughtUp: job.totals.caughtUp,
      outcomes: outcomesOf(job.id),
      retries: job.totals.retries,
      works: { done: job.totals.worksDone, due: job.totals.worksDue },
    })),
    records,
    duplicates,
    successRate: ended === 0 ? null : all.done / ended,
    starts,
  };
}

function countDue(job: Job, from: number, to: number): number {
  let count = 0;
  for (let at = from; ; count++) {
    const [next] = nextRuns(job, at, 1);
    if (next === undefined || next > to) return count;
    at = next;
  }
}
