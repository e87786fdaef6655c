import * as z from 'zod';
import { ArtistError, answering, display, nearest } from '../../core/index.ts';
import { cronFault } from './cron.ts';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

const minuteMs = 60_000;
const longestEveryMs = 366 * 24 * 60 * minuteMs;
const clockTime = /^([01]\d|2[0-3]):([0-5]\d)$/;
const localTime = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;

const fiveFields = 'five fields: minute, hour, day of month, month, day of week';

/** Why it is no cron expression; undefined if it is one. */
function faultOf(expression: string): string | undefined {
  return expression.trim().split(/\s+/).length === 5 ? cronFault(expression) : 'it has not five fields';
}

const isCron = (expression: string): boolean => faultOf(expression) === undefined;

/** Whether a calendar day exists and its year is plausible for a schedule. */
function isLocalTime(text: string): boolean {
  const [, year, month, day] = localTime.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return Number(year) >= 1970 && Number(year) < 2200 && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

const clockTimeSchema = z.string().regex(clockTime, { error: 'a time of day as HH:MM, 00:00..23:59' });

/**
 * When a job is due. `daily`, `weekly`, `cron` and `once` are wall-clock times of the job's time zone; `every` is elapsed time from the
 * moment the job was made.
 *
 * When the clocks go forward, a skipped wall-clock time is due at the first moment after the gap; when they go back, a repeated one is due
 * the first time only. A cron expression with steps or wildcards in its minutes or hours is an interval: it skips the gap and runs in both
 * of the repeated hours.
 */
export const timingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('daily'), at: clockTimeSchema }),
  z.strictObject({ kind: z.literal('weekly'), days: z.array(z.enum(weekdays)).min(1).max(7), at: clockTimeSchema }),
  z.strictObject({ kind: z.literal('every'), ms: z.int().min(minuteMs).max(longestEveryMs) }),
  z.strictObject({
    kind: z.literal('cron'),
    expression: z.string().refine(isCron, { error: fiveFields }),
  }),
  z.strictObject({
    kind: z.literal('once'),
    /** `YYYY-MM-DDTHH:MM[:SS]` in the job's time zone. */
    at: z.string().refine(isLocalTime, { error: 'a moment as YYYY-MM-DDTHH:MM' }),
  }),
]);

export type Timing =
  | { kind: 'daily'; at: string }
  | { kind: 'weekly'; days: Weekday[]; at: string }
  | { kind: 'every'; ms: number }
  | { kind: 'cron'; expression: string }
  | { kind: 'once'; at: string };

/** A parsed schedule expression: the timing, and for `batch N@HH:MM` the number of works. */
export interface ParsedTiming {
  timing: Timing;
  count?: number;
}

const forms = 'daily HH:MM, weekly mon,thu HH:MM, every 6h, cron "0 9 * * *", once 2027-01-01T00:00, batch 3@HH:MM';

function refuse(expected: string, got: string): never {
  throw new ArtistError('ERR_INVALID_ARGUMENT', `schedule: expected ${expected}, got ${display(got)}`);
}

function readClock(text: string | undefined): string {
  const padded = text !== undefined && /^\d:\d\d$/.test(text) ? `0${text}` : text;
  return padded !== undefined && clockTime.test(padded) ? padded : refuse('a time of day as HH:MM, 00:00..23:59', text ?? '');
}

function readDays(text: string | undefined): Weekday[] {
  const named = (text ?? '').split(',').map((part) => part.trim().toLowerCase());
  const chosen = named.map((name) => {
    const day = weekdays.find((known) => name === known);
    if (day !== undefined) return day;
    const meant = nearest(name, weekdays) ?? weekdays.find((known) => name.startsWith(known));
    return refuse(`days of ${weekdays.join(', ')} with commas between${meant === undefined ? '' : ` (did you mean ${meant}?)`}`, name);
  });
  return weekdays.filter((day) => chosen.includes(day));
}

const units: Record<string, number> = { s: 1000, m: minuteMs, h: 60 * minuteMs, d: 24 * 60 * minuteMs };

/** 45s, 90m, 6h, 2d, 1h30m -> milliseconds. @throws ArtistError ERR_INVALID_ARGUMENT; `name` is the option it was given for */
export function readDuration(text: string, name: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
  const ms = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? Number.NaN), 0);
  if (parts.length > 0 && parts.map(([whole]) => whole).join('') === text) return Math.round(ms);
  throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected a duration such as 30m, 6h or 1h30m, got ${display(text)}`);
}

/** 5400000 -> "1h30m" */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm']) {
    const size = units[unit] ?? Number.POSITIVE_INFINITY;
    const whole = Math.floor(rest / size);
    if (whole > 0) text += `${whole}${unit}`;
    rest -= whole * size;
  }
  return text === '' || rest > 0 ? `${text}${Math.round(rest / 1000)}s` : text;
}

function readEvery(text: string | undefined): number {
  const ms = readDuration(text ?? '', 'every');
  return ms >= minuteMs && ms <= longestEveryMs ? ms : refuse('a duration of 1m..366d behind every', text ?? '');
}

function readCron(words: readonly string[]): string {
  const expression = words.join(' ').trim().replace(/\s+/g, ' ');
  const fault = faultOf(expression);
  if (fault === undefined) return expression;
  const fields = expression.split(' ').length;
  if (expression !== '' && fields === 5) {
    const message = `schedule: expected a cron expression (minute hour day-of-month month day-of-week), got ${display(expression)}: ${fault}`;
    throw new ArtistError('ERR_INVALID_ARGUMENT', message);
  }
  return refuse('a cron expression of five fields (minute hour day-of-month month day-of-week), in quotes', expression);
}

/** @throws ArtistError ERR_INVALID_ARGUMENT */
export function readOnce(text: string | undefined): string {
  const moment = (text ?? '').replace(' ', 'T');
  if (/(Z|[+-]\d\d:?\d\d)$/.test(moment))
    return refuse('a moment of the time zone of --tz, without an offset of its own: YYYY-MM-DDTHH:MM', text ?? '');
  return isLocalTime(moment) ? moment : refuse('a moment as YYYY-MM-DDTHH:MM', text ?? '');
}

function readBatch(text: string | undefined): ParsedTiming {
  const [, amount, at] = /^(\d+)@(.+)$/.exec(text ?? '') ?? [];
  if (amount === undefined) return refuse('N@HH:MM behind batch', text ?? '');
  return { timing: { kind: 'daily', at: readClock(at) }, count: Number(amount) };
}

/**
 * Reads the words of a schedule expression: `daily 09:00`, `weekly mon,thu 18:30`, `every 6h`, `cron "0 9 * * *"`,
 * `once 2027-01-01T00:00`, `batch 3@09:00`.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export const parseTiming = answering('parseTiming', (words: readonly string[]): ParsedTiming => {
  const [kind = '', ...rest] = words.flatMap((word, index) => (index === 0 ? word.trim().split(/\s+/) : [word]));
  const surplus = (most: number): void => {
    if (rest.length > most) refuse(`nothing behind ${[kind, ...rest.slice(0, most)].join(' ')}`, rest[most] ?? '');
  };
  switch (kind) {
    case 'daily':
      surplus(1);
      return { timing: { kind, at: readClock(rest[0]) } };
    case 'weekly':
      surplus(2);
      return { timing: { kind, days: readDays(rest[0]), at: readClock(rest[1]) } };
    case 'every':
      surplus(1);
      return { timing: { kind, ms: readEvery(rest[0]) } };
    case 'cron':
      return { timing: { kind, expression: readCron(rest) } };
    case 'once':
      surplus(2);
      return { timing: { kind, at: readOnce(rest.join('T')) } };
    case 'batch':
      surplus(1);
      return readBatch(rest[0]);
    default: {
      const meant = nearest(kind, ['daily', 'weekly', 'every', 'cron', 'once', 'batch']);
      return refuse(`one of ${forms}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`, words.join(' '));
    }
  }
});

/** The expression of a timing, as parseTiming() reads it. */
export function formatTiming(timing: Timing): string {
  switch (timing.kind) {
    case 'daily':
      return `daily ${timing.at}`;
    case 'weekly':
      return `weekly ${timing.days.join(',')} ${timing.at}`;
    case 'every':
      return `every ${formatDuration(timing.ms)}`;
    case 'cron':
      return `cron "${timing.expression}"`;
    case 'once':
      return `once ${timing.at}`;
  }
}
