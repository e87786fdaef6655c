/** Weeks, months or periods of the artist that figures are told by. */
import { dayMs } from '../api/columns.ts';
import { dayOf, isoDay, placeInWeek } from '../calendar/years.ts';
import { conditionText } from '../find/conditions.ts';
import { monthText, shortDay, shortMonth, t } from '../texts/text.ts';
import type { Slot } from './charts/chart-data.ts';
import { type Range, worksHref } from './range.ts';

export const groupings = ['week', 'month', 'period'] as const;
export type Grouping = (typeof groupings)[number];

export const groupingOf = (asked: string | undefined, { choice }: Range): Grouping =>
  groupings.find((one) => one === asked) ?? (choice === '30d' || choice === '90d' ? 'week' : 'month');

interface Span {
  span: string;
  from: string;
  works: number;
}

/** First day of `2027-W03`, ISO 8601: the week with 4 January is the first one. */
function weekStart(year: number, week: number): number {
  const fourth = dayOf(year, 0, 4);
  return fourth - placeInWeek(fourth) + 7 * (week - 1);
}

/** First and last day of a week or month. */
function daysOf(span: string): readonly [first: number, last: number] {
  const [year, part = ''] = span.split('-');
  if (part.startsWith('W')) {
    const first = weekStart(Number(year), Number(part.slice(1)));
    return [first, first + 6];
  }
  return [dayOf(Number(year), Number(part) - 1), dayOf(Number(year), Number(part)) - 1];
}

/** A span as a slot of a chart: its names, and a search for its works. */
export function slotOf({ span }: Pick<Span, 'span'>, by: Grouping): Slot {
  // There is no search for works of no period.
  if (by === 'period' && span === 'none') return { label: t('figures.noPeriod'), short: t('figures.noPeriod') };
  if (by === 'period') return { label: span, short: span, href: worksHref(conditionText('period', `=${span}`)) };
  const [first, last] = daysOf(span);
  const days = `date:${isoDay(first)}..${isoDay(last)}`;
  return by === 'month'
    ? { label: monthText(first), short: shortMonth(first), href: worksHref(days) }
    : {
        label: t('figures.weekIs', { week: span, from: shortDay(first), to: shortDay(last) }),
        short: shortDay(first),
        href: worksHref(days),
      };
}

/** The spans with those between them that have no works, so that the axis tells time. Periods follow each other anyway. */
export function withGaps<T extends Span>(spans: readonly T[], by: Grouping): (T | { span: string; works: 0 })[] {
  const [first, last] = [spans[0], spans.at(-1)];
  if (by === 'period' || !first || !last) return [...spans];
  const known = new Map(spans.map((span) => [span.span, span]));
  const found: (T | { span: string; works: 0 })[] = [];
  const end = daysOf(last.span)[0];
  for (let [day] = daysOf(first.span); day <= end; ) {
    const name = by === 'month' ? isoDay(day).slice(0, 7) : weekName(day);
    found.push(known.get(name) ?? { span: name, works: 0 });
    day = daysOf(name)[1] + 1;
  }
  return found;
}

/** @param monday days since 1970 */
function weekName(monday: number): string {
  const year = new Date((monday + 3) * dayMs).getUTCFullYear();
  return `${year}-W${String((monday - weekStart(year, 1)) / 7 + 1).padStart(2, '0')}`;
}
