import { readOrder } from '../../../lib/artist/index.ts';
import { dueTimes, faultOf, formatDuration, formatMoment, formatTiming, type Job, ScheduleStore } from '../../../lib/schedule/index.ts';
import { text } from '../../flags/flags.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { jobView } from '../../print/schedule/job-view.ts';
import { command } from '../../shell/command.ts';

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What it paints: prompt or topics, then options of create() by name. */
function paintRows({ payload, rotation }: Job): [string, string][] {
  const { version: _, prompt, ...options } = readOrder(payload);
  const about = rotation.length > 0 ? rotation.map(shown).join(', ') : (prompt ?? 'chosen by create');
  return [
    [rotation.length > 0 ? 'in turn' : 'paints', about],
    ...Object.entries(options).map(([name, value]): [string, string] => [name, shown(value)]),
  ];
}

function rows(job: Job, next: readonly number[]): [string, string][] {
  const { totals, quietHours: quiet } = job;
  const failed = totals.partial + totals.failed;
  const fault = faultOf(job);
  return [
    ['job', `${job.id}  ${job.name}`],
    ...(fault === undefined ? [] : [['broken', fault] as [string, string]]),
    ['when', `${formatTiming(job.timing)}, ${job.timeZone}${job.paused ? '; paused' : ''}`],
    ['works of each run', String(job.count)],
    ...paintRows(job),
    ...(job.jitterMs > 0 ? [['jitter', `up to ${formatDuration(job.jitterMs)}`] as [string, string]] : []),
    ...(quiet ? [['quiet hours', `${quiet.from} to ${quiet.to}`] as [string, string]] : []),
    ['missed runs', `${job.misfire}, up to ${formatDuration(job.graceMs)} late`],
    ['tries', `${job.attempts}, the second after ${formatDuration(job.backoffMs)}; ${job.retriesPerDay} retries a day at most`],
    ['runs', `${totals.done} done, ${failed} failed, ${totals.missed} missed; ${totals.worksDone} of ${totals.worksDue} works`],
    ...(job.running ? [['running', job.running.id] as [string, string]] : []),
    ...next.map((at): [string, string] => ['next', formatMoment(at, job.timeZone)]),
  ];
}

export const showCommand = command({
  required: { job: text('Id, as `ai-artist schedule list` shows it, or a name that only one job has') },
  examples: [
    ['$0 schedule show j1', 'When it runs, what it paints, with which settings, how it went'],
    ['$0 schedule show j1 --json', 'The same for a script'],
  ],
  run: async ({ job: id }, { home }) => {
    const store = new ScheduleStore(home);
    const job = await store.get(id);
    const next = dueTimes(job, store.clock.now(), 3);
    return {
      json: { job: jobView(job), next: next.map((at) => new Date(at).toISOString()) },
      text: alignColumns(rows(job, next)),
    };
  },
});
