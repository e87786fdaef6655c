import { ArtistError } from '../../core/index.ts';
import { decodeImage, loadSharp, type RawImage, resizeImage } from '../../image/index.ts';
import type { Frame } from './buckets.ts';

export interface PreparedPicture {
  /** RGB, in the size of the bucket. */
  readonly image: RawImage;
  /** Grey, in the size of the bucket: 255 is learned fully, 0 not at all. */
  readonly mask?: RawImage;
}

export interface PrepareOptions {
  /** Use transparency as the mask of a picture without a mask file. Default false: transparent areas become white and are learned. */
  readonly alphaMask?: boolean;
}

/** Returns transparency as a grey picture with EXIF orientation applied; undefined if nothing is transparent. */
async function alphaOf(file: string): Promise<RawImage | undefined> {
  const sharp = await loadSharp();
  const pipeline = sharp(file, { failOn: 'error', limitInputPixels: false });
  if ((await pipeline.metadata()).hasAlpha !== true) return undefined;
  const { data, info } = await pipeline
    .autoOrient()
    .ensureAlpha()
    .extractChannel('alpha')
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width: info.width, height: info.height, channels: 1 };
}

/** Scales (Lanczos 3), crops and mirrors. */
async function applyFrame(image: RawImage, { bucket, scaled, left, top, flip }: Frame): Promise<RawImage> {
  const resized = await resizeImage(image, scaled.width, scaled.height);
  const { channels } = resized;
  const data = new Uint8Array(bucket.width * bucket.height * channels);
  for (let row = 0; row < bucket.height; row++) {
    const from = ((top + row) * scaled.width + left) * channels;
    const line = resized.data.subarray(from, from + bucket.width * channels);
    const at = row * bucket.width * channels;
    if (!flip) data.set(line, at);
    else
      for (let column = 0; column < bucket.width; column++)
        for (let channel = 0; channel < channels; channel++)
          data[at + (bucket.width - 1 - column) * channels + channel] = line[column * channels + channel] ?? 0;
  }
  return { data, ...bucket, channels };
}

/**
 * Prepares a picture for the encoder: applies EXIF orientation, converts any colour space to 8-bit sRGB, makes transparent areas white,
 * then scales and crops by its frame. The mask is treated in the same way.
 *
 * @throws ArtistError ERR_READ, ERR_IMAGE_DECODE when the file changed since the scan; ERR_TRAIN_DATA when a mask has other proportions or
 *   is empty
 */
export async function preparePicture(
  { file, mask: maskFile }: { readonly file: string; readonly mask?: string | undefined },
  frame: Frame,
  { alphaMask = false }: PrepareOptions = {},
): Promise<PreparedPicture> {
  const decoded = await decodeImage(file);
  const image = await applyFrame(decoded, frame);
  const grey = maskFile !== undefined ? await decodeImage(maskFile, { channels: 1 }) : alphaMask ? await alphaOf(file) : undefined;
  if (grey === undefined) return { image };
  const name = maskFile ?? file;
  if (Math.abs(Math.log((grey.width / grey.height) * (decoded.height / decoded.width))) > 0.02)
    throw new ArtistError(
      'ERR_TRAIN_DATA',
      `${name}: expected a mask with the proportions of its picture (${decoded.width}x${decoded.height}), got ${grey.width}x${grey.height}`,
    );
  const mask = await applyFrame(grey, frame);
  if (mask.data.every((value) => value === 0))
    throw new ArtistError(
      'ERR_TRAIN_DATA',
      `${name}: expected a mask with something to learn (white), got one that is black within the cut`,
    );
  return { image, mask };
}

/**
 * Scales a mask to the size of a latent: the mean of the pixels of each latent pixel, 0..1, row by row.
 *
 * @param factor picture pixels per latent pixel along one edge, e.g. 8
 */
export function maskToLatent({ data, width, height }: RawImage, factor: number): Float32Array {
  const [across, upright] = [Math.floor(width / factor), Math.floor(height / factor)];
  const weights = new Float32Array(across * upright);
  for (let y = 0; y < upright * factor; y++)
    for (let x = 0; x < across * factor; x++) {
      const at = Math.floor(y / factor) * across + Math.floor(x / factor);
      weights[at] = (weights[at] ?? 0) + (data[y * width + x] ?? 0);
    }
  const scale = 1 / (255 * factor * factor);
  return weights.map((sum) => sum * scale);
}
