/** What a caller asks of a simulation, in words, and what simulateSchedule() needs for it. */
import { ArtistError, display } from '../../core/index.ts';
import { faultOf, type JobOptions, jobAsOptions, splitWords } from '../job.ts';
import type { ScheduleStore } from '../store.ts';
import { momentOf, nextRuns } from '../time/occurrences.ts';
import { checkTimeZone, daysLater, localDay, localTimeZone } from '../time/time-zone.ts';
import { formatTiming, parseTiming } from '../time/timing.ts';
import type { SimulateOptions } from './simulate.ts';

export interface SimulationWishes {
  /** 1..3660. Default 90. */
  days?: number | undefined;
  /** First moment: YYYY-MM-DD or YYYY-MM-DDTHH:MM in the time zone, or with Z or an offset. Default: the start of today. */
  start?: string | undefined;
  /** Expressions such as `daily 09:00`, instead of the jobs of the store. */
  jobs?: readonly string[] | undefined;
  /** Of `jobs`, `start`, `down`, `kill` and the day counts. Default: this machine's. */
  timeZone?: string | undefined;
  /** Outages after a clean stop, each FROM..TO. */
  down?: readonly string[] | undefined;
  /** Outages that begin with a kill in the middle of a work, each FROM..TO. */
  kill?: readonly string[] | undefined;
  /** Mean seconds of a work, 0..86400. Default 60. */
  seconds?: number | undefined;
  /** Share of the tries that fail, 0..1. Default 0.02. */
  failureRate?: number | undefined;
  /** Of durations and failures, 0..2^32-1. Default 0. */
  seed?: number | undefined;
}

type Outage = NonNullable<SimulateOptions['outages']>[number];

export interface SimulationPlan {
  days: number;
  timeZone: string;
  from: number;
  to: number;
  seed: number;
  seconds: number;
  failureRate: number;
  outages: Outage[];
  jobs: { options: JobOptions; timeZone: string }[];
  /** Jobs of the store that are paused, over or broken, and how many there are. */
  leftOut: { jobs: number; of: number };
}

function refuse(name: string, expected: string, got: unknown): never {
  throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected ${expected}, got ${display(got)}`);
}

function givenJobs(expressions: readonly string[], timeZone: string): SimulationPlan['jobs'] {
  return expressions.map((expression) => {
    const { timing, count } = parseTiming(splitWords(expression));
    return { options: { when: timing, name: formatTiming(timing), timeZone, ...(count !== undefined && { count }) }, timeZone };
  });
}

/** Jobs that are due in the time span. Paused jobs and single-run jobs in the past are not. */
async function storedJobs(store: ScheduleStore, from: number): Promise<Pick<SimulationPlan, 'jobs' | 'leftOut'>> {
  const jobs = await store.list();
  const live = jobs.filter((job) => !job.paused && faultOf(job) === undefined && nextRuns({ ...job, anchor: from }, from, 1).length > 0);
  return {
    jobs: live.map((job) => ({ options: jobAsOptions(job), timeZone: job.timeZone })),
    leftOut: { jobs: jobs.length - live.length, of: jobs.length },
  };
}

function readSpans(name: 'down' | 'kill', spans: readonly string[], timeZone: string): Outage[] {
  return spans.map((span) => {
    const [, from, to] = /^(.+?)\.\.(.+)$/.exec(span) ?? [];
    if (from === undefined || to === undefined) return refuse(name, 'FROM..TO, such as 2026-03-01T00:00..2026-03-03T00:00', span);
    const outage = { from: momentOf(from, timeZone), to: momentOf(to, timeZone), crash: name === 'kill' };
    return outage.from < outage.to ? outage : refuse(name, 'a time that ends after it begins', span);
  });
}

function ordered(outages: Outage[]): Outage[] {
  const sorted = outages.sort((a, b) => a.from - b.from);
  for (const [index, { from }] of sorted.entries()) {
    if (from < (sorted[index - 1]?.to ?? 0))
      throw new ArtistError('ERR_INVALID_ARGUMENT', 'down: expected times that do not overlap, got some that do');
  }
  return sorted;
}

function inRange(name: string, value: number, [least, most]: readonly [number, number], whole = false): number {
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  return refuse(name, `${whole ? 'an integer' : 'a number'} ${least}..${most}`, value);
}

/**
 * Reads what a caller asks of a simulation.
 *
 * @param store whose jobs are simulated unless `wishes` names some
 * @throws ArtistError ERR_INVALID_ARGUMENT (names the wish); and every error of ScheduleStore.list()
 */
export async function planSimulation(wishes: SimulationWishes, store: ScheduleStore): Promise<SimulationPlan> {
  const { start, jobs: given, down = [], kill = [], seconds = 60, failureRate = 0.02, seed = 0 } = wishes;
  const days = inRange('days', wishes.days ?? 90, [1, 3660], true);
  inRange('seconds', seconds, [0, 86_400]);
  inRange('failureRate', failureRate, [0, 1]);
  inRange('seed', seed, [0, 4_294_967_295], true);
  const timeZone = checkTimeZone(wishes.timeZone ?? localTimeZone());
  const from = momentOf(start ?? localDay(store.clock.now(), timeZone), timeZone);
  const to = daysLater(from, days, timeZone);
  const chosen = given ? { jobs: givenJobs(given, timeZone), leftOut: { jobs: 0, of: 0 } } : await storedJobs(store, from);
  const outages = ordered([...readSpans('down', down, timeZone), ...readSpans('kill', kill, timeZone)]);
  return { days, timeZone, from, to, seed, seconds, failureRate, outages, ...chosen };
}
