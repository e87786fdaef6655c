import { setImmediate as breath } from 'node:timers/promises';
import { ArtistError, answering } from '../../core/index.ts';
import type { RawImage } from '../../image/index.ts';
import { encodeBits } from './code.ts';
import { tileEdge } from './fourier.ts';
import type { WatermarkKey } from './key.ts';
import { patternOf, tileOf } from './pattern.ts';
import { bitsOfPayload } from './payload.ts';
import { localDeviation, type Plane, unitOf } from './plane.ts';

/** Shortest edge of a picture that a mark is put into, pixels: smaller ones have too few pixels for it. */
export const smallestMarkedEdge = 256;

/**
 * Strength: mean change of a pixel in even areas, in steps of 8-bit values, and how much it grows with the texture around it, where it is not seen.
 */
const [inEvenAreas, perDeviation, most] = [1.15, 0.07, 2.6];
/** Rows that are marked before other requests of a server get their turn. */
const rowsAtATime = 64;
/** Radius of the texture that counts, in units of the pattern. */
const textureRadius = 4;

/** The brightness (luma of ITU-R BT.601) of a picture. */
export function lumaOf({ data, width, height, channels }: RawImage): Plane {
  const values = new Float32Array(width * height);
  for (let at = 0, from = 0; at < values.length; at++, from += channels)
    values[at] =
      channels < 3
        ? (data[from] as number)
        : 0.299 * (data[from] as number) + 0.587 * (data[from + 1] as number) + 0.114 * (data[from + 2] as number);
  return { values, width, height };
}

/** A value of the periodic tile between its points, by bilinear interpolation. */
function sampleTile(tile: Float64Array, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - left, y - top];
  const [x0, x1] = [left % tileEdge, (left + 1) % tileEdge];
  const [r0, r1] = [(top % tileEdge) * tileEdge, ((top + 1) % tileEdge) * tileEdge];
  const above = (tile[r0 + x0] as number) * (1 - fx) + (tile[r0 + x1] as number) * fx;
  const below = (tile[r1 + x0] as number) * (1 - fx) + (tile[r1 + x1] as number) * fx;
  return above * (1 - fy) + below * fy;
}

/**
 * Puts an invisible mark into a picture: the same small change in every colour channel, stronger where the picture has texture. The mark says which work it
 * is, and only the holder of the key can read it. The same input gives the same pixels.
 *
 * @param picture 8-bit pixels; both edges at least 256 pixels. Alpha stays as it is
 * @param payload eight characters of Crockford's base 32, such as the last eight of a work's id
 * @returns a copy with the mark
 * @throws ArtistError ERR_INVALID_ARGUMENT: payload; ERR_UNSUPPORTED: the picture is too small
 */
export const embedWatermark = answering(
  'embedWatermark',
  async (picture: RawImage, key: WatermarkKey, payload: string): Promise<RawImage> => {
    const { width, height, channels } = picture;
    if (Math.min(width, height) < smallestMarkedEdge)
      throw new ArtistError(
        'ERR_UNSUPPORTED',
        `watermark: expected a picture of at least ${smallestMarkedEdge}x${smallestMarkedEdge}, got ${width}x${height}`,
      );
    const tile = tileOf(patternOf(key.secret), encodeBits(key.secret, bitsOfPayload(payload)));
    const unit = unitOf(width, height);
    const texture = localDeviation(lumaOf(picture), Math.max(1, Math.round(textureRadius * unit)));
    const data = new Uint8Array(picture.data);
    const colours = channels < 3 ? 1 : 3;
    for (let y = 0, at = 0; y < height; y++) {
      if (y % rowsAtATime === 0) await breath();
      for (let x = 0; x < width; x++, at++) {
        const strength = Math.min(most, inEvenAreas + perDeviation * (texture[at] as number));
        const change = strength * sampleTile(tile, x / unit, y / unit);
        for (let channel = at * channels; channel < at * channels + colours; channel++)
          data[channel] = Math.max(0, Math.min(255, Math.round((data[channel] as number) + change)));
      }
    }
    return { data, width, height, channels };
  },
);
