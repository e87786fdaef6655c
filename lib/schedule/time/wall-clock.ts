/**
 * Times of a zone's wall clock, as numbers: what `Date.UTC` makes of what it shows. Intl takes 10 µs for an offset, and calendars ask for each run:
 * the offset at the beginning of each UTC day is kept, and the day of a change is looked at closely.
 */
import { offsetMinutes } from './time-zone.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const mostKept = 20_000;

const kept = new Map<string, number>();

/** By how much the wall clock is ahead of UTC when this day since 1970 begins in UTC, milliseconds. */
function offsetOfDay(day: number, timeZone: string): number {
  const key = `${day} ${timeZone}`;
  let offset = kept.get(key);
  if (offset === undefined) {
    if (kept.size >= mostKept) kept.clear();
    offset = offsetMinutes(day * dayMs, timeZone) * minuteMs;
    kept.set(key, offset);
  }
  return offset;
}

interface Change {
  /** The first moment with the new offset. */
  at: number;
  before: number;
  after: number;
}

/** The change of the clocks within a day or two of a time; without one, the offset there. */
function around(time: number, timeZone: string): Change | number {
  const day = Math.floor(time / dayMs);
  const [before, after] = [offsetOfDay(day - 1, timeZone), offsetOfDay(day + 2, timeZone)];
  if (before === after) return before;
  let [low, high] = [(day - 1) * dayMs, (day + 2) * dayMs];
  while (high - low > minuteMs) {
    const middle = low + Math.floor((high - low) / 2 / minuteMs) * minuteMs;
    if (offsetMinutes(middle, timeZone) * minuteMs === before) low = middle;
    else high = middle;
  }
  return { at: high, before, after };
}

/** What the wall clock shows at a moment. */
export function wallOf(ms: number, timeZone: string): number {
  const change = around(ms, timeZone);
  if (typeof change === 'number') return ms + change;
  return ms + (ms < change.at ? change.before : change.after);
}

/** When the wall clock shows a time: the first time if it comes twice, the first moment after the gap if it is skipped. */
export function momentOfWall(wall: number, timeZone: string): number {
  const change = around(wall, timeZone);
  if (typeof change === 'number') return wall - change;
  const { at, before, after } = change;
  if (wall - before < at) return wall - before;
  return Math.max(at, wall - after);
}

/** Whether the clocks change within a day or two of a moment. */
export function isNearChange(ms: number, timeZone: string): boolean {
  return typeof around(ms, timeZone) !== 'number';
}
