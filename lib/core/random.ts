import { getRandomValues } from 'node:crypto';
import { answering } from './answering.ts';

/** Numbers in [0, 1). */
export type RandomSource = () => number;

/** From the system, 32 bits a number. Not repeatable, for uses such as the name of a new work. */
export const systemRandom: RandomSource = () => {
  const [word = 0] = getRandomValues(new Uint32Array(1));
  return word / 2 ** 32;
};

/** A generator whose numbers depend on `seed` alone (mulberry32, T. Ettinger, public domain). For resampling and draws, not for secrets. */
export const seededRandom = answering('seededRandom', (seed: number): RandomSource => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
});

/** A whole number 0..below-1. Draws one number. */
export function randomBelow(random: RandomSource, below: number): number {
  return Math.min(below - 1, Math.floor(random() * below));
}
