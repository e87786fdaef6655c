import { readOrder, splitPayload } from '../../../lib/artist/index.ts';
import { faultOf, formatDuration, formatMoment, formatTiming, type Job } from '../../../lib/schedule/index.ts';

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What a job paints: prompt or topics, then options of create() by name. */
function paintRows({ payload, rotation }: Job): [string, string][] {
  const { order, publish } = splitPayload(payload);
  const { version: _, prompt, ...options } = readOrder(order);
  const about = rotation.length > 0 ? rotation.map(shown).join(', ') : (prompt ?? 'chosen by create');
  return [
    [rotation.length > 0 ? 'in turn' : 'paints', about],
    ...Object.entries(options).map(([name, value]): [string, string] => [name, shown(value)]),
    ...(publish ? [['published to', publish.join(', ') || 'every connected account'] as [string, string]] : []),
  ];
}

/** Everything about a job, for `schedule show`. */
export function jobRows(job: Job, next: readonly number[]): [string, string][] {
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

/** Status of a job, for `schedule list`. */
export function jobStatus(job: Job, next: number | undefined): string {
  const fault = faultOf(job);
  if (fault !== undefined) return `broken: ${fault}`;
  if (job.running) return 'running';
  if (job.paused) return 'paused';
  if (job.waiting.length > 0) return 'waiting';
  return next === undefined ? 'finished' : formatMoment(next, job.timeZone);
}
