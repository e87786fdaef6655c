import type { Artwork } from '../artwork.ts';
import type { Row } from '../store/index-file.ts';
import type { SidecarProblem } from '../store/scan.ts';

export const sortOrders = ['newest', 'oldest', 'rating'] as const;
export type SortOrder = (typeof sortOrders)[number];

export interface ListOptions {
  /** See parseQuery(). */
  query?: string | undefined;
  /** Works on a page, 1..1000. Default 50. */
  limit?: number;
  /** The last id of the page before. */
  after?: string | undefined;
  /** Default newest. rating: best first, of equal ones the newest first. */
  sort?: SortOrder;
  /** true: works in the trash, instead of the others. */
  trashed?: boolean | undefined;
  /** false: without hidden works. Default true. */
  hidden?: boolean | undefined;
}

export interface Page {
  works: Artwork[];
  /** Works on all pages. */
  total: number;
  /** `after` of the next page; undefined: this is the last. */
  next: string | undefined;
  /** Sidecars of this page that cannot be used. */
  problems: SidecarProblem[];
}

/** Sorts rows, given by id with the oldest first. Changes the array in place. */
export function ordered(rows: Row[], sort: SortOrder): readonly Row[] {
  if (sort === 'oldest') return rows;
  rows.reverse();
  return sort === 'newest' ? rows : rows.sort((a, b) => b.rating - a.rating);
}

/** Index of the row after a work. The work itself may have left the list since, for example into the trash. */
export function startAfter(rows: readonly Row[], after: string, sort: SortOrder, known: Row | undefined): number {
  const place = rows.findIndex(({ id }) => id === after);
  if (place >= 0) return place + 1;
  const isBehind = ({ id, rating }: Row): boolean => {
    if (sort === 'oldest') return id > after;
    if (sort === 'newest' || !known) return id < after;
    return rating < known.rating || (rating === known.rating && id < after);
  };
  const next = rows.findIndex(isBehind);
  return next < 0 ? rows.length : next;
}
