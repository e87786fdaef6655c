import { counted } from '../../../lib/core/index.ts';
import {
  daemonStatus,
  formatMoment,
  formatTiming,
  type Job,
  nextRuns,
  ScheduleStore,
  scheduleFigures,
} from '../../../lib/schedule/index.ts';
import { command } from '../../command.ts';
import { alignColumns } from '../../ledger-table.ts';
import { jobView, percent } from './view.ts';

function status(job: Job, next: number | undefined): string {
  if (job.running) return 'running';
  if (job.paused) return 'paused';
  if (job.waiting.length > 0) return 'waiting';
  return next === undefined ? 'finished' : formatMoment(next, job.timeZone);
}

export const listCommand = command({
  examples: [
    ['$0 schedule list', 'Each job with its next run'],
    ['$0 schedule list --json', 'With settings, totals and whether a schedule runs'],
  ],
  run: async (_, { home }) => {
    const store = new ScheduleStore(home);
    const state = await store.read();
    const daemon = await daemonStatus(store);
    const now = store.clock.now();
    const figures = scheduleFigures(state.history, now);
    const rows = state.jobs.map((job) => ({ job, next: job.paused ? undefined : nextRuns(job, now, 1)[0] }));
    const lines = rows.map(({ job, next }) => [
      job.id,
      formatTiming(job.timing),
      job.timeZone,
      String(job.count),
      `${job.totals.done}/${job.totals.partial + job.totals.failed}/${job.totals.missed}`,
      `${status(job, next)}${job.name === formatTiming(job.timing) ? '' : `  ${job.name}`}`,
    ]);
    return {
      json: {
        jobs: rows.map(({ job, next }) => ({ ...jobView(job), next: next === undefined ? null : new Date(next).toISOString() })),
        daemon: daemon
          ? { pid: daemon.owner.pid, host: daemon.owner.host, since: daemon.owner.since, heartbeat: daemon.heartbeat ?? null }
          : null,
        figures,
      },
      text: lines.length === 0 ? [] : alignColumns([['job', 'when', 'zone', 'works', 'done/failed/missed', 'next'], ...lines]),
      notes: [
        ...(state.jobs.length === 0 ? ['no jobs: ai-artist schedule add daily 09:00'] : []),
        daemon
          ? `process ${daemon.owner.pid} runs it, since ${daemon.owner.since}`
          : 'nothing runs it at the moment: ai-artist schedule start',
        `last ${figures.days} days: success rate ${percent(figures.successRate)}, ${figures.works.done} of ${counted(figures.works.due, 'work')}`,
      ],
    };
  },
});
