import { getRandomValues } from 'node:crypto';

/**
 * A seed, uniform over 0..2^32-1: short enough to read out and to type into other programs, which mostly
 * know 32-bit seeds, and so far from the largest safe integer that seed + batch stays one.
 */
export function drawSeed(): number {
  const [word = 0] = getRandomValues(new Uint32Array(1));
  return word;
}
