import { ArtistError } from '../../../core/index.ts';
import { type PaintJob, trainingOrders } from '../../../service/index.ts';
import type { Caller, ServerContext } from '../../context.ts';
import { countStates } from '../../events/job-source.ts';
import { batchOf, type JobView, jobStates } from './job-view.ts';

/** More than a queue keeps. */
const all = 10_000;

export interface JobFilter {
  state?: readonly JobView['state'][] | undefined;
  mine?: boolean | undefined;
  batch?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * A page of jobs: those that run, those that wait in their order, then ended ones, newest first.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when the job of the cursor is no longer in the list
 */
export async function listJobs(
  { state, mine, batch, limit, cursor }: JobFilter,
  caller: Caller,
  { jobs }: Pick<ServerContext, 'jobs'>,
): Promise<{ jobs: PaintJob[]; next: string | null }> {
  const filter = { ...(mine && { client: caller.id }), ...(state && { states: state }) };
  const isPart = cursor !== undefined || batch !== undefined;
  const found = (await jobs.list({ ...filter, limit: isPart ? all : limit + 1 })).filter(
    ({ reference }) => batch === undefined || batchOf(reference) === batch,
  );
  const before = cursor === undefined ? -1 : found.findIndex(({ id }) => id === cursor);
  if (cursor !== undefined && before < 0)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `cursor: expected a job of this list, got ${JSON.stringify(cursor)}. Begin at the first page`,
    );
  const page = found.slice(before + 1, before + 1 + limit);
  return { jobs: page, next: found.length > before + 1 + limit ? (page.at(-1)?.id ?? null) : null };
}

/** The jobs of a grid. @throws ArtistError ERR_NOT_FOUND */
export async function batchJobs(batch: string, { jobs }: Pick<ServerContext, 'jobs'>): Promise<PaintJob[]> {
  const found = (await jobs.list({ limit: all })).filter(({ reference }) => batchOf(reference) === batch);
  if (found.length > 0) return found;
  throw new ArtistError(
    'ERR_NOT_FOUND',
    `batch: expected the id of a grid, got ${JSON.stringify(batch)}, which is not there, or no longer`,
  );
}

export interface QueueFigures {
  paused: boolean;
  /** The training run for which it is paused; null: a person paused it, or it is not paused. */
  training: string | null;
  running: number;
  waiting: number;
  delayed: number;
  /** Of the caller. `ahead`: jobs that run before its first one; null: it has none. */
  own: { open: number; ahead: number | null };
}

export async function queueFigures(
  caller: Caller,
  { queue, jobs, home }: Pick<ServerContext, 'queue' | 'jobs' | 'home'>,
): Promise<QueueFigures> {
  const open = jobStates.slice(0, 3);
  const [paused, orders, tasks, own] = await Promise.all([
    queue.isPaused(),
    trainingOrders(home).read(),
    queue.list(open, all),
    jobs.list({ client: caller.id, states: open, limit: all }),
  ]);
  const places = own.flatMap(({ ahead }) => ahead ?? []);
  const run = paused ? orders.runs.find(({ pausedQueue }) => pausedQueue) : undefined;
  return {
    paused,
    training: run?.name ?? null,
    ...countStates(tasks),
    own: { open: own.length, ahead: places.length > 0 ? Math.min(...places) : null },
  };
}
