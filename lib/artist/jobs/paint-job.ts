/** Paints a job of a queue. */
import { ArtistError, homeOf } from '../../core/index.ts';
import type { GenerateOptions, UpscalerRunOptions } from '../../engine/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { ArtImage } from '../../image/index.ts';
import { homeId, type RunningTask } from '../../schedule/index.ts';
import type { FailedWork } from '../hooks/messages.ts';
import type { Artist } from '../loop/artist.ts';
import type { CreateOptions } from '../loop/create-options.ts';
import { paintOrder } from '../orders/paint-order.ts';
import { paintingOf } from '../orders/paint-settings.ts';
import type { Workplace } from '../workplace.ts';
import { JobFolder } from './job-folder.ts';
import { JobResults } from './job-results.ts';
import { type PaintEvent, ProgressWriter } from './progress-writer.ts';
import { readStoredJob, type StoredJob } from './stored-job.ts';
import type { PaintedJob, PaintWork } from './types.ts';

type Work<K extends PaintWork['kind']> = Extract<PaintWork, { kind: K }>;

/** One try of a job. */
interface Try {
  task: RunningTask;
  job: StoredJob;
  folder: JobFolder;
  results: JobResults;
  progress: ProgressWriter;
  warnings: Set<string>;
}

/** Number of pictures that a job makes. */
export function picturesOf(work: PaintWork): number {
  return work.kind === 'generate' ? (work.options.batchCount ?? 1) : 1;
}

/**
 * Paints a job and files its pictures, each once. Pictures that an earlier try finished are not painted again.
 *
 * @throws ArtistError ERR_NEWER_VERSION when a newer version stored it; ERR_NOT_FOUND when it belongs to another home; every error of
 *   loadModel(), generate(), upscale(), Gallery.add() and Artist.create(); the signal's reason
 */
export async function paintJob(task: RunningTask, artist: Artist): Promise<PaintedJob> {
  const job = readStoredJob(task.payload);
  if (job.home !== (await homeId(artist.home)))
    throw new ArtistError(
      'ERR_NOT_FOUND',
      `${task.id}: expected a job of the home ${artist.home}, got one of another home. Start a worker with the home of its server`,
    );
  return artist.withModels(task.signal, async (place, signal) => {
    const folder = new JobFolder(artist.home, task.id);
    if (!(await folder.exists())) await folder.make({});
    const images = picturesOf(job.work);
    const results = await JobResults.open({ id: task.id, job, folder, gallery: place.gallery }, images);
    const { kind } = job.work;
    const { warn, clock } = place;
    const progress = await ProgressWriter.open({ folder, images, first: results.count, kind, warn, clock });
    const warnings = new Set<string>();
    const run: Try = { task: { ...task, signal }, job, folder, results, progress, warnings };
    let done = false;
    try {
      if (results.count < images) await paint(run, artist, place);
      done = true;
    } catch (error) {
      artist.tellFailure(error, failedWork(task.id, job.work), signal);
      throw error;
    } finally {
      await progress.end({ done });
    }
    return { pictures: results.stored(), warnings: [...warnings] };
  });
}

/** What hooks are told of a job that failed. */
function failedWork(task: string, { options, ...rest }: PaintWork): FailedWork {
  const model = 'model' in rest ? rest.model : undefined;
  return { task, model, prompt: 'prompt' in options ? options.prompt : undefined };
}

function paint(run: Try, artist: Artist, place: Workplace): Promise<void> {
  const { work } = run.job;
  if (work.kind === 'generate') return generate(run, work, place);
  if (work.kind === 'upscale') return enlarge(run, work, place);
  return create(run, work, artist);
}

/** Passes events on to the progress, and collects warnings. */
function listenerOf({ progress, warnings }: Try): (event: PaintEvent | { type: 'done' }) => void {
  return (event) => {
    if (event.type === 'warning') warnings.add(event.message);
    else if (event.type !== 'done') progress.on(event as PaintEvent);
  };
}

/** Options of generate() for the pictures that are missing, with the job's files as input. */
function optionsOf({ job, folder, results }: Try, options: GenerateOptions, images: number): GenerateOptions {
  const { referenceImages, ...single } = job.pictures;
  const files = Object.fromEntries(Object.entries(single).map(([name, file]) => [name, folder.fileOf(file)]));
  const first = results.count;
  return {
    // The cheapest preview; it changes no pixel of the picture.
    preview: 'proj',
    ...options,
    ...files,
    ...(referenceImages && { referenceImages: referenceImages.map((file) => folder.fileOf(file)) }),
    ...(first > 0 && { seed: (options.seed ?? 0) + first, batchCount: images - first }),
  };
}

async function generate(run: Try, { model, load = {}, options: given, tuned: mode }: Work<'generate'>, place: Workplace): Promise<void> {
  const { signal } = run.task;
  const painting = paintingOf(place.config, { ...load, ...(model !== undefined && { model }) }, given);
  const { home: _, isolate: __, signal: ___, onProgress: ____, ...asked } = painting.load;
  const { load: spec, options: tuned } = await place.studio.withTuned(
    { load: asked, options: painting.options },
    mode ?? place.config.config.tuned,
  );
  const options = optionsOf(run, tuned, picturesOf(run.job.work));
  const listen = listenerOf(run);
  const lease = await place.studio.model(spec, { signal, onProgress: listen });
  // Pictures are filed while the next one is painted.
  let filing: Promise<void> = Promise.resolve();
  let failed: { error: unknown } | undefined;
  const { count: first } = run.results;
  const file = (image: ArtImage, index: number): void => {
    filing = filing
      .then(() => run.results.add(image, first + index))
      .catch((error: unknown) => {
        failed ??= { error };
      });
  };
  try {
    const result = await lease.thing.generate({
      ...options,
      signal,
      onProgress: (event) => {
        if (failed) throw failed.error;
        listen(event);
        if (event.type === 'image') file(event.image, event.index);
      },
    });
    run.progress.filing();
    for (const [index, image] of result.images.entries()) file(image, index);
    for (const warning of result.warnings) run.warnings.add(warning);
  } finally {
    await filing;
    await lease.release();
  }
  if (failed) throw (failed as { error: unknown }).error;
}

async function enlarge(run: Try, { options }: Work<'upscale'>, { studio }: Workplace): Promise<void> {
  const { task, folder, job, results } = run;
  const { signal } = task;
  const onProgress = listenerOf(run);
  const { repeats, isolate: _, ...load } = options;
  const lease = await studio.upscaler({ signal, onProgress }, load);
  try {
    const wishes: UpscalerRunOptions = { ...(repeats !== undefined && { repeats }), signal, onProgress };
    const image = await lease.thing.upscale(folder.fileOf(job.pictures.initImage ?? ''), wishes);
    run.progress.filing();
    await results.add(image, 0);
  } finally {
    await lease.release();
  }
}

async function create(run: Try, { options: order, series }: Work<'create'>, artist: Artist): Promise<void> {
  const { task, results } = run;
  const paint = async (fixed: CreateOptions = {}): Promise<Artwork> => {
    const shown = { ...(order.preview === undefined && { preview: 'proj' as const }), ...fixed };
    const painted = await paintOrder({ ...task, payload: order, fixed: shown, onProgress: listenerOf(run) }, artist);
    const work = await artist.filed(task.id);
    if (work) return work;
    throw new ArtistError('ERR_NOT_FOUND', `${task.id}: expected its work in ${homeOf(artist.home).gallery}, got none (${painted.path})`);
  };
  await results.addWork(series ? await artist.series.paintOne(series, task.signal, paint) : await paint());
}
