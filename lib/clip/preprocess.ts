import type { RawImage } from '../image/index.ts';
import type { Preprocessing } from './description/shape.ts';
import { resample, resampleArea } from './resample.ts';

/** The centre `edge` pixels of `length`, rounded down as Hugging Face's center_crop does. */
function centre(length: number, edge: number): { length: number; from: number; count: number } {
  return { length, from: Math.floor((length - edge) / 2), count: edge };
}

/**
 * An RGB picture at the tower's size, still 8 bits (area: exact means): short side resized, centre cut out.
 * Pixels are those of Hugging Face's CLIPImageProcessor on PIL (test/clip/preprocess.test.ts).
 */
export async function fitPicture(image: RawImage, edge: number, how: Preprocessing): Promise<Uint8Array | Float32Array> {
  if (how.kernel === 'area') return resampleArea(image, edge);
  const { width, height } = image;
  const short = how.shortSide;
  // The long side is truncated to a whole number, not rounded.
  const long = (side: number, other: number): number => Math.trunc(((short ?? 0) * side) / other);
  const newWidth = short === undefined ? edge : width <= height ? short : long(width, height);
  const newHeight = short === undefined ? edge : width <= height ? long(height, width) : short;
  return resample(image, centre(newWidth, edge), centre(newHeight, edge), how.kernel);
}

/** Writes the three planes that the image tower reads: (value / 255 - mean) / deviation. */
export async function preprocess(image: RawImage, edge: number, how: Preprocessing, planes: Float32Array): Promise<void> {
  const pixels = await fitPicture(image, edge, how);
  const area = edge * edge;
  for (let channel = 0; channel < 3; channel++) {
    const mean = how.mean[channel] ?? 0;
    const std = how.std[channel] ?? 1;
    for (let at = 0; at < area; at++) planes[channel * area + at] = ((pixels[at * 3 + channel] ?? 0) / 255 - mean) / std;
  }
}
