/** The picture of img2img at the size that is painted, by the resize modes of A1111. */
import type { Sharp } from 'sharp';
import { maxPixels } from '../../../engine/index.ts';
import { ArtImage, decodeImage, type RawImage, resizeImage } from '../../../image/index.ts';

/** RGB, or grey. No more pixels than the engine paints. @throws ArtistError ERR_IMAGE_DECODE */
export const decodePicture = (bytes: Uint8Array, channels: 1 | 3 = 3): Promise<RawImage> => decodeImage(bytes, { channels, maxPixels });

/** A pipeline over raw pixels. */
export const pipelineOf = (image: RawImage): Promise<Sharp> => new ArtImage(image).toSharp();

/** The memory of raw pixels, as sharp takes it. */
export const bufferOf = ({ data }: RawImage): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** Runs a pipeline to raw pixels. */
export async function pixelsOf(pipeline: Sharp): Promise<RawImage> {
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    width: info.width,
    height: info.height,
    channels: info.channels,
  };
}

export const pngOf = (image: RawImage): Promise<Buffer> => new ArtImage(image).toBuffer('png');

/** Keeps everything in the middle, and repeats the outermost rows and columns in the borders. */
async function fillBorders(image: RawImage, width: number, height: number): Promise<RawImage> {
  const scale = Math.min(width / image.width, height / image.height);
  const inner = await resizeImage(image, Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  const [left, top] = [(width - inner.width) >> 1, (height - inner.height) >> 1];
  const borders = { left, top, right: width - inner.width - left, bottom: height - inner.height - top };
  return await pixelsOf((await pipelineOf(inner)).extend({ ...borders, extendWith: 'copy' }));
}

/**
 * Scales to exactly `width` x `height`.
 *
 * @param mode 0 or 3: stretched; 1: cropped at the centre; 2: borders filled
 */
export async function fitTo(image: RawImage, { width, height }: { width: number; height: number }, mode: number): Promise<RawImage> {
  if (mode === 2) return await fillBorders(image, width, height);
  return await resizeImage(image, width, height, mode === 1 ? 'cover' : 'fill');
}
