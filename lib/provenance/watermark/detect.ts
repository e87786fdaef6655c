import { setImmediate as breath } from 'node:timers/promises';
import { answering } from '../../core/index.ts';
import { type RawImage, resizeImage } from '../../image/index.ts';
import { codedBits, decodeBits } from './code.ts';
import { lumaOf } from './embed.ts';
import { type Field, newField, tileEdge, transform } from './fourier.ts';
import type { WatermarkKey } from './key.ts';
import { highestRing, type Pattern, patternOf, placeOf, type Wave, waveLines } from './pattern.ts';
import { payloadOfBits } from './payload.ts';
import { boxMean, localDeviation, type Plane, unitOf } from './plane.ts';

/** A mark that was found. */
export interface FoundWatermark {
  /** Eight characters: the end of the work's id. */
  payload: string;
  /** How much of the original's edge is left, 1: all of it. */
  kept: number;
  /** How far the mark stands out, in standard deviations of the noise. */
  score: number;
}

/** A place where the pattern may lie. */
interface Candidate {
  kept: number;
  x: number;
  y: number;
  score: number;
  spectrum: Field;
}

/** Least share of the original's edge that is searched for, and the ratio of two tries. */
const [leastKept, ratio] = [0.7, 1.004];
/**
 * Candidates of each share. Each of them is decoded twice, and there are 90 shares, so a picture without a mark passes with a chance of at most
 * 90 * 2 * 2 * 2^-32 = 8.4e-8.
 */
const candidatesOfShare = 2;
/** Score from which a candidate is decoded at once; noise reaches about 5. */
const certain = 8;
/** Radius of what counts as even, and the deviation that is added to it, in values of 8 bits. Edges would otherwise outweigh all else. */
const [evenRadius, floor, limit] = [8, 2.5, 2.5];

/** What varies over a few pixels, with edges and texture brought down to the strength of even areas. */
function residueOf(plane: Plane): Float32Array {
  const [mean, deviation] = [boxMean(plane, evenRadius), localDeviation(plane, evenRadius)];
  return plane.values.map((value, at) => {
    const scaled = (value - (mean[at] as number)) / ((deviation[at] as number) + floor);
    return Math.max(-limit, Math.min(limit, scaled));
  });
}

/** For each pixel of a line: the point of the tile before it and its distance from that, for `kept` of the original's edge. */
function placesOf(length: number, step: number): { before: Uint8Array; distance: Float32Array } {
  const distance = Float32Array.from({ length }, (_, at) => at * step - Math.floor(at * step));
  return { before: Uint8Array.from({ length }, (_, at) => Math.floor(at * step) % tileEdge), distance };
}

/** The mean of all tiles of the residue, as if `kept` of the original's edge were left. Each value is shared among the four nearest points. */
function foldedSpectrum(residue: Float32Array, { width, height }: Plane, kept: number): Field {
  const field = newField();
  const sums = field.re;
  const weights = new Float64Array(sums.length);
  const step = kept / unitOf(width, height);
  const [columns, rows] = [placesOf(width, step), placesOf(height, step)];
  for (let y = 0, at = 0; y < height; y++) {
    const top = rows.before[y] as number;
    const fy = rows.distance[y] as number;
    const [r0, r1] = [top * tileEdge, ((top + 1) % tileEdge) * tileEdge];
    for (let x = 0; x < width; x++, at++) {
      const left = columns.before[x] as number;
      const right = (left + 1) % tileEdge;
      const fx = columns.distance[x] as number;
      const value = residue[at] as number;
      const below = fx * fy;
      const [w00, w10, w01] = [1 - fx - fy + below, fx - below, fy - below];
      sums[r0 + left] = (sums[r0 + left] as number) + value * w00;
      sums[r0 + right] = (sums[r0 + right] as number) + value * w10;
      sums[r1 + left] = (sums[r1 + left] as number) + value * w01;
      sums[r1 + right] = (sums[r1 + right] as number) + value * below;
      weights[r0 + left] = (weights[r0 + left] as number) + w00;
      weights[r0 + right] = (weights[r0 + right] as number) + w10;
      weights[r1 + left] = (weights[r1 + left] as number) + w01;
      weights[r1 + right] = (weights[r1 + right] as number) + below;
    }
  }
  // The mean and not the sum: the tiles at the edges are cut, and points with more values would look like waves.
  for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] as number) / Math.max(1, weights[at] as number);
  return whitened(transform(field, -1, { columns: waveLines.columns }));
}

/** The places of the waves as long as those of the pattern, and the whole periods of each. */
const ringed: readonly (readonly [at: number, ring: number])[] = Array.from({ length: tileEdge * tileEdge }, (_, at) => {
  const wrapped = (value: number): number => Math.min(value, tileEdge - value);
  return [at, Math.round(Math.hypot(wrapped(at % tileEdge), wrapped(Math.floor(at / tileEdge))))] as const;
}).filter(([, ring]) => ring <= highestRing);

/** Pictures have more of long waves than of short ones: each wave is divided by the root mean square of those of its length. */
function whitened(field: Field): Field {
  const { re, im } = field;
  const powers = new Float64Array(highestRing + 1);
  const counts = new Float64Array(highestRing + 1);
  for (const [at, ring] of ringed) {
    powers[ring] = (powers[ring] as number) + (re[at] as number) ** 2 + (im[at] as number) ** 2;
    counts[ring] = (counts[ring] as number) + 1;
  }
  const scales = powers.map((power, ring) => 1 / Math.sqrt(power / Math.max(1, counts[ring] as number) + 1e-12));
  for (const [at, ring] of ringed) {
    const scale = scales[ring] as number;
    re[at] = (re[at] as number) * scale;
    im[at] = (im[at] as number) * scale;
  }
  return field;
}

/** The best offsets of the pattern at this scale, by correlation with its fixed waves. */
function candidatesAt(spectrum: Field, kept: number, { pilot }: Pattern, count: number): Candidate[] {
  const product = newField();
  for (const wave of pilot) {
    const at = placeOf(wave);
    const [c, s] = [Math.cos(wave.phase), Math.sin(wave.phase)];
    const [re, im] = [spectrum.re[at] as number, spectrum.im[at] as number];
    product.re[at] = re * c + im * s;
    product.im[at] = im * c - re * s;
  }
  const { re } = transform(product, 1, { rows: waveLines.rows });
  const deviation = Math.sqrt(pilot.length / 2);
  const found: Candidate[] = [];
  for (let at = 0; at < re.length; at++) {
    const score = (re[at] as number) / deviation;
    if (found.length === count && score <= (found[count - 1] as Candidate).score) continue;
    found.push({ kept, x: at % tileEdge, y: Math.floor(at / tileEdge), score, spectrum });
    found.sort((a, b) => b.score - a.score);
    found.length = Math.min(found.length, count);
  }
  return found.map((candidate) => ({ ...candidate, ...betweenPoints(re, candidate) }));
}

/** The peak between the points of the field: the top of a parabola through three neighbours in each direction. */
function betweenPoints(re: Float64Array, { x, y }: { x: number; y: number }): { x: number; y: number } {
  const valueAt = (column: number, row: number): number =>
    re[((row + tileEdge) % tileEdge) * tileEdge + ((column + tileEdge) % tileEdge)] as number;
  const top = (before: number, here: number, after: number): number => {
    const curve = before - 2 * here + after;
    return curve < 0 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * curve))) : 0;
  };
  const here = valueAt(x, y);
  return { x: x + top(valueAt(x - 1, y), here, valueAt(x + 1, y)), y: y + top(valueAt(x, y - 1), here, valueAt(x, y + 1)) };
}

function decodeAt(key: WatermarkKey, { data }: Pattern, spectrum: Field, x: number, y: number): Uint8Array | undefined {
  const soft = new Float64Array(codedBits);
  for (const wave of data) soft[wave.bit] = (soft[wave.bit] as number) + alongPhase(spectrum, wave, x, y);
  return decodeBits(key.secret, soft);
}

/** The part of a wave that has the phase it would have in a pattern with this offset. */
function alongPhase({ re, im }: Field, wave: Wave, x: number, y: number): number {
  const at = placeOf(wave);
  const turn = (2 * Math.PI * (wave.u * x + wave.v * y)) / tileEdge - wave.phase;
  return (re[at] as number) * Math.cos(turn) - (im[at] as number) * Math.sin(turn);
}

function decoded(key: WatermarkKey, pattern: Pattern, { kept, x, y, score, spectrum }: Candidate): FoundWatermark | undefined {
  const bits = decodeAt(key, pattern, spectrum, x, y) ?? decodeAt(key, pattern, spectrum, Math.round(x), Math.round(y));
  return bits && { payload: payloadOfBits(bits), kept, score };
}

/** Shares of the original's edge to try, the likely ones first: all of it, then less and less. */
function* shares(): Generator<number> {
  yield 1;
  for (let kept = 1 / ratio; kept >= leastKept; kept /= ratio) yield kept;
}

/**
 * Looks for the mark of a key in a picture: at any size, and if up to 30 % of its edges were cut off. It is not found in a picture that was turned, mirrored or
 * stretched. A picture without the mark has one by mistake with a chance below 1e-7. Takes a second if there is none.
 *
 * @param picture 8-bit pixels of any size
 * @returns undefined: none was found
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export const findWatermark = answering(
  'findWatermark',
  async (picture: RawImage, key: WatermarkKey): Promise<FoundWatermark | undefined> => {
    const unit = unitOf(picture.width, picture.height);
    const size = [picture.width, picture.height].map((edge) => Math.max(1, Math.round(edge / unit))) as [number, number];
    const plane = lumaOf(await resizeImage(picture, ...size));
    const residue = residueOf(plane);
    const pattern = patternOf(key.secret);
    const later: Candidate[] = [];
    for (const kept of shares()) {
      const spectrum = foldedSpectrum(residue, plane, kept);
      for (const candidate of candidatesAt(spectrum, kept, pattern, candidatesOfShare)) {
        if (candidate.score < certain) {
          later.push(candidate);
          continue;
        }
        const found = decoded(key, pattern, candidate);
        if (found) return found;
      }
      // Other requests get their turn: each try takes some milliseconds.
      await breath();
    }
    later.sort((a, b) => b.score - a.score);
    for (const candidate of later) {
      const found = decoded(key, pattern, candidate);
      if (found) return found;
    }
    return undefined;
  },
);
