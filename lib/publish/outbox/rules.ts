import { answering, counted } from '../../core/index.ts';
import { daysLater, endOfQuiet } from '../../schedule/index.ts';
import type { Post } from './post.ts';
import type { PostingRules } from './posting-rules.ts';
import { startOfDay, timesAround } from './posting-times.ts';

/** Why a post does not begin now. */
export interface Hold {
  reason: string;
  /** When to ask again; null: a person must do something. */
  until: number | null;
}

const dayMs = 86_400_000;
const monthMs = 30 * dayMs;

/**
 * Why an approved post may not be begun at `now`; undefined: it may.
 *
 * @param posts those of its account
 */
export const holdOf = answering('holdOf', (post: Post, posts: readonly Post[], rules: PostingRules, now: number): Hold | undefined => {
  if (post.dueAt !== null && post.dueAt > now) return { reason: 'its time has not come', until: post.dueAt };
  const quietEnd = rules.quietHours && endOfQuiet(now, rules.quietHours, rules.timeZone);
  if (quietEnd !== undefined) return { reason: 'quiet hours', until: quietEnd };
  return timesHold(post, posts, rules, now) ?? countHold(post, posts, rules, now) ?? moneyHold(post, posts, rules, now);
});

/** A post goes out at the first posting time after its approval that no other post took. */
function timesHold(post: Post, posts: readonly Post[], rules: PostingRules, now: number): Hold | undefined {
  if (rules.times === undefined || post.dueAt !== null) return undefined;
  const { last, next } = timesAround(posts, rules, rules.times, now);
  const isFree = last !== undefined && (post.approved?.at ?? now) <= last && begunTimes(post, posts, now).every((at) => at < last);
  return isFree ? undefined : { reason: 'it waits for the next posting time', until: next ?? null };
}

/**
 * When the other posts were begun, ascending. Times a little in the future count too, since the clock may have been set back; those of a clock that
 * was far ahead do not.
 */
function begunTimes(post: Post, posts: readonly Post[], now: number): number[] {
  return posts
    .filter(({ id }) => id !== post.id)
    .flatMap(({ published, armed, state, history }) => {
      const isUnderWay = state === 'uploading' || state === 'processing';
      return (published ?? armed ?? (isUnderWay ? history.findLast((entry) => entry.state === 'uploading') : undefined))?.at ?? [];
    })
    .filter((at) => at < now + dayMs)
    .sort((a, b) => a - b);
}

function countHold(
  post: Post,
  posts: readonly Post[],
  { perDay, minutesBetween, times, timeZone }: PostingRules,
  now: number,
): Hold | undefined {
  const begun = begunTimes(post, posts, now);
  // Times that differ from day to day, as the best ones do, are not kept from use by those of the day before.
  const since = times === undefined ? now - dayMs : startOfDay(now, timeZone) - 1;
  const today = begun.filter((at) => at > since);
  const oldest = today.at(-perDay);
  const span = times === undefined ? 'within 24 hours' : 'today';
  if (today.length >= perDay)
    return {
      reason: `${counted(today.length, 'post')} ${span}`,
      until: times === undefined ? (oldest ?? now) + dayMs : daysLater(since + 1, 1, timeZone),
    };
  const last = begun.at(-1);
  if (last !== undefined && last > now - minutesBetween * 60_000)
    return { reason: `less than ${counted(minutesBetween, 'minute')} since the last post`, until: last + minutesBetween * 60_000 };
  return undefined;
}

/** Why a post costs too much now. @param posts those of its account */
export function moneyHold(post: Post, posts: readonly Post[], { dollarsPerMonth }: PostingRules, now: number): Hold | undefined {
  if (post.price === 0) return undefined;
  const paid = posts.filter(({ price, armed }) => price > 0 && armed !== null && armed.at > now - monthMs);
  const sum = paid.reduce((total, { price }) => total + price, 0);
  if (sum + post.price <= dollarsPerMonth + 1e-9) return undefined;
  const oldest = Math.min(...paid.map(({ armed }) => armed?.at ?? now));
  const reason = `it costs $${post.price.toFixed(3)}, and $${sum.toFixed(3)} of publish.dollarsPerMonth ($${dollarsPerMonth}) are spent`;
  return { reason, until: paid.length > 0 && post.price <= dollarsPerMonth ? oldest + monthMs : null };
}
