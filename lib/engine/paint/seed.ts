import { getRandomValues } from 'node:crypto';

/**
 * Draws a seed, uniform over 0..2^32-1: short enough to read aloud or type into other programs, most of which take 32-bit seeds,
 * and small enough that seed + batch stays a safe integer.
 */
export function drawSeed(): number {
  const [word = 0] = getRandomValues(new Uint32Array(1));
  return word;
}
