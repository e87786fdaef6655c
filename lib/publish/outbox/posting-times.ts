import { createHash } from 'node:crypto';
import { ArtistError, answering, errorLine, type RandomSource, seededRandom } from '../../core/index.ts';
import {
  type Calendar,
  daysLater,
  endOfQuiet,
  localDay,
  momentOf,
  nextRuns,
  parseTiming,
  runsBetween,
  splitWords,
  type Timing,
} from '../../schedule/index.ts';
import { hourEffects } from '../performance/hours.ts';
import { standingsOf } from '../performance/standing.ts';
import type { Post } from './post.ts';
import type { PostingRules, PostingTimes } from './posting-rules.ts';

/** Posts that the best hours are learnt from: the newest, since habits change. */
const learntFrom = 300;
/** A time that nothing used, since no process ran, is still used this much later, milliseconds. */
const graceMs = 3_600_000;

/**
 * Reads `publish.times`: `best`, or words of the schedule: `daily 09:00`, `weekly sat,sun 11:00`, `cron 0 18 * * 5`.
 *
 * @throws ArtistError ERR_CONFIG
 */
export const readPostingTimes = answering(
  'readPostingTimes',
  (times: 'best' | readonly string[]): PostingTimes => (times === 'best' ? times : times.map(readPostingTime)),
);

function readPostingTime(text: string, index: number): Timing {
  const refuse = (why: string, cause?: unknown): never => {
    throw new ArtistError('ERR_CONFIG', `publish.times.${index}: ${why}`, { cause });
  };
  let parsed: ReturnType<typeof parseTiming>;
  try {
    parsed = parseTiming(splitWords(text));
  } catch (error) {
    const why = error instanceof ArtistError ? error.message : errorLine(error);
    return refuse(`${why}. In a YAML list in brackets, texts with commas need quotes: ["weekly sat,sun 11:00"]`, error);
  }
  const { timing, count } = parsed;
  const isTimeOfDay = timing.kind === 'daily' || timing.kind === 'weekly' || timing.kind === 'cron';
  return isTimeOfDay && count === undefined ? timing : refuse(`expected daily, weekly or cron, got ${JSON.stringify(text)}`);
}

/** The newest posting time that may still be used, and the next one. */
export interface Around {
  last: number | undefined;
  next: number | undefined;
}

/** @param posts those of the account */
export function timesAround(posts: readonly Post[], rules: PostingRules, times: PostingTimes, now: number): Around {
  return times === 'best' ? bestAround(posts, rules, now) : calendarAround(times, rules, now);
}

function calendarAround(times: readonly Timing[], { timeZone, quietHours }: PostingRules, now: number): Around {
  const calendars = times.map((timing): Calendar => {
    return { id: '', timing, timeZone, anchor: 0, jitterMs: 0, quietHours: quietHours ?? null, seed: 0 };
  });
  const last = calendars.flatMap((calendar) => runsBetween(calendar, now - graceMs, now, 1).times);
  const next = calendars.flatMap((calendar) => nextRuns(calendar, now, 1));
  return { last: last.length > 0 ? Math.max(...last) : undefined, next: next.length > 0 ? Math.min(...next) : undefined };
}

function bestAround(posts: readonly Post[], rules: PostingRules, now: number): Around {
  const today = startOfDay(now, rules.timeZone);
  const timesOf = (days: number): number[] => bestTimes(posts, rules, daysLater(today, days, rules.timeZone));
  // The day before counts only while its last times may still be used, the next one only after the last time of today.
  const times = [...(now - today < graceMs ? timesOf(-1) : []), ...timesOf(0)];
  return {
    last: times.filter((at) => at <= now && at > now - graceMs).at(-1),
    next: times.find((at) => at > now) ?? timesOf(1).find((at) => at > now),
  };
}

/** The first moment of the local day of `now`. */
export function startOfDay(now: number, timeZone: string): number {
  return momentOf(localDay(now, timeZone), timeZone);
}

/**
 * The posting times of one day, ascending: up to `perDay` hours outside the quiet ones, far enough apart. Hours are drawn by Thompson sampling: by
 * chance in proportion to how likely each is the best one, so that hours of which little is known are tried, and good ones come to be used. Only
 * figures of before the day count: its times do not change while it lasts.
 */
function bestTimes(posts: readonly Post[], rules: PostingRules, day: number): number[] {
  const { timeZone, perDay, minutesBetween, quietHours } = rules;
  const newest = [...posts].sort((a, b) => (a.published?.at ?? 0) - (b.published?.at ?? 0)).slice(-learntFrom);
  const known = newest.map((post) => ({ ...post, metrics: post.metrics.filter(({ at }) => at < day) }));
  const { hours } = hourEffects(standingsOf(known), timeZone);
  const date = localDay(day, timeZone);
  const random = seededRandom(
    createHash('sha256')
      .update(`${posts[0]?.account ?? ''} ${date}`)
      .digest()
      .readUInt32BE(0),
  );
  const drawn = hours
    .map(({ hour, mean, deviation }) => ({ hour, minute: Math.floor(random() * 60), value: mean + deviation * normal(random) }))
    .sort((a, b) => b.value - a.value);
  const times: number[] = [];
  for (const { hour, minute } of drawn) {
    if (times.length >= perDay) break;
    const at = momentOf(`${date}T${twoDigits(hour)}:${twoDigits(minute)}`, timeZone);
    const isQuiet = quietHours && endOfQuiet(at, quietHours, timeZone) !== undefined;
    if (!isQuiet && times.every((other) => Math.abs(other - at) >= minutesBetween * 60_000)) times.push(at);
  }
  return times.sort((a, b) => a - b);
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** A draw of the standard normal distribution, by the transform of Box and Muller (1958). */
function normal(random: RandomSource): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
