import { ArtistError } from '../../core/index.ts';
import { decodeImage, loadSharp, withoutPackedTexts } from '../../image/index.ts';

interface Alpha {
  width: number;
  height: number;
  /** White where the picture is transparent, as a PNG. */
  mask: Buffer;
  isClear: boolean;
}

/** The transparent parts of a picture; undefined if it has no alpha channel. */
async function transparency(given: Uint8Array): Promise<Alpha | undefined> {
  const file = withoutPackedTexts(given);
  const sharp = await loadSharp();
  const { hasAlpha } = await sharp(file).metadata();
  if (hasAlpha !== true) return undefined;
  const pipeline = sharp(file).autoOrient().extractChannel('alpha').negate().threshold(128).toColourspace('b-w');
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const mask = await sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
  return { width, height, mask, isClear: data.includes(255) };
}

/**
 * The mask of an edit in our form: white is repainted, black is kept. Clients send a picture whose transparent parts are to be edited: as `mask`,
 * or as the picture itself.
 *
 * @param image the picture to edit
 * @returns undefined: no part is transparent, and the whole picture is repainted
 * @throws ArtistError ERR_IMAGE_DECODE; ERR_INVALID_ARGUMENT when the mask has no transparent part or another size
 */
export async function editMask(image: Uint8Array, mask: Uint8Array | undefined): Promise<Uint8Array | undefined> {
  const { width, height } = await decodeImage(image);
  if (mask === undefined) {
    const own = await transparency(image);
    return own?.isClear === true ? own.mask : undefined;
  }
  await decodeImage(mask);
  const found = await transparency(mask);
  if (found?.isClear !== true)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `mask: expected a picture whose transparent parts are to be edited, got one ${found ? 'without transparent parts' : 'without an alpha channel'}`,
    );
  if (found.width !== width || found.height !== height)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `mask: expected the size of the picture, ${width}x${height}, got ${found.width}x${found.height}`,
    );
  return found.mask;
}
