/** What a person has chosen and written for posts that are not queued yet. */
import { type Post, type PreviewWish, type QueueWish, queuePosts } from '../../api/publish.ts';
import { dueAtOf } from '../time-choice.tsx';

/** A post to be: one work, or several together. */
export type Unit = readonly [first: string, ...more: string[]];

export interface Draft {
  isTogether: boolean;
  accounts: readonly string[];
  /** Own words, by unit. */
  captions: Readonly<Record<string, string>>;
  /** Own alternative texts, by work. */
  altTexts: Readonly<Record<string, string>>;
  /** Posts of works that the account has a post of already; see keyOf(). */
  again: readonly string[];
  /** Of a field; '': as soon as the rules permit. */
  time: string;
  approve: boolean;
}

/** The posts that works make, before accounts are counted. */
export function unitsOf(works: readonly string[], isTogether: boolean): Unit[] {
  const [first, ...more] = works;
  if (first === undefined) return [];
  return isTogether ? [[first, ...more]] : works.map((work): Unit => [work]);
}

export const unitKey = (unit: Unit): string => unit.join(' ');
/** One post: a unit on an account. */
export const keyOf = (unit: Unit, account: string): string => `${unitKey(unit)} on ${account}`;

/** What the server is asked to show. */
export function wishOf(unit: Unit, { captions, altTexts }: Pick<Draft, 'captions' | 'altTexts'>): PreviewWish {
  const [work, ...more] = unit;
  const caption = captions[unitKey(unit)];
  const own = Object.fromEntries(unit.flatMap((id) => (altTexts[id] === undefined ? [] : [[id, altTexts[id]]])));
  return { work, more, ...(caption !== undefined && { caption }), ...(Object.keys(own).length > 0 && { altTexts: own }) };
}

/**
 * Queues one post. Words that a language model wrote are sent as they were seen, since it would write others.
 *
 * @throws ApiError
 */
export function queueOne(unit: Unit, account: string, draft: Draft, seenWords: string | undefined): Promise<Post> {
  const wish: QueueWish = {
    ...(seenWords !== undefined && { caption: seenWords }),
    ...wishOf(unit, draft),
    accounts: [account],
    approve: draft.approve,
    again: draft.again.includes(keyOf(unit, account)),
  };
  const dueAt = dueAtOf(draft.time);
  return queuePosts({ ...wish, ...(dueAt !== undefined && { dueAt }) });
}
