/** Days, weeks or months in a row, those without works too. */
import { dayMs } from '../api/columns.ts';
import { dayOf, isoDay, placeInWeek } from '../calendar/years.ts';
import { dayText, monthText, shortDay, shortMonth, t } from '../texts/text.ts';
import { dateCondition, dayNumber, type Range, today, worksHref } from './range.ts';

/** More slots than this are no longer told apart: a longer time is shown by week, then by month. */
const mostDays = 92;
const mostWeeks = 110;
/** Days before the first work that are shown. */
const longestGap = 366;

export interface Bucket {
  /** First and last day, since 1970. */
  first: number;
  last: number;
  label: string;
  short: string;
  href: string;
}

function bucket(first: number, last: number, size: 'day' | 'week' | 'month'): Bucket {
  const label = { day: dayText(first), week: t('figures.weekOf', { day: dayText(first) }), month: monthText(first) }[size];
  const href = worksHref(dateCondition({ from: isoDay(first), to: isoDay(last) }));
  return { first, last, label, short: size === 'month' ? shortMonth(first) : shortDay(first), href };
}

function sizeOf(days: number): 'day' | 'week' | 'month' {
  if (days <= mostDays) return 'day';
  return days <= 7 * mostWeeks ? 'week' : 'month';
}

function nextOf(day: number, size: 'day' | 'week' | 'month'): number {
  if (size === 'day') return day + 1;
  if (size === 'week') return day - placeInWeek(day) + 7;
  const date = new Date(day * dayMs);
  return dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** @param days those with works, oldest first: they bound a range that is open or far longer */
export function bucketsOf({ from, to }: Range, days: readonly { day: string }[]): Bucket[] {
  const [oldest = today(), newest = today()] = [dayNumber(days[0]?.day), dayNumber(days.at(-1)?.day)];
  const begin = Math.max(dayNumber(from) ?? oldest, oldest - longestGap);
  const end = Math.min(dayNumber(to) ?? today(), Math.max(today(), newest));
  const size = sizeOf(end - begin + 1);
  const found: Bucket[] = [];
  for (let at = begin; at <= end; at = nextOf(at, size)) found.push(bucket(at, Math.min(nextOf(at, size) - 1, end), size));
  return found;
}

/** Sums a number of each day over the buckets. */
export function summed<T extends { day: string }>(buckets: readonly Bucket[], days: readonly T[], of: (day: T) => number): number[] {
  const sums = buckets.map(() => 0);
  for (const one of days) {
    const day = dayNumber(one.day) ?? -1;
    const at = buckets.findIndex(({ first, last }) => first <= day && day <= last);
    if (at >= 0) sums[at] = (sums[at] ?? 0) + of(one);
  }
  return sums;
}
