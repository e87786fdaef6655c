/** Days or months as groups of the grid. */
import { type Columns, dayMs } from '../api/columns.ts';
import { dayOf } from '../calendar/years.ts';
import { dayText, monthText } from '../texts/text.ts';

/** With fewer works than this a day on average, months are the groups: a row for each day would be mostly empty. */
const fewADay = 8;

export interface Groups {
  /** Of each work: the first day of its group, days since 1970. */
  of: Uint16Array;
  label(day: number): string;
}

/** Groups of works in the order of time. They are the same for the first works of a list as for the whole of it. */
export function groupsOf({ days, total, dayCount }: Pick<Columns, 'days' | 'total' | 'dayCount'>): Groups {
  const newest = Math.max(days[0] ?? 0, days.at(-1) ?? 0);
  const oldest = Math.min(days[0] ?? 0, days.at(-1) ?? 0);
  if (total >= fewADay * dayCount || dayCount === 1) return { of: days, label: dayText };
  const monthOfDay = new Uint16Array(newest - oldest + 1);
  for (let day = oldest; day <= newest; day++) {
    const date = new Date(day * dayMs);
    monthOfDay[day - oldest] = dayOf(date.getUTCFullYear(), date.getUTCMonth());
  }
  return { of: days.map((day) => monthOfDay[day - oldest] ?? 0), label: monthText };
}
