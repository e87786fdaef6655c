/** When a job runs, as fields of a form and as the expression of the schedule. */

export const kinds = ['daily', 'weekly', 'every', 'once', 'batch', 'cron'] as const;
export type Kind = (typeof kinds)[number];
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export interface Timing {
  kind: Kind;
  /** HH:MM, of daily, weekly and batch. */
  at: string;
  days: readonly string[];
  /** Such as 6h or 30m. */
  every: string;
  /** YYYY-MM-DDTHH:MM */
  once: string;
  /** Works of a batch. */
  works: string;
  cron: string;
}

export const usual: Timing = { kind: 'daily', at: '09:00', days: ['mon'], every: '6h', once: '', works: '4', cron: '0 9 * * *' };

/** The fields of an expression; an unknown one is undefined. */
export function timingOf(text: string): Timing | undefined {
  const [, kind = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(text) ?? [];
  if (kind === 'daily' && /^\d\d:\d\d$/.test(rest)) return { ...usual, kind, at: rest };
  const [, days, at] = /^([a-z,]+) (\d\d:\d\d)$/.exec(rest) ?? [];
  if (kind === 'weekly' && days !== undefined && at !== undefined) return { ...usual, kind, at, days: days.split(',') };
  if (kind === 'every' && rest !== '') return { ...usual, kind, every: rest };
  if (kind === 'once' && rest !== '') return { ...usual, kind, once: rest.slice(0, 16) };
  if (kind === 'cron' && rest !== '') return { ...usual, kind, cron: rest.replace(/^"(.*)"$/, '$1') };
  return undefined;
}

export function expressionOf({ kind, at, days, every, once, works, cron }: Timing): string {
  if (kind === 'daily') return `daily ${at}`;
  if (kind === 'weekly') return `weekly ${weekdays.filter((day) => days.includes(day)).join(',')} ${at}`;
  if (kind === 'every') return `every ${every.trim()}`;
  if (kind === 'once') return `once ${once}`;
  if (kind === 'batch') return `batch ${works}@${at}`;
  return `cron "${cron.trim()}"`;
}
