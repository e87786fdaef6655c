/**
 * Random numbers by position, not by history: a number depends only on (seed, stream, item, …). A run that is stopped and resumed therefore
 * draws the same numbers as one without a stop. Uses Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3" (SC 2011).
 */

/** Numbers in [0, 1), multiples of 2^-32. */
export type Draw = () => number;

/** Purpose of a draw. Uses with the same numbers but different streams are independent. At most 65,535. */
export const streams = { order: 1, caption: 2, crop: 3, frame: 4, classes: 5 } as const;
export type Stream = keyof typeof streams;

const multiplierA = 0xd2511f53;
const multiplierB = 0xcd9e8d57;
const weylA = 0x9e3779b9;
const weylB = 0xbb67ae85;

type Words = [number, number, number, number];

/** High word of the 64-bit product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  // Both sums stay below 2^53.
  const carried = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carried / 0x10000)) >>> 0;
}

/** One block of Philox4x32-10: four counter words and two key words in, four words out. */
export function philox(counter: Readonly<Words>, key: readonly [number, number]): Words {
  let [a, b, c, d] = counter;
  let [keyA, keyB] = key;
  for (let round = 0; round < 10; round++) {
    const [highA, lowA] = [multiplyHigh(multiplierA, a), Math.imul(multiplierA, a) >>> 0];
    const [highB, lowB] = [multiplyHigh(multiplierB, c), Math.imul(multiplierB, c) >>> 0];
    [a, b, c, d] = [(highB ^ b ^ keyA) >>> 0, lowB, (highA ^ d ^ keyB) >>> 0, lowA];
    keyA = (keyA + weylA) >>> 0;
    keyB = (keyB + weylB) >>> 0;
  }
  return [a, b, c, d];
}

/**
 * Makes a generator for one position. Each position gives up to 2^18 numbers.
 *
 * @param seed 0..2^53-1
 * @param at up to three integers 0..2^32-1 that identify the position, e.g. epoch, item and repeat
 */
export function counterRandom(seed: number, stream: Stream, at: readonly number[]): Draw {
  const key: [number, number] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  const [x = 0, y = 0, z = 0] = at;
  let block = 0;
  let words: readonly number[] = [];
  let used = 4;
  return () => {
    if (used === 4) {
      words = philox([((streams[stream] << 16) | block++) >>> 0, x >>> 0, y >>> 0, z >>> 0], key);
      used = 0;
    }
    return (words[used++] ?? 0) / 2 ** 32;
  };
}

/** Returns a copy of `items` in random order (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], draw: Draw): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(draw() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
