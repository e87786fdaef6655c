import * as assert from 'uvu/assert';
import { seededRandom } from '../../lib/doors/curation.ts';
import { isArtistError } from '../../lib/index.ts';

export function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `expected ${expected} ± ${tolerance}, got ${actual}`);
}

/** `act` throws the coded error. */
export function coded(act: () => unknown, code: string, message: RegExp): void {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  if (!isArtistError(thrown)) throw thrown ?? new Error(`expected ${code}, got a result`);
  assert.is(thrown.code, code, thrown.message);
  assert.match(thrown.message, message);
}

/** Normal numbers (Box and Muller) that depend on the seed alone. */
export function normals(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function randomVectors(count: number, dimensions: number, seed: number): Float32Array[] {
  const normal = normals(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: dimensions }, normal));
}
