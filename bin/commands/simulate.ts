import { ArtistError, counted, display } from '../../lib/core/index.ts';
import { createProgress } from '../../lib/observe/index.ts';
import {
  checkTimeZone,
  daysLater,
  faultOf,
  formatMoment,
  formatTiming,
  type JobOptions,
  jobAsOptions,
  localDay,
  localTimeZone,
  momentOf,
  nextRuns,
  parseTiming,
  reportSimulation,
  ScheduleStore,
  type SimulateOptions,
  type SimulationReport,
  simulateSchedule,
  splitWords,
} from '../../lib/schedule/index.ts';
import { list, number, text } from '../flags/flags.ts';
import { alignColumns } from '../print/ledger-table.ts';
import { progressIsSilent } from '../print/progress.ts';
import { percent } from '../print/schedule/job-view.ts';
import { command } from '../shell/command.ts';
import { exitStatus } from '../shell/failure.ts';
import type { Context } from '../shell/run.ts';

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

/** Those that are due in the span: a paused one is not, nor one that was for a single time which is over. */
async function homeJobs(home: string, from: number, note: Context['note']): Promise<Named[]> {
  const jobs = await new ScheduleStore(home).list();
  const live = jobs.filter((job) => !job.paused && faultOf(job) === undefined && nextRuns({ ...job, anchor: from }, from, 1).length > 0);
  if (live.length < jobs.length) note(`${jobs.length - live.length} of ${jobs.length} jobs are paused, over or broken, and left out`);
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

function lines(report: SimulationReport, days: number): string[] {
  const { worksPerDay, runs, works, duplicates, successRate, clockChanges, digest } = report;
  const missed = runs.missed === 0 ? 'none missed' : `${runs.missed} missed`;
  const rows: [string, string][] = [
    ['days', `${days}`],
    ['works', `${works.done} of ${works.due}; ${worksPerDay.mean.toFixed(2)} a day, ${worksPerDay.least} to ${worksPerDay.most}`],
    [
      'runs',
      `${runs.due} due: ${runs.done} done, ${runs.partial} in part, ${runs.failed} failed, ${missed}; ${runs.caughtUp} caught up, ${counted(runs.retries, 'retry', 'retries')}`,
    ],
    ['success rate', percent(successRate)],
    ['done twice', String(duplicates)],
    ...clockChanges.map(({ timeZone, day, byMinutes, due, done }): [string, string] => [
      'clocks change',
      `${day} ${timeZone}, ${Math.abs(byMinutes)} min ${byMinutes > 0 ? 'forward' : 'back'}: ${done} of ${due} runs done`,
    ]),
    ['digest', digest],
  ];
  return alignColumns(rows);
}

export const simulateCommand = command({
  flags: {
    days: number('How many, 1..3660. Default: 90'),
    start: text('First moment: YYYY-MM-DD or YYYY-MM-DDTHH:MM of the time zone, or with Z or an offset. Default: the beginning of today'),
    job: list('Instead of the schedule of the home: "daily 09:00", as schedule add takes it; may be given several times', undefined, same),
    tz: text("IANA time zone of --job, --start and --down, and of the days that are counted. Default: this machine's"),
    down: list('FROM..TO: the schedule is stopped then; may be given several times', undefined, same),
    kill: list('FROM..TO: the same, but killed while it works', undefined, same),
    seconds: number('Of a work, on average; between half and one and a half of it. Default: 60'),
    'failure-rate': number('Share of the tries that fail, 0..1. Default: 0.02'),
    seed: number('Of seconds and failures. Default: 0'),
  },
  examples: [
    ['$0 simulate --days 90', 'The schedule of this home over the next ninety days'],
    ['$0 simulate --job "daily 02:30" --tz Europe/Berlin --start 2026-02-01', 'Another one, over a change of the clocks'],
    ['$0 simulate --job "batch 3@09:00" --down 2026-03-01T00:00..2026-03-03T00:00 --start 2026-02-20', 'With a weekend without power'],
  ],
  epilogue:
    'The rules are those of `schedule start`; nothing is painted and nothing is written. Equal options and seeds give equal digests. Exit status 1 if a work was done twice.',
  run: async (values, context) => {
    const { home, signal, note } = context;
    const {
      days: givenDays = 90,
      tz,
      start,
      job,
      down = [],
      kill = [],
      seconds = 60,
      'failure-rate': failureRate = 0.02,
      seed = 0,
    } = values;
    const days = inRange('--days', givenDays, [1, 3660], true);
    inRange('--seconds', seconds, [0, 86_400]);
    inRange('--failure-rate', failureRate, [0, 1]);
    inRange('--seed', seed, [0, 4_294_967_295], true);
    const timeZone = checkTimeZone(tz ?? localTimeZone());
    const from = momentOf(start ?? localDay(Date.now(), timeZone), timeZone);
    const to = daysLater(from, days, timeZone);
    const jobs = job ? givenJobs(job, timeZone) : await homeJobs(home, from, note);
    const outages = ordered([...readSpans('--down', down, timeZone, false), ...readSpans('--kill', kill, timeZone, true)]);
    const began = performance.now();
    let told = began;
    const progress = createProgress({ silent: progressIsSilent(context) });
    const simulation = await simulateSchedule({
      jobs: jobs.map(({ options }) => options),
      from,
      to,
      outages,
      seed,
      work: async ({ startedAt }, random) => {
        const now = performance.now();
        if (now - told > 1000) {
          told = now;
          progress.update('simulating days', Math.floor((startedAt - from) / 86_400_000), days);
          // So that Ctrl-C is heard.
          await new Promise((resolve) => setImmediate(resolve));
        }
        signal.throwIfAborted();
        const took = seconds * (0.5 + random());
        return random() < failureRate ? { seconds: took, error: new ArtistError('ERR_GENERATE', 'simulated failure') } : { seconds: took };
      },
    }).finally(() => progress.end());
    const zones = new Map(simulation.jobs.map(({ id }, index) => [id, jobs[index]?.timeZone ?? timeZone]));
    const report = reportSimulation(simulation, { from, to, timeZone, zones });
    const took = (performance.now() - began) / 1000;
    return {
      json: {
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        days,
        timeZone,
        seed,
        ...report,
        jobs: simulation.jobs,
        seconds: took,
      },
      text: lines(report, days),
      notes: [
        `${formatMoment(from, timeZone)} to ${formatMoment(to, timeZone)} in ${took.toFixed(1)} s`,
        ...(jobs.length === 0 ? ['no jobs: give --job "daily 09:00", or ai-artist schedule add daily 09:00'] : []),
      ],
      status: report.duplicates === 0 ? exitStatus.done : exitStatus.failed,
    };
  },
});
