import { createHash } from 'node:crypto';
import type { Cron } from 'croner';
import { makeCron } from './cron.ts';
import { minuteOfDay } from './time-zone.ts';
import { readOnce, type Timing, type Weekday } from './timing.ts';
import { isNearChange, momentOfWall, wallOf } from './wall-clock.ts';

/** Hours of the wall clock in which no run starts; if `from` is after `to`, they span midnight. */
export interface QuietHours {
  /** HH:MM, the first quiet minute. */
  from: string;
  /** HH:MM, the first minute after the quiet hours. */
  to: string;
}

/** The part of a job that says when it is due. */
export interface Calendar {
  id: string;
  timing: Timing;
  timeZone: string;
  /** `every` counts from here; milliseconds since 1970. */
  anchor: number;
  /** The most a run is delayed, milliseconds; the delay is drawn for each run from `seed`. */
  jitterMs: number;
  quietHours: QuietHours | null;
  seed: number;
}

const dayMs = 24 * 3_600_000;
const cronDays: Record<Weekday, number> = { sun: 0, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6 };

function hourAndMinute(at: string): [number, number] {
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  return [hour, minute];
}

/** Every wall-clock timing becomes a croner pattern, so that one rule applies to all when the clocks change: see nextOf(). */
function patternOf(timing: Exclude<Timing, { kind: 'every' }>): string {
  if (timing.kind === 'cron') return timing.expression;
  if (timing.kind === 'once') {
    const [date = '', time = ''] = timing.at.split('T');
    const [year, month, day] = date.split('-').map(Number);
    const [hour, minute, second = 0] = time.split(':').map(Number);
    return `${second} ${minute} ${hour} ${day} ${month} * ${year}`;
  }
  const [hour, minute] = hourAndMinute(timing.at);
  const days = timing.kind === 'weekly' ? timing.days.map((day) => cronDays[day]).join(',') : '*';
  return `${minute} ${hour} * * ${days}`;
}

const patterns = new Map<string, Cron>();
const mostPatterns = 256;

/** Cached: building a pattern takes as long as a query, and each job queries often. */
function pattern(text: string, timeZone: string): Cron {
  const key = `${timeZone} ${text}`;
  let known = patterns.get(key);
  if (!known) {
    known = makeCron(text, timeZone);
    if (patterns.size >= mostPatterns) patterns.clear();
    patterns.set(key, known);
  }
  return known;
}

/** Whether seconds, minutes or hours have a wildcard or a step: such a pattern is an interval, not certain times of a day. */
function isInterval(text: string): boolean {
  const fields = text.split(' ');
  return fields.slice(0, fields.length === 7 ? 3 : 2).some((field) => /[*/?]/.test(field));
}

/** The first time of a pattern after `after`, on the wall clock of a zone; undefined if there is none. */
function nextOf(text: string, timeZone: string, after: number): number | undefined {
  const walls = pattern(text, 'UTC');
  if (isInterval(text)) {
    const wall = isNearChange(after, timeZone) ? undefined : walls.nextRun(new Date(wallOf(after, timeZone)))?.getTime();
    if (wall !== undefined && !isNearChange(wall, timeZone)) return momentOfWall(wall, timeZone);
    return pattern(text, timeZone).nextRun(new Date(after))?.getTime();
  }
  for (let wall: number | undefined = wallOf(after, timeZone); ; ) {
    wall = walls.nextRun(new Date(wall))?.getTime();
    if (wall === undefined) return undefined;
    const moment = momentOfWall(wall, timeZone);
    // Not later: the repeated hour, or a second time that waits for the end of the same gap.
    if (moment > after) return moment;
  }
}

/** The first time of the timing after `after`, without jitter and quiet hours; undefined if there is none. */
function nextNominal({ timing, timeZone, anchor }: Calendar, after: number): number | undefined {
  if (timing.kind === 'every') return anchor + Math.max(1, Math.floor((after - anchor) / timing.ms) + 1) * timing.ms;
  return nextOf(patternOf(timing), timeZone, after);
}

/** 0 inclusive to 1 exclusive, the same for the same job, seed and moment. */
function draw({ id, seed }: Calendar, nominal: number): number {
  return createHash('sha256').update(`${seed} ${id} ${nominal}`).digest().readUInt32BE(0) / 2 ** 32;
}

function minutes(at: string): number {
  const [hour, minute] = hourAndMinute(at);
  return hour * 60 + minute;
}

function isQuiet(ms: number, { from, to }: QuietHours, timeZone: string): boolean {
  const [start, end, now] = [minutes(from), minutes(to), minuteOfDay(ms, timeZone)];
  return start < end ? now >= start && now < end : now >= start || now < end;
}

/** When the run of a nominal time begins: delayed by its jitter, and until quiet hours end. */
function runTime(calendar: Calendar, nominal: number): number {
  const { jitterMs, quietHours, timeZone } = calendar;
  const jittered = nominal + (jitterMs > 0 ? Math.floor(draw(calendar, nominal) * jitterMs) : 0);
  return (quietHours === null ? undefined : endOfQuiet(jittered, quietHours, timeZone)) ?? jittered;
}

/** When the quiet hours that `ms` is in end; undefined outside of them. */
export function endOfQuiet(ms: number, quietHours: QuietHours, timeZone: string): number | undefined {
  if (!isQuiet(ms, quietHours, timeZone)) return undefined;
  const [hour, minute] = hourAndMinute(quietHours.to);
  return nextOf(`${minute} ${hour} * * *`, timeZone, ms);
}

/** The largest delay of a run. Quiet hours last an hour longer if the clocks go back in them. */
function longestDelay({ jitterMs, quietHours }: Calendar): number {
  return jitterMs + (quietHours === null ? 0 : dayMs + 3_600_000);
}

/**
 * The next `count` times after `after` at which the job is due, ascending. Several times that wait for the same end of quiet hours count as
 * one. Fewer if the timing ends.
 */
export function nextRuns(calendar: Calendar, after: number, count: number): number[] {
  const found = new Set<number>();
  let nominal = nextNominal(calendar, after - longestDelay(calendar));
  while (nominal !== undefined) {
    const time = runTime(calendar, nominal);
    if (time > after) found.add(time);
    // Later nominal times cannot run before this nominal time, so everything found before it is final.
    if (found.size >= count && nominal >= ([...found].sort((a, b) => a - b)[count - 1] ?? 0)) break;
    nominal = nextNominal(calendar, nominal);
  }
  return [...found].sort((a, b) => a - b).slice(0, count);
}

/** If a gap has more times than this, those in the middle are not computed (each takes about 60 µs) but estimated from the rate before. */
const mostVisited = 20_000;

/** Times in (after, upTo] at which the job was due, ascending: the latest `most`, and the number of earlier ones. */
export function runsBetween(calendar: Calendar, after: number, upTo: number, most: number): { times: number[]; earlier: number } {
  const found = new Set<number>();
  let skipped = 0;
  let visited = 0;
  const first = after - longestDelay(calendar);
  for (let nominal = nextNominal(calendar, first); nominal !== undefined && nominal <= upTo; nominal = nextNominal(calendar, nominal)) {
    const time = runTime(calendar, nominal);
    if (time > after && time <= upTo) found.add(time);
    visited++;
    if (visited === mostVisited) {
      const each = (nominal - first) / visited;
      const leap = upTo - most * each - longestDelay(calendar);
      if (leap > nominal) {
        skipped = Math.floor((leap - nominal) / each);
        nominal = leap;
      }
    }
  }
  const times = [...found].sort((a, b) => a - b);
  const surplus = Math.max(0, times.length - most);
  return { times: times.slice(surplus), earlier: skipped + surplus };
}

/**
 * Parses a time: `2026-03-01T00:00Z`, with an offset, or without one on the wall clock of `timeZone`, where a skipped time means the first
 * moment after the gap.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function momentOf(text: string, timeZone: string): number {
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text;
  if (/(Z|[+-]\d\d:?\d\d)$/.test(whole.slice(10)) && !Number.isNaN(Date.parse(whole))) return Date.parse(whole);
  const at = readOnce(whole);
  const moment = nextNominal({ id: '', timing: { kind: 'once', at }, timeZone, anchor: 0, jitterMs: 0, quietHours: null, seed: 0 }, -1);
  return moment ?? Date.parse(`${at}Z`);
}
