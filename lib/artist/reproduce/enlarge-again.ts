/** Enlarges a picture as a recipe says. */
import { ArtistError } from '../../core/index.ts';
import { type LoadEvent, type LoadUpscalerOptions, loadUpscaler, type UpscaleEvent } from '../../engine/index.ts';
import type { ArtImage, PartialRecipe } from '../../image/index.ts';

type RecordedUpscaler = NonNullable<PartialRecipe['upscaler']>;

/**
 * How often an upscaler of `factor` must run for the enlargement of a recipe.
 *
 * @throws ArtistError ERR_UNSUPPORTED when no number of passes gives the recorded factor
 */
export function passesOf(upscaler: RecordedUpscaler, factor: number): number {
  const wanted = upscaler.factor ?? factor;
  const passes = Math.round(Math.log(wanted) / Math.log(factor));
  if (passes >= 1 && factor ** passes === wanted) return passes;
  throw new ArtistError(
    'ERR_UNSUPPORTED',
    `upscaler: expected an enlargement by a power of ${factor}, got ${wanted} with ${upscaler.name}`,
  );
}

/** Options of loadUpscaler() that a recipe names. */
export function loadingOf({ cpuPrecision }: RecordedUpscaler): Pick<LoadUpscalerOptions, 'cpuPrecision'> {
  return cpuPrecision === 'bf16' ? { cpuPrecision } : {};
}

/**
 * Enlarges a picture as its recipe says, with the bundled upscaler.
 *
 * @throws ArtistError ERR_UNSUPPORTED when the recorded factor is no power of its; every error of loadUpscaler() and upscale()
 */
export async function enlargeAgain(
  image: ArtImage,
  upscaler: RecordedUpscaler,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: ((event: LoadEvent | UpscaleEvent) => void) | undefined },
): Promise<ArtImage> {
  const common = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const model = await loadUpscaler({ ...loadingOf(upscaler), ...common });
  try {
    return await model.upscale(image, { repeats: passesOf(upscaler, model.factor), ...common });
  } finally {
    await model.dispose();
  }
}
