import { configPath, type LoadedConfig, loadConfig } from '../../config/index.ts';
import { answering, homeFolder, isArtistError, readError, readPlainFile } from '../../core/index.ts';
import { Gallery } from '../../gallery/index.ts';
import { decodeImage, type FoundRecipe, readRecipe } from '../../image/index.ts';
import {
  type FoundWatermark,
  findWatermark,
  knownIdentity,
  knownWatermarkKey,
  type ReadManifest,
  readManifest,
} from '../../provenance/index.ts';
import { type FoundWork, findWork } from './find-work.ts';
import { signingPlace } from './signing.ts';

export interface VerifyPictureOptions {
  /** Home folder, with keys, settings and gallery. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** Settings that are already loaded. */
  config?: LoadedConfig | undefined;
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
    const work = await findWork(gallery, bytes, pixels, { manifest, recipe: found, watermark });
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
