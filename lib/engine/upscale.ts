import { ArtistError, leakWatch, resolveOptions } from '../core/index.ts';
import { ArtImage, type ImageInput } from '../image/index.ts';
import { addonFor } from './addon/engine.ts';
import type { NativeAddon } from './addon/native.ts';
import type { NativeEvent, NativeImage } from './addon/native-events.ts';
import type { NativeUpscaler } from './addon/native-types.ts';
import { commonEvent, type UpscaleEvent } from './jobs/events.ts';
import { CallSite, fromNative, runJob } from './jobs/job.ts';
import { RunningJobs } from './jobs/running-jobs.ts';
import { maxEdge, maxPixels } from './options/fields.ts';
import {
  type LoadUpscalerOptions,
  loadUpscalerOptions,
  loadUpscalerRows,
  type UpscaleOptions,
  type UpscalerRunOptions,
  upscaleOptions,
  upscalerRunOptions,
} from './options/upscale.ts';
import { readPicture, recipeOf } from './paint/images.ts';
import { nativeFields } from './paint/native-fields.ts';
import type { WeightsFile } from './paint/weights.ts';
import { bundledUpscaler, checkUpscaler, unlessAborted, weightsFile } from './paint/weights.ts';

type Listener = ((event: UpscaleEvent) => void) | undefined;

function progressListener(onProgress: Listener): (event: NativeEvent) => void {
  return (event) => {
    const shown = commonEvent(event);
    if (shown) onProgress?.(shown);
  };
}

const forgotten = leakWatch<NativeUpscaler>('An upscaler', 'upscaler.dispose()');

/** A loaded upscaler, made by loadUpscaler(). Keep it to enlarge many pictures. */
export class Upscaler {
  /** Enlargement of one pass: 2 or 4, depending on the file. */
  readonly factor: number;
  /** Path of the file. */
  readonly file: string;
  readonly #addon: NativeAddon;
  readonly #native: NativeUpscaler;
  readonly #recorded: WeightsFile & { cpuPrecision?: string };
  readonly #running = new RunningJobs();
  #disposing: Promise<void> | undefined;

  /** Made by loadUpscaler(). */
  constructor(addon: NativeAddon, native: NativeUpscaler, file: string, recorded: WeightsFile & { cpuPrecision?: string }) {
    this.#addon = addon;
    this.#native = native;
    this.#recorded = recorded;
    this.file = file;
    this.factor = native.factor();
    forgotten.register(this, { native }, this);
  }

  get disposed(): boolean {
    return this.#disposing !== undefined;
  }

  /**
   * Enlarges a picture by `factor` to the power of `repeats`. Transparent areas become white. The result keeps the picture's recipe, with
   * the upscaler added.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid or the result would be over 8192 pixels an edge; ERR_READ,
   *   ERR_IMAGE_DECODE when the picture cannot be read; ERR_DISPOSED after dispose(); ERR_ABORTED when dispose() cancels it;
   *   ERR_OUT_OF_MEMORY; ERR_UPSCALE when the engine fails, with its message
   * @throws `signal.reason` when aborted
   */
  async upscale(image: ImageInput, options: UpscalerRunOptions = {}): Promise<ArtImage> {
    const site = new CallSite('upscale', this.upscale);
    const { repeats, signal, onProgress } = resolveOptions('upscale', upscalerRunOptions, options);
    if (this.disposed) throw site.error('ERR_DISPOSED', 'upscale: the upscaler was disposed. Load it again with loadUpscaler()');
    signal?.throwIfAborted();
    let pixels: NativeImage = await readPicture('image', image);
    const recipe = await recipeOf(image);
    const scale = this.factor ** repeats;
    const [width, height] = [pixels.width * scale, pixels.height * scale];
    if (width > maxEdge || height > maxEdge || width * height > maxPixels) {
      throw site.error(
        'ERR_INVALID_ARGUMENT',
        `image: expected a result of at most ${maxEdge} pixels an edge and ${maxPixels} in all, got ${width}x${height}`,
      );
    }
    for (let pass = 0; pass < repeats; pass++) {
      if (this.disposed) throw site.error('ERR_ABORTED', 'upscale: cancelled, because the upscaler was disposed');
      const input = pixels;
      pixels = await runJob<NativeImage>(
        { addon: this.#addon, site, signal, onEvent: progressListener(onProgress), track: this.#running.track },
        (listen) => this.#native.upscale(input, listen),
      );
    }
    // Of the picture as it was painted: one that was enlarged before is enlarged further.
    const factor = (recipe?.upscaler?.factor ?? 1) * scale;
    return new ArtImage(pixels, { prompt: '', mode: 'upscale', ...recipe, upscaler: { ...this.#recorded, factor } });
  }

  /** Cancels running calls, then frees the memory. May be called again. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose(new CallSite('dispose', this.dispose));
    return this.#disposing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #dispose(site: CallSite): Promise<void> {
    forgotten.unregister(this);
    await this.#running.cancel(new ArtistError('ERR_ABORTED', 'upscale: cancelled, because the upscaler was disposed'));
    try {
      await this.#native.dispose().promise;
    } catch (error) {
      throw fromNative(site, error);
    }
  }
}

/**
 * Loads an upscaler, by default the bundled RealESRGAN x4 for illustrations.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_MODEL_NOT_FOUND when the file does not exist; ERR_MODEL_FORMAT
 *   when it is damaged or not an upscaler; ERR_MODEL_LOAD when the engine fails; ERR_NO_DEVICE when `backend` names no device here;
 *   ERR_OUT_OF_MEMORY; ERR_NO_BINARY when the addon cannot be loaded
 * @throws `signal.reason` when aborted
 */
export async function loadUpscaler(options: LoadUpscalerOptions = {}): Promise<Upscaler> {
  const site = new CallSite('loadUpscaler', loadUpscaler);
  const checked = resolveOptions('loadUpscaler', loadUpscalerOptions, options);
  const { signal, onProgress, isolate } = checked;
  signal?.throwIfAborted();
  const file = checked.model ?? bundledUpscaler();
  const header = await checkUpscaler('model', file);
  const weights = weightsFile(header); // runs while the engine loads
  weights.catch(() => undefined);
  const addon = await addonFor(isolate);
  signal?.throwIfAborted();
  const native = await runJob<NativeUpscaler>(
    { addon, site, signal, onEvent: progressListener(onProgress), discard: (late) => void late.dispose().promise.catch(() => undefined) },
    (listen) => addon.loadUpscaler({ ...nativeFields(loadUpscalerRows, checked), model: file }, listen),
  );
  try {
    const { cpuPrecision } = checked;
    const recorded = await unlessAborted(weights, signal);
    return new Upscaler(addon, native, file, { ...recorded, ...(cpuPrecision === 'bf16' && { cpuPrecision }) });
  } catch (error) {
    await native.dispose().promise;
    throw error;
  }
}

/**
 * Enlarges one picture: loads the upscaler, runs it and frees it.
 *
 * @throws ArtistError every error of loadUpscaler() and Upscaler.upscale()
 * @throws `signal.reason` when aborted
 */
export async function upscale(image: ImageInput, options: UpscaleOptions = {}): Promise<ArtImage> {
  const { repeats, ...load } = resolveOptions('upscale', upscaleOptions, options);
  // Checked before the network is loaded, so that a bad picture fails early.
  await readPicture('image', image);
  const upscaler = await loadUpscaler(load);
  try {
    return await upscaler.upscale(image, { repeats, signal: load.signal, onProgress: load.onProgress });
  } finally {
    await upscaler.dispose();
  }
}
