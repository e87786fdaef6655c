/** The days that the figures are of, as the address has them. */
import { dayMs } from '../api/columns.ts';
import { isoDay } from '../calendar/years.ts';
import { conditionText } from '../find/conditions.ts';
import { hrefOf } from '../navigate/router.ts';

/** Days of each choice; the last one ends today. */
export const presets = { '30d': 30, '90d': 90, year: 365 } as const;
export type Preset = keyof typeof presets;
export const choices = ['30d', '90d', 'year', 'all', 'own'] as const;
export type Choice = (typeof choices)[number];

export interface Range {
  choice: Choice;
  /** Days in UTC, `2027-01-31`, both inclusive; undefined: without a bound. */
  from: string | undefined;
  to: string | undefined;
}

type Query = Readonly<Record<string, string>>;

/** Days since 1970 of `2027-01-31`; undefined: it is no day. */
export function dayNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time / dayMs;
}

export const today = (): number => Math.floor(Date.now() / dayMs);

/** The shortest choice that has the newest work; undefined: there is none. */
export const choiceWith = (newest: string | undefined): Choice =>
  choices.find((one) => newest !== undefined && one in presets && today() - Date.parse(newest) / dayMs < presets[one as Preset]) ?? 'all';

/** @param usual where the address says nothing */
export function rangeOf({ range, from, to }: Query, usual: Choice): Range {
  const choice = choices.find((one) => one === range) ?? usual;
  if (choice === 'all') return { choice, from: undefined, to: undefined };
  if (choice !== 'own') return { choice, from: isoDay(today() + 1 - presets[choice]), to: undefined };
  const known = (day: string | undefined): string | undefined => (dayNumber(day) === undefined ? undefined : day);
  return { choice, from: known(from), to: known(to) };
}

export const isReversed = ({ from, to }: Range): boolean => from !== undefined && to !== undefined && from > to;

/** The query of requests. */
export const asked = ({ from, to }: Range): Record<string, string | undefined> => ({ from, to });

/** The condition of a search for works of these days; '': of all. */
export const dateCondition = ({ from, to }: Pick<Range, 'from' | 'to'>): string =>
  from === undefined && to === undefined ? '' : `date:${from ?? ''}..${to ?? ''}`;

export const nameKinds = ['style', 'topic', 'tag', 'model'] as const;
export type NameKind = (typeof nameKinds)[number];

/** A query has a largest length; of longer names the beginning is searched for. */
const longestName = 200;

/** The search for the works of a name, within the range. Tags are whole names anyway. */
export function nameQuery(kind: NameKind, name: string, range: Pick<Range, 'from' | 'to'>): string {
  const isLong = kind !== 'tag' && name.length > longestName;
  const value = isLong ? name.slice(0, longestName).trimEnd() : kind === 'tag' ? name : `=${name}`;
  return [conditionText(kind, value), dateCondition(range)].filter((part) => part !== '').join(' ');
}

export const worksHref = (query: string): string => hrefOf('', { q: query });
