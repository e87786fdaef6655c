import { answering, resolveOptions } from '../../core/index.ts';
import { type UpscaleOptions, upscaleOptions } from '../../engine/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { Artist } from '../loop/artist.ts';

/**
 * Enlarges a work of the gallery and files the result as a work of its own, with title, tags and the work it came from.
 *
 * @param id of the work, a unique part of it, or latest
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_NOT_FOUND when there is no such work; every error of upscale() and
 *   Gallery.add()
 * @throws `signal.reason` when aborted
 */
export const upscaleWork = answering(
  'upscaleWork',
  async (artist: Artist, id: string, options: UpscaleOptions = {}): Promise<{ work: Artwork; image: ArtImage }> => {
    const { repeats, isolate: _, signal: stop, onProgress = () => undefined, ...load } = resolveOptions('upscale', upscaleOptions, options);
    return artist.withModels(stop ?? new AbortController().signal, async ({ gallery, studio }, signal) => {
      const parent = await gallery.get(id);
      const lease = await studio.upscaler({ signal, onProgress }, load);
      try {
        const image = await lease.thing.upscale(parent.path, { repeats, signal, onProgress });
        const { title, altText, tags } = parent;
        const derivation = { from: [{ work: parent.id, as: 'initImage' }] };
        const about = {
          ...(title !== undefined && { title }),
          ...(altText !== undefined && { altText }),
          ...(tags && { tags }),
          derivation,
        };
        return { work: await gallery.add({ image, about }), image };
      } finally {
        await lease.release();
      }
    });
  },
);
