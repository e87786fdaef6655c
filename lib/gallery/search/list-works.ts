import { ArtistError, display, nearest } from '../../core/index.ts';
import type { IndexRows } from '../indexing/index-rows.ts';
import type { SidecarProblem } from '../indexing/scan.ts';
import type { ListOptions } from './paging.ts';
import { parseQuery } from './query.ts';
import { knownFields } from './query-form.ts';
import { assigned, separator } from './search-text.ts';
import type { Asking } from './searches.ts';
import type { RowPlace } from './selection.ts';

/** A page of something that is read from the records of works. */
export interface PageOf<T> {
  works: T[];
  /** Works on all pages. */
  total: number;
  /** Where the next page begins: behind this place; undefined: this is the last. */
  next: Required<RowPlace> | undefined;
  /** Sidecars of this page that cannot be used. */
  problems: SidecarProblem[];
}

/** What reading a record gave; undefined: it is gone. */
export type Read<T> = { work: T; problem?: undefined } | { work?: undefined; problem: SidecarProblem } | undefined;

/** A page of works, each read by `read`. The index must be up to date. */
export async function listWorks<T>(
  asking: Asking,
  {
    query = '',
    limit = 50,
    after,
    sort = 'newest',
    trashed = false,
    hidden = true,
    signal,
  }: Omit<ListOptions, 'after'> & { after?: RowPlace | undefined; signal?: AbortSignal | undefined },
  read: (id: string) => Promise<Read<T>>,
): Promise<PageOf<T>> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `limit: expected an integer 1..1000, got ${display(limit)}`);
  const page: PageOf<T> = { works: [], total: 0, next: undefined, problems: [] };
  let place = after;
  for (;;) {
    const left = limit - page.works.length - page.problems.length;
    const { places, total, more } = await asking.ask({ kind: 'page', query, trashed, hidden, sort, after: place, limit: left }, signal);
    page.total = total;
    for (const one of await Promise.all(places.map(({ id }) => read(id)))) {
      if (one?.problem) page.problems.push(one.problem);
      else if (one) page.works.push(one.work);
    }
    place = places.at(-1);
    page.next = more ? places.at(-1) : undefined;
    // Works whose records are gone leave room for more.
    if (!more || page.works.length + page.problems.length >= limit) return page;
  }
}

/** See Gallery.unknownFields(). */
export function unknownFields({ bytes, length }: IndexRows, query: string): { field: string; meant: string | undefined }[] {
  const fields = new Set(parseQuery(query).flatMap((clause) => (clause.kind === 'setting' ? [clause.key] : [])));
  return [...fields]
    .filter((field) => !knownFields.includes(field) && !bytes.subarray(0, length).includes(`${separator}${field}${assigned}`))
    .map((field) => ({ field, meant: nearest(field, knownFields) }));
}
