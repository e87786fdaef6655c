/** A job of this page, followed to its end. */
import type * as z from 'zod';
import type { jobView } from '../../../lib/server/api/jobs/job-view.ts';
import { ask } from '../../api/client.ts';
import { onEvent } from '../../api/events.ts';

export type Job = z.output<typeof jobView>;

const endedStates: ReadonlySet<Job['state']> = new Set(['done', 'failed', 'cancelled']);
/** Events may be missed while the connection is broken: the job itself is looked at now and then. */
const lookMs = 5000;

/** Calls back with every state of a job, until it has ended or the returned function is called. */
export function followJob(id: string, heard: (job: Job) => void, failed: (error: unknown) => void): () => void {
  let isOver = false;
  const hear = (job: Job): void => {
    if (isOver) return;
    if (endedStates.has(job.state)) stop();
    heard(job);
  };
  const look = (): void => {
    ask<Job>(`jobs/${id}`).then(hear, (error: unknown) => {
      // Without a connection the next look may succeed; a job that is gone will not come back.
      if (!isOver && (error as { status?: number }).status !== 0) {
        stop();
        failed(error);
      }
    });
  };
  const unhear = onEvent('job', (data) => {
    if ((data as Job).id === id) hear(data as Job);
  });
  const timer = setInterval(look, lookMs);
  const stop = (): void => {
    isOver = true;
    unhear();
    clearInterval(timer);
  };
  look();
  return stop;
}
