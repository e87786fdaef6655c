/** Submits the job of a request and waits for it. */
import { ArtistError, errorLine } from '../../core/index.ts';
import type { PaintJob, PaintRequest } from '../../service/index.ts';
import type { ServerContext } from '../context.ts';
import { submitChosen } from '../models/submit-chosen.ts';

export interface RunOptions {
  /** Aborts when the client has closed the connection. */
  gone: AbortSignal;
  /** The job goes on without its client. */
  detached?: boolean;
}

/**
 * Paints a request. If the client goes, the job is cancelled, unless it is detached or the server is closing, where it stays in the queue.
 *
 * @returns the ended job, done or cancelled
 * @throws ArtistError every error of PaintJobs.submit(), and that of a job that failed; the reason of `gone`
 */
export async function runJob(
  context: Pick<ServerContext, 'jobs' | 'config' | 'closing' | 'warn'>,
  request: PaintRequest,
  { gone, detached = false }: RunOptions,
): Promise<PaintJob> {
  const { jobs, closing, warn } = context;
  gone.throwIfAborted();
  const { id } = await submitChosen(request, context);
  try {
    const job = await jobs.wait(id, { signal: gone });
    if (job.state === 'failed' && job.error) throw new ArtistError(job.error.code, job.error.message);
    return job;
  } catch (error) {
    if (gone.aborted && !detached && !closing.aborted)
      await jobs
        .cancel(id)
        .catch((failure: unknown) => warn(`job ${id}: its client is gone, and it cannot be cancelled: ${errorLine(failure)}`));
    throw error;
  }
}
