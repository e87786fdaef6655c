import { answering, counted } from '../../core/index.ts';
import { endOfQuiet, type QuietHours } from '../../schedule/index.ts';
import type { Post } from './post.ts';

/** The owner's rules for posting; `publish` in config.yaml. */
export interface PostingRules {
  /** Most posts of an account in 24 hours. */
  perDay: number;
  /** Minutes between two posts of an account. */
  minutesBetween: number;
  quietHours?: QuietHours | undefined;
  /** IANA name. */
  timeZone: string;
  /** Most US dollars that the posts of an account may cost in 30 days. */
  dollarsPerMonth: number;
}

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
  return countHold(post, posts, rules, now) ?? moneyHold(post, posts, rules, now);
});

/** Begun posts count. Those a little in the future too, since the clock may have been set back; those of a clock that was far ahead do not. */
function countHold(post: Post, posts: readonly Post[], { perDay, minutesBetween }: PostingRules, now: number): Hold | undefined {
  const times = posts
    .filter(({ id }) => id !== post.id)
    .flatMap(({ published, armed }) => (published ?? armed)?.at ?? [])
    .filter((at) => at < now + dayMs)
    .sort((a, b) => a - b);
  const today = times.filter((at) => at > now - dayMs);
  const oldest = today.at(-perDay);
  if (today.length >= perDay) return { reason: `${counted(today.length, 'post')} within 24 hours`, until: (oldest ?? now) + dayMs };
  const last = times.at(-1);
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
