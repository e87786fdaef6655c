import { ArtistError, display } from '../../../lib/core/index.ts';
import {
  checkTimeZone,
  daysLater,
  faultOf,
  formatTiming,
  type JobOptions,
  jobAsOptions,
  localDay,
  localTimeZone,
  momentOf,
  nextRuns,
  parseTiming,
  ScheduleStore,
  type SimulateOptions,
  splitWords,
} from '../../../lib/schedule/index.ts';
import type { Context } from '../../shell/run.ts';
import { list, number, text, type Values } from '../flags.ts';

const same = (value: string): string => value;

function refuse(flag: string, expected: string, got: unknown): never {
  throw new ArtistError('ERR_INVALID_ARGUMENT', `${flag}: expected ${expected}, got ${display(got)}`);
}

interface Named {
  options: JobOptions;
  timeZone: string;
}

function givenJobs(expressions: readonly string[], timeZone: string): Named[] {
  return expressions.map((expression) => {
    const { timing, count } = parseTiming(splitWords(expression));
    return { options: { when: timing, name: formatTiming(timing), timeZone, ...(count !== undefined && { count }) }, timeZone };
  });
}

/** Jobs that are due in the time span. Paused jobs and single-run jobs in the past are not. */
async function homeJobs(home: string, from: number, note: Context['note']): Promise<Named[]> {
  const jobs = await new ScheduleStore(home).list();
  const live = jobs.filter((job) => !job.paused && faultOf(job) === undefined && nextRuns({ ...job, anchor: from }, from, 1).length > 0);
  if (live.length < jobs.length) note(`${jobs.length - live.length} of ${jobs.length} jobs are paused, over or broken, and are left out`);
  return live.map((job) => ({ options: jobAsOptions(job), timeZone: job.timeZone }));
}

type Outage = NonNullable<SimulateOptions['outages']>[number];

function readSpans(flag: string, spans: readonly string[], timeZone: string, crash: boolean): Outage[] {
  return spans.map((span) => {
    const [, from, to] = /^(.+?)\.\.(.+)$/.exec(span) ?? [];
    if (from === undefined || to === undefined) return refuse(flag, 'FROM..TO, such as 2026-03-01T00:00..2026-03-03T00:00', span);
    const outage = { from: momentOf(from, timeZone), to: momentOf(to, timeZone), crash };
    return outage.from < outage.to ? outage : refuse(flag, 'a time that ends after it begins', span);
  });
}

function ordered(outages: Outage[]): Outage[] {
  const sorted = outages.sort((a, b) => a.from - b.from);
  for (const [index, { from }] of sorted.entries()) {
    if (from < (sorted[index - 1]?.to ?? 0))
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--down: expected times that do not overlap, got some that do');
  }
  return sorted;
}

function inRange(flag: string, value: number, [least, most]: readonly [number, number], whole = false): number {
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  return refuse(flag, `${whole ? 'an integer' : 'a number'} ${least}..${most}`, value);
}

/** What `simulate` takes. */
export const simulateFlags = {
  days: number('Number of days, 1..3660. Default: 90'),
  start: text('First moment: YYYY-MM-DD or YYYY-MM-DDTHH:MM in the time zone, or with Z or an offset. Default: the start of today'),
  job: list('Replaces the schedule of the home: "daily 09:00", in the form of schedule add; may be given several times', undefined, same),
  tz: text("IANA time zone of --job, --start, --down and the day counts. Default: this machine's"),
  down: list('FROM..TO: an outage after a clean stop; may be given several times', undefined, same),
  kill: list('FROM..TO: an outage that begins with a kill in the middle of a work; may be given several times', undefined, same),
  seconds: number('Mean seconds of a work; each takes between half and one and a half of it. Default: 60'),
  'failure-rate': number('Share of the tries that fail, 0..1. Default: 0.02'),
  seed: number('Seed of durations and failures. Default: 0'),
} as const;

/** The simulation that the flags ask for; without --job, the schedule of the home. */
export async function simulationOf(values: Values<typeof simulateFlags>, { home, note }: Pick<Context, 'home' | 'note'>) {
  const { days: givenDays = 90, tz, start, job, down = [], kill = [], seconds = 60, 'failure-rate': failureRate = 0.02, seed = 0 } = values;
  const days = inRange('--days', givenDays, [1, 3660], true);
  inRange('--seconds', seconds, [0, 86_400]);
  inRange('--failure-rate', failureRate, [0, 1]);
  inRange('--seed', seed, [0, 4_294_967_295], true);
  const timeZone = checkTimeZone(tz ?? localTimeZone());
  const from = momentOf(start ?? localDay(Date.now(), timeZone), timeZone);
  const to = daysLater(from, days, timeZone);
  const jobs = job ? givenJobs(job, timeZone) : await homeJobs(home, from, note);
  const outages = ordered([...readSpans('--down', down, timeZone, false), ...readSpans('--kill', kill, timeZone, true)]);
  return { days, timeZone, from, to, jobs, outages, seconds, failureRate, seed };
}
