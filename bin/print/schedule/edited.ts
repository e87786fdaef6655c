import { jobView } from '../../../lib/artist/index.ts';
import { dueTimes, formatMoment, type Job } from '../../../lib/schedule/index.ts';
import type { Outcome } from '../../shell/run.ts';

export function changedJob(changed: Job, note: string): Outcome {
  return { json: { job: jobView(changed) }, text: [changed.id], notes: [`${changed.id} (${changed.name}): ${note}`] };
}

/** `next Tue 2026-12-01 09:00 +01:00`, in the zone of the job. */
export function nextNote(job: Job, now: number): string {
  const [next] = dueTimes(job, now, 1);
  return `next ${next === undefined ? 'never' : formatMoment(next, job.timeZone)}`;
}
