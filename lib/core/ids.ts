import { decodeTime, isValid, monotonicFactory } from 'ulid';
import { type Clock, systemClock } from './clock.ts';
import { type RandomSource, systemRandom } from './random.ts';

/**
 * A source of ULIDs (github.com/ulid/spec): 48 bits of milliseconds, 80 random bits, 26 characters. Each is larger than the one before,
 * even within a millisecond and after the clock went back.
 */
export function createIds({ clock = systemClock, random = systemRandom }: { clock?: Clock; random?: RandomSource } = {}): () => string {
  const next = monotonicFactory(random);
  return () => next(clock.now());
}

/** Whether `text` is a ULID as createIds() makes them: upper case, with a time of 48 bits. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text) && isValid(text);
}

/** When a ULID was made, milliseconds since 1970. */
export function ulidTime(id: string): number {
  return decodeTime(id);
}
