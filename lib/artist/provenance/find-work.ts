import { createHash } from 'node:crypto';
import { ArtistError } from '../../core/index.ts';
import { type Artwork, type Gallery, isNear, lookOf, looksOf } from '../../gallery/index.ts';
import { decodeImage, type FoundRecipe, pixelDifference, type RawImage, resizeImage } from '../../image/index.ts';
import type { FoundWatermark, ReadManifest } from '../../provenance/index.ts';

/** The work of the gallery that a picture is. */
export interface FoundWork {
  id: string;
  /** Path of the work's picture. */
  path: string;
  /**
   * file: the same bytes. pixels: the same pixels in another file. similar: encoded or resized anew (`psnr`). mark: the watermark names it, but the pixels cannot be
   * compared, as after cropping.
   */
  match: 'file' | 'pixels' | 'similar' | 'mark';
  /** Peak signal-to-noise ratio to the work at the picture's size, dB; null unless `similar`. */
  psnr: number | null;
}

/** From this PSNR on, pictures are the same picture encoded or resized anew, dB. Different pictures have about 10. */
const similarFrom = 25;
/** Most works with the seed of the recipe that are compared. */
const mostCompared = 50;
/** Newest works that are compared by their looks: about 2 ms each. */
const mostLookedAt = 5000;

interface Hints {
  manifest: ReadManifest | null;
  recipe: FoundRecipe | undefined;
  watermark: FoundWatermark | null;
}

/**
 * The work that a picture is: by its bytes, by what it says itself (manifest, watermark, seed of its recipe), else by its looks, since networks
 * take all of these away.
 *
 * @param pixels undefined: they cannot be read
 * @throws ArtistError every error of Gallery.hashes()
 */
export async function findWork(gallery: Gallery, bytes: Uint8Array, pixels: RawImage | undefined, hints: Hints): Promise<FoundWork | null> {
  const same = (await gallery.hashes()).get(createHash('sha256').update(bytes).digest('hex'));
  if (same !== undefined) return { ...placeOf(await gallery.get(same)), match: 'file', psnr: null };
  const marked = hints.watermark ? await named(gallery, hints.watermark.payload) : undefined;
  const best =
    pixels &&
    ((await nearest(await candidates(gallery, hints, marked), pixels)) ?? (await nearest(await lookalikes(gallery, bytes), pixels)));
  return best ?? (marked ? { ...placeOf(marked), match: 'mark', psnr: null } : null);
}

/** Of these works the one with the same pixels, or the nearest ones. */
async function nearest(works: readonly Artwork[], pixels: RawImage): Promise<FoundWork | undefined> {
  let best: FoundWork | undefined;
  for (const work of works) {
    const compared = await compare(work, pixels);
    if (compared?.match === 'pixels') return compared;
    if (compared && (compared.psnr ?? 0) > (best?.psnr ?? 0)) best = compared;
  }
  return best;
}

/** Works that look like the picture at a glance, among the newest. */
async function lookalikes(gallery: Gallery, bytes: Uint8Array): Promise<Artwork[]> {
  const wanted = await lookOf(bytes);
  const newest = (await gallery.select('')).slice(0, mostLookedAt);
  const near = (await looksOf(newest, (id) => gallery.thumbnail(id))).filter(({ look }) => isNear(wanted, look));
  return gallery.getMany(near.slice(0, mostCompared).map(({ id }) => id));
}

const placeOf = ({ id, path }: Artwork): { id: string; path: string } => ({ id, path });

/** The works that the picture itself names, then those with the seed of its recipe. */
async function candidates(gallery: Gallery, { manifest, recipe }: Hints, marked: Artwork | undefined): Promise<Artwork[]> {
  const signed = manifest?.work?.id === undefined ? undefined : await named(gallery, manifest.work.id);
  const seed = recipe?.recipe.seed;
  const ids = seed === undefined ? [] : (await gallery.select(`seed:${seed}`)).slice(0, mostCompared);
  const all = [...[marked, signed].filter((work) => work !== undefined), ...(await gallery.getMany(ids))];
  return [...new Map(all.map((work) => [work.id, work])).values()];
}

/** A picture from elsewhere may name a work that is not here, or none at all. */
async function named(gallery: Gallery, id: string): Promise<Artwork | undefined> {
  return gallery.get(id).catch((error: unknown) => {
    if (error instanceof ArtistError && ['ERR_NOT_FOUND', 'ERR_INVALID_ARGUMENT', 'ERR_DAMAGED', 'ERR_READ'].includes(error.code))
      return undefined;
    throw error;
  });
}

async function compare(work: Artwork, pixels: RawImage): Promise<FoundWork | undefined> {
  const stored = await decodeImage(work.path).catch(() => undefined); // a work whose picture is gone or damaged cannot be compared
  if (!stored) return undefined;
  const difference = pixelDifference(await resizeImage(stored, pixels.width, pixels.height), pixels);
  if (difference?.exact && stored.width === pixels.width && stored.height === pixels.height)
    return { ...placeOf(work), match: 'pixels', psnr: null };
  const psnr = difference?.psnr ?? 0;
  return psnr >= similarFrom ? { ...placeOf(work), match: 'similar', psnr } : undefined;
}
