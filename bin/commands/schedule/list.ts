import { listedJob } from '../../../lib/artist/index.ts';
import { daemonStatus, dueTimes, formatTiming, ScheduleStore, scheduleFigures } from '../../../lib/schedule/index.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { jobStatus } from '../../print/schedule/job-rows.ts';
import { figuresLine } from '../../print/schedule/job-view.ts';
import { shownTime } from '../../print/times.ts';
import { command } from '../../shell/command.ts';

export const listCommand = command({
  examples: [
    ['$0 schedule list', 'Each job with its next run'],
    ['$0 schedule list --json', 'With settings, totals, and whether a schedule is running'],
  ],
  run: async (_, { home }) => {
    const store = new ScheduleStore(home);
    const state = await store.read();
    const daemon = await daemonStatus(store);
    const now = store.clock.now();
    const figures = scheduleFigures(state.history, now);
    const rows = state.jobs.map((job) => ({ job, next: dueTimes(job, now, 1)[0] }));
    const lines = rows.map(({ job, next }) => [
      job.id,
      formatTiming(job.timing),
      job.timeZone,
      String(job.count),
      `${job.totals.done}/${job.totals.partial + job.totals.failed}/${job.totals.missed}`,
      `${jobStatus(job, next)}${job.name === formatTiming(job.timing) ? '' : `  ${job.name}`}`,
    ]);
    const broken = state.broken.map(({ id, name, reason }) => [id, '?', '?', '?', '?', `broken: ${reason}  ${name}`]);
    const all = [...lines, ...broken];
    return {
      json: {
        broken: state.broken,
        jobs: rows.map(({ job }) => listedJob(job, now)),
        daemon: daemon
          ? { pid: daemon.owner.pid, host: daemon.owner.host, since: daemon.owner.since, heartbeat: daemon.heartbeat ?? null }
          : null,
        figures,
      },
      text: all.length === 0 ? [] : alignColumns([['job', 'when', 'zone', 'works', 'done/failed/missed', 'next'], ...all]),
      notes: [
        ...(all.length === 0 ? ['no jobs: ai-artist schedule add daily 09:00'] : []),
        daemon
          ? `the schedule is running: process ${daemon.owner.pid}, since ${shownTime(daemon.owner.since)}`
          : 'the schedule is not running: ai-artist schedule start',
        figuresLine(figures),
      ],
    };
  },
});
