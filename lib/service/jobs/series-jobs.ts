/** Works of a series as jobs of a queue. */
import { type OrderOptions, type SeriesProgress, SeriesStore, seriesProgress } from '../../artist/index.ts';
import { ArtistError, type Clock, defined, type Home, isArtistError, withLock } from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import type { TaskQueue } from '../../schedule/index.ts';
import { jobOf, openStates } from './describe-job.ts';
import type { PaintJob, PaintJobs } from './types.ts';

const mostOpen = 1_000_000;

export interface SeriesPlace {
  home: Home;
  gallery: Gallery;
  queue: TaskQueue;
  jobs: PaintJobs;
  clock: Clock;
}

/** A job that waits or runs, and the index of its work in the series. */
export interface SeriesJob {
  index: number;
  job: PaintJob;
}

export interface SeriesOrder {
  /** Most works to paint now. */
  count: number;
  /** Options of create() for every work. */
  options: OrderOptions;
  client: string;
  priority?: number | undefined;
}

/** Ids of the jobs of a series that wait or run, by the index of their works. */
async function openIds(id: string, queue: TaskQueue): Promise<Map<number, string>> {
  const open = new Map<number, string>();
  for (const task of await queue.list(openStates, mostOpen)) {
    const work = jobOf(task)?.work;
    if (work?.kind === 'create' && work.series?.id === id) open.set(work.series.index, task.id);
  }
  return open;
}

/**
 * The works of a series that are there, that are missing, and the jobs that will paint some of them.
 *
 * @param wanted id or name
 * @throws ArtistError ERR_NOT_FOUND when there is no such series; every error of TaskQueue.list() and Gallery.list()
 */
export async function seriesState(wanted: string, place: SeriesPlace): Promise<SeriesProgress & { jobs: SeriesJob[] }> {
  const { home, gallery, queue, clock } = place;
  const store = new SeriesStore({ home: home.folder, clock });
  const { id } = await store.find(wanted);
  // The queue first: a job that ends in between is then no longer open, and its work is found.
  const open = await openIds(id, queue);
  await gallery.refresh(); // a gallery that serves may be half a second behind
  const progress = await seriesProgress(store, gallery, id);
  const jobs: SeriesJob[] = [];
  for (const [index, job] of [...open].sort(([a], [b]) => a - b)) jobs.push({ index, job: await place.jobs.get(job) });
  return { ...progress, jobs };
}

/**
 * Adds a job for each of the next works of a series that has neither a work nor a job that waits or runs, so that calling it twice paints nothing
 * twice. If the client has too many jobs, those that were added stay.
 *
 * @param wanted id or name
 * @throws ArtistError ERR_NOT_FOUND when there is no such series, ERR_INVALID_ARGUMENT when it has ended; every error of PaintJobs.submit()
 */
export async function submitSeries(wanted: string, order: SeriesOrder, place: SeriesPlace): Promise<SeriesJob[]> {
  const { home, clock, jobs } = place;
  const { id } = await new SeriesStore({ home: home.folder, clock }).find(wanted);
  return withLock(home.state(`series-${id}-jobs.lock`), { purpose: `adding jobs of the series ${id}` }, async () => {
    const { series, missing, jobs: open } = await seriesState(id, place);
    if (series.ended)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `series: expected one that goes on, got ${id} (${series.name}), which has ended`);
    const taken = new Set(open.map(({ index }) => index));
    const added: SeriesJob[] = [];
    for (const index of missing.filter((one) => !taken.has(one)).slice(0, order.count)) {
      const work = { kind: 'create', options: order.options, series: { id, index } } as const;
      try {
        const job = await jobs.submit({ work, client: order.client, dialect: 'api', ...defined({ priority: order.priority }) });
        added.push({ index, job });
      } catch (error) {
        if (added.length > 0 && isArtistError(error, 'ERR_RATE_LIMIT')) break;
        throw error;
      }
    }
    return added;
  });
}
