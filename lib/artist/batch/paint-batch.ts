/** Paints several pictures with different options, each model loaded once: lists of prompts, grids, variations. */
import { isArtistError } from '../../core/index.ts';
import type { GenerateEvent, GenerateOptions, LoadEvent, LoadModelOptions } from '../../engine/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { TunedMode, TunedUse } from '../../tune/index.ts';
import { paintingOf } from '../orders/paint-settings.ts';
import type { Workplace } from '../workplace.ts';

/** One picture of a batch: options of loadModel() and generate(), over the settings of the home. */
export interface BatchPicture {
  load: LoadModelOptions;
  options: GenerateOptions;
  /** Default: the setting `tuned`. */
  tuned?: TunedMode | undefined;
}

export interface BatchResult {
  image: ArtImage;
  seed: number;
  seconds: number;
  model: { name: string; family: string };
  device: string;
  tuned: TunedUse;
  warnings: readonly string[];
}

export interface BatchOptions {
  signal: AbortSignal;
  onProgress?: ((event: LoadEvent | Exclude<GenerateEvent, { type: 'done' }>, index: number) => void) | undefined;
  /** Called with each picture; the next one waits for it. An error it throws ends the batch. */
  onPicture: (result: BatchResult, index: number) => void | Promise<void>;
  /** Called with a picture that cannot be painted; the next one is painted all the same. Default: the error ends the batch. */
  onFailure?: ((error: unknown, index: number) => void) | undefined;
}

/** Errors that the next picture would meet, too. */
const endsAll = ['ERR_ABORTED', 'ERR_DISPOSED', 'ERR_DISK_FULL', 'ERR_WRITE'] as const;

/** Indexes in the order to paint them: pictures of one model follow each other, models in the order of their first picture. */
export function grouped(pictures: readonly BatchPicture[]): number[] {
  const keys = pictures.map(({ load }) => JSON.stringify(Object.entries(load).sort(([a], [b]) => (a < b ? -1 : 1))));
  return pictures.map((_, index) => index).sort((a, b) => keys.indexOf(keys[a] ?? '') - keys.indexOf(keys[b] ?? '') || a - b);
}

async function paintOne(
  { config, studio }: Workplace,
  { load, options, tuned: mode }: BatchPicture,
  index: number,
  { signal, onProgress }: BatchOptions,
): Promise<BatchResult> {
  const painting = paintingOf(config, load, options);
  const { home: _, isolate: __, signal: ___, onProgress: ____, ...asked } = painting.load;
  const found = await studio.withTuned({ load: asked, options: painting.options }, mode ?? config.config.tuned);
  const lease = await studio.model(found.load, { signal, onProgress: (event) => onProgress?.(event as LoadEvent, index) });
  try {
    const result = await lease.thing.generate({
      ...found.options,
      signal,
      onProgress: (event) => event.type !== 'done' && onProgress?.(event, index),
    });
    const [image] = result.images;
    signal.throwIfAborted();
    const { name, family } = lease.thing.info;
    return {
      image: image as ArtImage,
      seed: result.seed,
      seconds: result.seconds.total,
      model: { name, family },
      device: result.device,
      tuned: found.tuned,
      warnings: result.warnings,
    };
  } finally {
    await lease.release();
  }
}

/**
 * Paints pictures one after another, those of one model together.
 *
 * @throws every error of `onPicture`, and without `onFailure` of loadModel() and generate(); `signal.reason` when aborted
 */
export async function paintBatch(place: Workplace, pictures: readonly BatchPicture[], batch: BatchOptions): Promise<void> {
  for (const index of grouped(pictures)) {
    batch.signal.throwIfAborted();
    const picture = pictures[index];
    if (!picture) continue;
    const result = await paintOne(place, picture, index, batch).catch((error: unknown) => {
      const ends = batch.signal.aborted || endsAll.some((code) => isArtistError(error, code));
      if (!batch.onFailure || ends) throw error;
      batch.onFailure(error, index);
    });
    if (result) await batch.onPicture(result, index);
  }
}
