import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ArtistError, systemCode } from '../core/index.ts';
import { loadSharp, type PartialRecipe, readRecipe } from '../image/index.ts';
import type { PictureFile } from './pictures.ts';

const endings = { png: 'png', jpeg: 'jpg', webp: 'webp' } as const;

export interface ReadPicture {
  file: PictureFile;
  /** As far as the file says it. */
  recipe: PartialRecipe | undefined;
  imported: { from: string; program?: string } | undefined;
  modifiedAt: number;
}

/**
 * A picture's file with size and recipe.
 *
 * @throws ArtistError ERR_READ, ERR_IMAGE_DECODE: no PNG, JPEG or WebP, or damaged
 */
export async function readPicture(path: string): Promise<ReadPicture> {
  const [bytes, info] = await Promise.all([readFile(path), stat(path)]).catch((cause: unknown) => {
    throw new ArtistError('ERR_READ', `${path}: expected a picture that can be read, got ${systemCode(cause) ?? String(cause)}`, { cause });
  });
  const sharp = await loadSharp();
  const { format, width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
      throw new ArtistError('ERR_IMAGE_DECODE', `${path}: expected a PNG, JPEG or WebP, got: ${reason}`, { cause });
    });
  if (!Object.hasOwn(endings, format)) throw new ArtistError('ERR_IMAGE_DECODE', `${path}: expected a PNG, JPEG or WebP, got ${format}`);
  const found = await readRecipe(bytes);
  return {
    file: { bytes, ending: endings[format as keyof typeof endings], width, height },
    recipe: found?.recipe,
    imported: { from: basename(path), ...(found && { program: found.source }) },
    modifiedAt: info.mtimeMs,
  };
}
