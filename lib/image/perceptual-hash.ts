import { ArtistError, display } from '../core/index.ts';
import { checkRawImage, type RawImage } from './raw-image.ts';

const side = 32;
const kept = 8;

/** cosines[u * side + x] = cos((2x + 1) u π / 2·side): the first rows of a DCT-II. */
const cosines = Float64Array.from({ length: kept * side }, (_, index) =>
  Math.cos(((2 * (index % side) + 1) * Math.floor(index / side) * Math.PI) / (2 * side)),
);

/** Luma (Rec. 601) averaged over the cells of a grid; every pixel counts, however large the picture. [rows * columns], 0..255. */
export function lumaGrid({ data, width, height, channels }: RawImage, columns: number, rows: number): Float64Array {
  const grid = new Float64Array(columns * rows);
  // In a picture smaller than the grid, each cell still takes at least one pixel.
  for (let row = 0; row < rows; row++) {
    const top = Math.floor((row * height) / rows);
    const bottom = Math.max(top + 1, Math.floor(((row + 1) * height) / rows));
    for (let column = 0; column < columns; column++) {
      const left = Math.floor((column * width) / columns);
      const right = Math.max(left + 1, Math.floor(((column + 1) * width) / columns));
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let at = (y * width + left) * channels, end = (y * width + right) * channels; at < end; at += channels) {
          const first = data[at] ?? 0;
          sum += channels < 3 ? first : 0.299 * first + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
        }
      }
      grid[row * columns + column] = sum / ((bottom - top) * (right - left));
    }
  }
  return grid;
}

/**
 * 64-bit perceptual hash as 16 hex digits: luma at 32x32, DCT, the 8x8 lowest frequencies, a bit for each above their median (without the
 * constant term). Similar pictures differ in few bits: see hashDistance. After C. Zauner, "Implementation and benchmarking of perceptual
 * image hash functions" (2010).
 */
export function perceptualHash(image: RawImage): string {
  return hashOfLuma(lumaGrid(checkRawImage(image), side, side));
}

/** The perceptual hash of a 32x32 luma grid. */
export function hashOfLuma(luma: Float64Array): string {
  const rowwise = new Float64Array(side * kept); // [y][u]
  for (let y = 0; y < side; y++) {
    for (let u = 0; u < kept; u++) {
      let sum = 0;
      for (let x = 0; x < side; x++) sum += (luma[y * side + x] ?? 0) * (cosines[u * side + x] ?? 0);
      rowwise[y * kept + u] = sum;
    }
  }
  const frequencies = new Float64Array(kept * kept); // [v][u]
  for (let v = 0; v < kept; v++) {
    for (let u = 0; u < kept; u++) {
      let sum = 0;
      for (let y = 0; y < side; y++) sum += (rowwise[y * kept + u] ?? 0) * (cosines[v * side + y] ?? 0);
      frequencies[v * kept + u] = sum;
    }
  }
  const sorted = frequencies.slice(1).sort();
  const median = sorted[(sorted.length - 1) / 2] ?? 0;
  let hash = 0n;
  for (const value of frequencies) hash = (hash << 1n) | (value > median ? 1n : 0n);
  return hash.toString(16).padStart(16, '0');
}

/**
 * Number of bits in which two perceptual hashes differ, 0..64. Up to 6: visually the same picture; unrelated pictures differ in 32 on
 * average.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: not 16 hex digits
 */
export function hashDistance(a: string, b: string): number {
  for (const hash of [a, b]) {
    if (typeof hash !== 'string' || !/^[0-9a-f]{16}$/i.test(hash))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `hash: expected 16 hex digits, got ${display(hash)}`);
  }
  let difference = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let bits = 0;
  for (; difference > 0n; difference &= difference - 1n) bits++;
  return bits;
}
