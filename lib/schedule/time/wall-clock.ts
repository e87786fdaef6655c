/**
 * Wall-clock times of a zone, as the number `Date.UTC` gives for them. Intl needs 10 µs for an offset and calendars need one for each run,
 * so the offset at the start of each UTC day is cached, and only days with a change are examined further.
 */
import { offsetMinutes } from './time-zone.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const mostKept = 20_000;

const kept = new Map<string, number>();

/** Offset of the wall clock at the start of a UTC day (counted from 1970), milliseconds. */
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

/** The clock change within a day or two of a time; if there is none, the offset. */
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

/** The wall-clock time at a moment. */
export function wallOf(ms: number, timeZone: string): number {
  const change = around(ms, timeZone);
  if (typeof change === 'number') return ms + change;
  return ms + (ms < change.at ? change.before : change.after);
}

/** The moment of a wall-clock time: the first one if it occurs twice, the end of the gap if it is skipped. */
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
