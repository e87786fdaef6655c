/** Works by day, month and year. Days are counted since 1970, UTC. */
import { dayMs } from '../api/columns.ts';

export const dayOf = (year: number, month: number, date = 1): number => Date.UTC(year, month, date) / dayMs;
const dateOf = (day: number): Date => new Date(day * dayMs);
/** `2026-11-25`, as queries have it. */
export const isoDay = (day: number): string => dateOf(day).toISOString().slice(0, 10);

export interface Month {
  first: number;
  /** Number of works on each of its days. */
  works: number[];
  total: number;
}

/** Number of works of each day. */
export function countDays(days: Uint16Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const day of days) counts.set(day, (counts.get(day) ?? 0) + 1);
  return counts;
}

/** Years with works, oldest first. */
export const yearsOf = (counts: ReadonlyMap<number, number>): number[] =>
  [...new Set([...counts.keys()].map((day) => dateOf(day).getUTCFullYear()))].sort((a, b) => a - b);

export function monthsOf(year: number, counts: ReadonlyMap<number, number>): Month[] {
  return Array.from({ length: 12 }, (_, month) => {
    const first = dayOf(year, month);
    const works = Array.from({ length: dayOf(year, month + 1) - first }, (_, date) => counts.get(first + date) ?? 0);
    return { first, works, total: works.reduce((sum, count) => sum + count, 0) };
  });
}

/** Place of a day in its week: 0 is Monday. 1 January 1970 was a Thursday. */
export const placeInWeek = (day: number): number => (day + 3) % 7;

/** How strongly a day is coloured, 0..4: by the quarter of the days with works that it is in. */
export function levelsOf(counts: readonly number[]): (count: number) => number {
  const sorted = counts.filter((count) => count > 0).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const bounds = [at(0.25), at(0.5), at(0.85)];
  return (count) => (count === 0 ? 0 : 1 + bounds.filter((bound) => count > bound).length);
}
