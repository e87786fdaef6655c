import { createHash } from 'node:crypto';
import { configPath, type LoadedConfig, loadConfig } from '../../config/index.ts';
import { ArtistError, answering, homeFolder, isArtistError, readError, readPlainFile } from '../../core/index.ts';
import { type Artwork, Gallery } from '../../gallery/index.ts';
import { decodeImage, type FoundRecipe, pixelDifference, type RawImage, readRecipe, resizeImage } from '../../image/index.ts';
import {
  type FoundWatermark,
  findWatermark,
  knownIdentity,
  knownWatermarkKey,
  type ReadManifest,
  readManifest,
} from '../../provenance/index.ts';
import { signingPlace } from './signing.ts';

export interface VerifyPictureOptions {
  /** Home folder, with keys, settings and gallery. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** Settings that are already loaded. */
  config?: LoadedConfig | undefined;
}

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

/** Everything that tells where a picture comes from. */
export interface VerifiedPicture {
  /** null: it could not be looked for, see `problems`. */
  manifest: ReadManifest | null;
  /** The recipe in the file, and the program that wrote it. It is not protected: anyone can change it. */
  recipe: Pick<FoundRecipe, 'source' | 'recipe'> | null;
  watermark: FoundWatermark | null;
  /** Whether a watermark was looked for: the home has a key for them, and the picture can be decoded. */
  lookedForWatermark: boolean;
  work: FoundWork | null;
  /** proven: a valid manifest, a watermark of this home or a work of its gallery. refuted: it has a manifest that is not valid. unknown: neither. */
  verdict: 'proven' | 'refuted' | 'unknown';
  /** What could not be done, as sentences. */
  problems: string[];
}

/** From this PSNR on, pictures are the same picture encoded or resized anew, dB. Different pictures have about 10. */
const similarFrom = 25;
/** Most works with the seed of the recipe that are compared. */
const mostCompared = 50;

/**
 * Tells where a picture comes from: its C2PA manifest, recipe, watermark, and whether it is a work of this gallery.
 *
 * @param picture path or bytes of a PNG, JPEG or WebP
 * @throws ArtistError ERR_READ, ERR_IMAGE_DECODE: not a picture; ERR_CONFIG; ERR_DAMAGED: a key of the home; every error of Gallery.hashes()
 */
export const verifyPicture = answering(
  'verifyPicture',
  async (picture: string | Uint8Array, options: VerifyPictureOptions = {}): Promise<VerifiedPicture> => {
    const loaded = options.config ?? (await loadConfig({ home: homeFolder(options.home) }));
    const bytes = typeof picture === 'string' ? await bytesOf(picture) : picture;
    const problems: string[] = [];
    const manifest = await manifestOf(bytes, loaded, problems);
    const found = await readRecipe(bytes);
    const pixels = await decodeImage(bytes).catch((error: unknown) => {
      if (!isArtistError(error, 'ERR_IMAGE_DECODE')) throw error;
      problems.push(`its pixels cannot be read: ${error.message}`);
      return undefined;
    });
    const key = pixels && (await knownWatermarkKey(loaded.home));
    const watermark = (pixels && key && (await findWatermark(pixels, key))) ?? null;
    const gallery = new Gallery({ folder: configPath(loaded.config.gallery.folder, loaded.home) });
    const work = await workOf(gallery, bytes, pixels, { manifest, recipe: found, watermark });
    const broken = manifest !== null && !['absent', 'valid'].includes(manifest.state);
    return {
      manifest,
      recipe: found ? { source: found.source, recipe: found.recipe } : null,
      watermark,
      lookedForWatermark: key !== undefined,
      work,
      verdict: broken ? 'refuted' : manifest?.state === 'valid' || watermark || work ? 'proven' : 'unknown',
      problems,
    };
  },
);

async function bytesOf(path: string): Promise<Buffer> {
  return readPlainFile(path).catch((cause: unknown) => {
    throw readError(path, 'a picture', cause);
  });
}

/** Without the package the rest can still be told. */
async function manifestOf(bytes: Uint8Array, loaded: LoadedConfig, problems: string[]): Promise<ReadManifest | null> {
  try {
    return await readManifest(bytes, await knownIdentity(signingPlace(loaded)));
  } catch (error) {
    if (!isArtistError(error, 'ERR_UNSUPPORTED')) throw error;
    problems.push(error.message);
    return null;
  }
}

interface Hints {
  manifest: ReadManifest | null;
  recipe: FoundRecipe | undefined;
  watermark: FoundWatermark | null;
}

async function workOf(gallery: Gallery, bytes: Uint8Array, pixels: RawImage | undefined, hints: Hints): Promise<FoundWork | null> {
  const same = (await gallery.hashes()).get(createHash('sha256').update(bytes).digest('hex'));
  if (same !== undefined) return { ...placeOf(await gallery.get(same)), match: 'file', psnr: null };
  const marked = hints.watermark ? await named(gallery, hints.watermark.payload) : undefined;
  let best: FoundWork | null = null;
  for (const work of pixels ? await candidates(gallery, hints, marked) : []) {
    const compared = pixels && (await compare(work, pixels));
    if (compared?.match === 'pixels') return compared;
    if (compared && (compared.psnr ?? 0) > (best?.psnr ?? 0)) best = compared;
  }
  return best ?? (marked ? { ...placeOf(marked), match: 'mark', psnr: null } : null);
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
