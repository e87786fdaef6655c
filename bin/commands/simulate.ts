import { drawnWorks, formatMoment, planSimulation, reportSimulation, ScheduleStore, simulateSchedule } from '../../lib/schedule/index.ts';
import { simulateFlags, simulateNames } from '../flags/schedule/simulate-flags.ts';
import { withProgress } from '../print/progress.ts';
import { simulationLines } from '../print/schedule/simulation-lines.ts';
import { command } from '../shell/command.ts';
import { exitStatus } from '../shell/failure.ts';

export const simulateCommand = command({
  flags: simulateFlags,
  names: simulateNames,
  examples: [
    ['$0 simulate --days 90', 'The schedule of this home over the next ninety days'],
    ['$0 simulate --job "daily 02:30" --tz Europe/Berlin --start 2026-02-01', 'Another schedule, across a clock change'],
    ['$0 simulate --job "batch 3@09:00" --down 2026-03-01T00:00..2026-03-03T00:00 --start 2026-02-20', 'With a two-day outage'],
  ],
  epilogue:
    'Follows the rules of `schedule start`, but paints and writes nothing. Equal options and seeds give equal digests. Exit status 1 if a work was done twice.',
  run: async ({ job: jobs, tz, 'failure-rate': failureRate, ...wishes }, context) => {
    const asked = await planSimulation({ ...wishes, jobs, timeZone: tz, failureRate }, new ScheduleStore(context.home));
    const { leftOut } = asked;
    if (leftOut.jobs > 0) context.note(`${leftOut.jobs} of ${leftOut.of} jobs are paused, over or broken, and are left out`);
    const { days, timeZone, from, to, seed, outages } = asked;
    const began = performance.now();
    const simulation = await withProgress(context, 'simulating days', (onDay) =>
      simulateSchedule({
        from,
        to,
        seed,
        outages,
        jobs: asked.jobs.map(({ options }) => options),
        work: drawnWorks(asked, context.signal, onDay),
      }),
    );
    const zones = new Map(simulation.jobs.map(({ id }, index) => [id, asked.jobs[index]?.timeZone ?? timeZone]));
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
      text: simulationLines(report, days),
      notes: [
        `${formatMoment(from, timeZone)} to ${formatMoment(to, timeZone)} in ${took.toFixed(1)} s`,
        ...(asked.jobs.length === 0 ? ['no jobs: give --job "daily 09:00", or ai-artist schedule add daily 09:00'] : []),
      ],
      status: report.duplicates === 0 ? exitStatus.done : exitStatus.failed,
    };
  },
});
