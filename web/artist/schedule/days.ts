/** Days of the calendar, in the time zone of the browser. */

/** `2026-03-29` */
export const dayKey = (date: Date): string =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;

/** The day of a key; of an unreadable one today. */
export function dateOf(key: string | undefined): Date {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(key ?? '') ?? [];
  const now = new Date();
  const date = year === undefined ? now : new Date(Number(year), Number(month) - 1, Number(day));
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

const plus = (date: Date, days: number): Date => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
const monday = (date: Date): Date => plus(date, -((date.getDay() + 6) % 7));

export type View = 'month' | 'week';

/** The shown days in weeks from Monday. */
export function weeksOf(date: Date, view: View): Date[][] {
  const first = monday(view === 'week' ? date : new Date(date.getFullYear(), date.getMonth(), 1));
  const last = view === 'week' ? first : new Date(date.getFullYear(), date.getMonth() + 1, 0);
  const weeks: Date[][] = [];
  for (let day = first; day <= last; day = plus(day, 7)) weeks.push(Array.from({ length: 7 }, (_, index) => plus(day, index)));
  return weeks;
}

/** The month or week before or after. */
export const shifted = (date: Date, view: View, by: 1 | -1): Date =>
  view === 'week' ? plus(date, 7 * by) : new Date(date.getFullYear(), date.getMonth() + by, 1);
