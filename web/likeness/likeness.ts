/** Works by what their pictures show: like some words, a work, or a picture. */
import type * as z from 'zod';
import type { alike } from '../../lib/server/api/works/like-routes.ts';
import { ask } from '../api/client.ts';
import { type Columns, columnsOfRows } from '../api/columns.ts';
import { keepRow } from '../api/works.ts';
import { chosenPicture } from './chosen-picture.ts';

export type Like =
  | { kind: 'words'; words: string }
  | { kind: 'work'; id: string }
  /** `key` of a picture that was given to this page. */
  | { kind: 'picture'; key: string };

type Answer = z.output<typeof alike>;
/** What is said about a list of likeness. */
export type About = Omit<Answer, 'works'> & { best: number | undefined; isPictureGone: boolean };

/** The server gives as many. */
const most = 200;

function answerTo(like: Like, query: string, signal: AbortSignal): Promise<Answer> | undefined {
  const within = { query, limit: most };
  switch (like.kind) {
    case 'words':
      return ask<Answer>('works/similar', { query: { like: like.words, ...within }, signal });
    case 'work':
      return ask<Answer>(`works/${encodeURIComponent(like.id)}/similar`, { query: within, signal });
    case 'picture': {
      const picture = chosenPicture(like.key);
      return (
        picture &&
        ask<Answer>('works/similar', {
          method: 'POST',
          query: within,
          body: picture.file,
          headers: { 'content-type': picture.type },
          signal,
        })
      );
    }
  }
}

/** @throws ApiError; the signal's reason */
export async function worksLike(like: Like, query: string, signal: AbortSignal): Promise<{ columns: Columns; about: About }> {
  const answer = await answerTo(like, query, signal);
  if (!answer) {
    const about: About = { compared: 0, unknown: [], cutOff: null, message: null, best: undefined, isPictureGone: true };
    return { columns: columnsOfRows([]), about };
  }
  const { works, ...said } = answer;
  for (const { similarity: _, ...row } of works) keepRow(row);
  return { columns: columnsOfRows(works), about: { ...said, best: works[0]?.similarity, isPictureGone: false } };
}
