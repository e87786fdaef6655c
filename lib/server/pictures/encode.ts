import type { Artwork } from '../../gallery/index.ts';
import { ArtImage, decodeImage, type ImageFormat, imageKind, type Recipe } from '../../image/index.ts';

/** How a picture goes out. */
export interface PictureForm {
  format: ImageFormat;
  /** JPEG and WebP: 1..100. Default 90. PNG ignores it. */
  quality?: number;
  /** false: without prompt and settings in the file; the AI label stays. */
  embedRecipe: boolean;
}

/**
 * A painted picture in the wanted form. The file itself if it has that form already.
 *
 * @throws ArtistError ERR_IMAGE_DECODE, ERR_IMAGE_ENCODE
 */
export async function inForm(file: Uint8Array, recipe: Recipe | null, { format, quality, embedRecipe }: PictureForm): Promise<Uint8Array> {
  const lossy = format !== 'png' && quality !== undefined;
  if (imageKind(file) === format && embedRecipe && !lossy) return file;
  const image = new ArtImage(await decodeImage(file), recipe ?? undefined);
  return await image.toBuffer(format, { ...(lossy && { quality }), embedRecipe });
}

/**
 * The pixels of a work as a PNG without prompt and settings. The AI label stays, if the work has one.
 *
 * @throws ArtistError ERR_IMAGE_DECODE, ERR_IMAGE_ENCODE
 */
export async function withoutRecipe(file: Uint8Array, { recipe, provenance }: Pick<Artwork, 'recipe' | 'provenance'>): Promise<Uint8Array> {
  const raw = await decodeImage(file);
  const isPainted = recipe !== undefined || provenance?.['aiGenerated'] === true;
  if (!isPainted) return (await new ArtImage(raw).toSharp()).png().toBuffer();
  const { mode, software } = recipe ?? {};
  return new ArtImage(raw, { prompt: '', ...(mode && { mode }), ...(software !== undefined && { software }) }).toBuffer('png', {
    embedRecipe: false,
  });
}
