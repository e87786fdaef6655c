import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ArtistError, readError, readPlainFile } from '../../core/index.ts';
import { loadSharp, type PartialRecipe, readRecipe, withoutPackedTexts } from '../../image/index.ts';
import { decodeWhole, type PictureFile } from './pictures.ts';

const endings = { png: 'png', jpeg: 'jpg', webp: 'webp' } as const;

export interface ReadPicture {
  file: PictureFile;
  /** If the file contains one. */
  recipe: PartialRecipe | undefined;
  imported: { from: string; program?: string } | undefined;
  modifiedAt: number;
}

/** Metadata of a picture after decoding every line: a truncated file also has a valid header. */
async function decoded(file: Uint8Array, maxPixels: number): Promise<{ format: string; width: number; height: number }> {
  const bytes = withoutPackedTexts(file);
  const sharp = await loadSharp();
  const { format, width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
  if (width * height > maxPixels) throw new Error(`${width}x${height} pixels, more than ${maxPixels}`);
  if (Object.hasOwn(endings, format))
    await decodeWhole(bytes, (picture) => picture.resize(8, 8, { fit: 'fill', kernel: 'nearest' }).raw().toBuffer());
  return { format, width, height };
}

/**
 * Reads a picture file with its size and recipe.
 *
 * @throws ArtistError ERR_READ, ERR_IMAGE_DECODE: not a PNG, JPEG or WebP, or damaged
 */
export async function readPicture(path: string): Promise<ReadPicture> {
  const [bytes, info] = await Promise.all([readPlainFile(path), stat(path)]).catch((cause: unknown) => {
    throw readError(path, 'a picture', cause);
  });
  return pictureOf(bytes, path, info.mtimeMs);
}

/**
 * The same for bytes that are in memory.
 *
 * @param path of the file, for messages; its last part is recorded as the origin
 * @throws ArtistError ERR_IMAGE_DECODE: not a PNG, JPEG or WebP, or damaged
 */
export async function pictureOf(
  bytes: Uint8Array,
  path: string,
  modifiedAt: number,
  maxPixels = Number.POSITIVE_INFINITY,
): Promise<ReadPicture> {
  const { format, width, height } = await decoded(bytes, maxPixels).catch((cause: unknown) => {
    const reason = (cause instanceof Error ? cause.message : String(cause)).trim().split('\n')[0] ?? '';
    throw new ArtistError('ERR_IMAGE_DECODE', `${path}: expected a PNG, JPEG or WebP, got: ${reason}`, { cause });
  });
  if (!Object.hasOwn(endings, format)) throw new ArtistError('ERR_IMAGE_DECODE', `${path}: expected a PNG, JPEG or WebP, got ${format}`);
  const found = await readRecipe(bytes);
  return {
    file: { bytes, ending: endings[format as keyof typeof endings], width, height },
    recipe: found?.recipe,
    imported: { from: basename(path), ...(found && { program: found.source }) },
    modifiedAt,
  };
}
