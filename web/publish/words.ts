/** Networks, times and states of posts in plain words. */
import type { Account, Figures, Post } from '../api/publish.ts';
import { sentence, t, timeText } from '../texts/text.ts';

export const networkName = (network: Account['network']): string => t(`publish.network.${network}`);

export const figureNames = ['views', 'likes', 'replies', 'shares', 'quotes', 'saves'] as const;
export type FigureName = (typeof figureNames)[number];

/** `3 likes`, `1 share` of each figure that is there; absent ones are left out, since they are not zero. */
export const figureTexts = (figures: Figures): string[] =>
  figureNames.flatMap((name) => {
    const n = figures[name];
    return n === undefined ? [] : [t(`publish.figure.${name}`, { n })];
  });

/** The first line of what a post says, for labels. */
export function shortText({ content: { text } }: Pick<Post, 'content'>): string {
  const [first = ''] = text.trim().split('\n');
  return first.length > 40 ? `${first.slice(0, 40)}…` : first;
}

export interface StateWords {
  label: string;
  tone: 'plain' | 'accent' | 'good' | 'bad';
  /** What happens next, or what to do. */
  lines: string[];
}

const tones: Readonly<Record<Post['state'], StateWords['tone']>> = {
  draft: 'accent',
  approved: 'plain',
  uploading: 'plain',
  processing: 'plain',
  armed: 'plain',
  published: 'good',
  failed: 'bad',
  unknown: 'bad',
  cancelled: 'plain',
};

/** What a post does, and what comes next. */
export function stateWords(post: Post): StateWords {
  return { label: t(`publish.state.${post.state}`), tone: tones[post.state], lines: linesOf(post).filter((line) => line !== '') };
}

function linesOf(post: Post): string[] {
  const { state, published, history } = post;
  if (state === 'draft') return draftLines(post);
  if (state === 'approved') return approvedLines(post);
  if (state === 'published') return [published?.at ? t('publish.outSince', { time: timeText(published.at) }) : ''];
  if (state === 'cancelled') {
    const last = history.at(-1);
    return [last?.at ? t('publish.endedAt', { time: timeText(last.at) }) : '', last?.note ? sentence(last.note) : ''];
  }
  if (state === 'failed') return [t('publish.failedHint')];
  if (state === 'unknown') return [t('publish.unknownHint')];
  return [t(`publish.hint.${state}`), ...tryLines(post)];
}

function draftLines({ dueAt, unknownSources }: Post): string[] {
  return [
    dueAt === null ? t('publish.draftHint') : t('publish.draftFor', { time: timeText(dueAt) }),
    unknownSources.length > 0 ? t('publish.unknownSources', { sources: unknownSources.join('; ') }) : '',
  ];
}

function approvedLines(post: Post): string[] {
  const { waits, dueAt } = post;
  const tries = tryLines(post);
  if (!waits) return tries.length > 0 ? tries : [t('publish.soon')];
  const { reason, until } = waits;
  if (until !== null && until === dueAt) return [t('publish.outAt', { time: timeText(until) }), ...tries];
  const why = sentence(reason);
  return [until === null ? why : t('publish.until', { why, time: timeText(until) }), ...tries];
}

function tryLines({ nextAt, failures }: Post): string[] {
  return nextAt === null || failures === 0 ? [] : [t('publish.tries', { n: failures, time: timeText(nextAt) })];
}

/** What went wrong last, where it still matters. */
export const problemOf = ({ state, problem, failures }: Post): string | undefined =>
  problem && (state === 'failed' || state === 'unknown' || failures > 0) ? problem.message : undefined;

/** `12 likes (of 3 posts)` */
export const totalText = (name: FigureName, { sum, posts }: { sum: number; posts: number }, all: number): string =>
  posts === all
    ? t(`publish.figure.${name}`, { n: sum })
    : t('publish.ofPosts', { what: t(`publish.figure.${name}`, { n: sum }), n: posts });
