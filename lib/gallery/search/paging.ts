import type { Artwork } from '../artwork.ts';
import type { SidecarProblem } from '../indexing/scan.ts';

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
  /** false: without hidden works, and without damaged records, which may be those of hidden ones. Default true. */
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
