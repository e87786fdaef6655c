/** How far two pictures differ, pixel by pixel, computed here. */
import { type PixelDifference, pixelDifference } from '../../lib/image/pixel-difference.ts';

export interface Compared {
  /** undefined: their shapes differ. */
  difference: PixelDifference | undefined;
  /** Both sizes; the larger picture was made smaller for the comparison if they differ. */
  a: { width: number; height: number };
  b: { width: number; height: number };
  isScaled: boolean;
}

async function load(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

const sizeOf = ({ naturalWidth, naturalHeight }: HTMLImageElement) => ({ width: naturalWidth, height: naturalHeight });

function pixelsOf(image: HTMLImageElement, width: number, height: number): ImageData {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('canvas: the browser gave none');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** @throws EncodingError: a picture cannot be loaded */
export async function comparePictures(addressA: string, addressB: string): Promise<Compared> {
  const [one, other] = await Promise.all([load(addressA), load(addressB)]);
  const [a, b] = [sizeOf(one), sizeOf(other)];
  const [width, height] = [Math.min(a.width, b.width), Math.min(a.height, b.height)];
  const isScaled = a.width !== b.width || a.height !== b.height;
  // The share of the shapes, with a pixel of rounding.
  if (Math.abs(a.width * b.height - b.width * a.height) > Math.max(a.width, b.width)) return { difference: undefined, a, b, isScaled };
  const raw = ({ data }: ImageData) => ({ data: new Uint8Array(data.buffer), width, height, channels: 4 });
  return { difference: pixelDifference(raw(pixelsOf(one, width, height)), raw(pixelsOf(other, width, height))), a, b, isScaled };
}

/** Peak signal-to-noise ratio from which a difference is not seen, dB: as `ai-artist reproduce` has it. */
const unseen = 40;
export const isUnseen = ({ exact, psnr }: PixelDifference): boolean => exact || (psnr !== null && psnr >= unseen);
