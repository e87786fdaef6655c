import { answering, resolveOptions } from '../../core/index.ts';
import { ArtImage, type ImageInput } from '../../image/index.ts';
import { engine } from '../addon/engine.ts';
import type { NativeImage } from '../addon/native-events.ts';
import { CallSite, runJob } from '../jobs/job.ts';
import { type CannyOptions, cannyOptions } from '../options/preprocess.ts';
import { readPicture } from './images.ts';

/**
 * Finds the edges of a picture by Canny's method, for use as `controlImage` of an edge ControlNet. The result has the picture's size.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_READ, ERR_IMAGE_DECODE when the picture cannot be read;
 *   ERR_OUT_OF_MEMORY; ERR_NO_BINARY when the addon cannot be loaded
 * @throws `signal.reason` when aborted
 */
export const cannyEdges = answering('cannyEdges', async (image: ImageInput, options: CannyOptions = {}): Promise<ArtImage> => {
  const site = new CallSite('cannyEdges', cannyEdges);
  const { signal, ...request } = resolveOptions('cannyEdges', cannyOptions, options);
  signal?.throwIfAborted();
  const pixels = await readPicture('image', image);
  const addon = engine();
  return new ArtImage(await runJob<NativeImage>({ addon, site, signal }, () => addon.cannyEdges(pixels, request)));
});
