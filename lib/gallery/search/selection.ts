import type { IndexRows, Row } from '../indexing/index-rows.ts';
import type { SortOrder } from './paging.ts';

/** A place in an order: that of a work, which may have left the list since. */
export interface RowPlace {
  id: string;
  /** For the order by rating: the rating it had. */
  rating?: number | undefined;
}

/** Which rows belong to a selection. */
export interface Membership {
  /** All of them, by id. */
  all: (content: IndexRows) => Row[];
  one: (content: IndexRows, row: Row) => boolean;
}

export const byIdOrder = (a: Row, b: Row): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const byRatingOrder = (a: Row, b: Row): number => b.rating - a.rating || byIdOrder(b, a);

/**
 * Rows of an index that belong together, in order. Time in UTC, then id: an id begins with its time, so one order serves both. Follows the
 * changes of the index one by one; only another index, or many changes at once, make it again.
 */
export class Selection {
  /** Oldest first. */
  byId: Row[] = [];
  #byRating: Row[] | undefined;
  readonly #members: Membership;
  #content: IndexRows | undefined;
  #seen = 0;

  constructor(members: Membership) {
    this.#members = members;
  }

  /** Brings the rows up to date with an index. */
  update(content: IndexRows): this {
    const changes = this.#content === content ? content.changesSince(this.#seen) : undefined;
    if (!changes) {
      this.byId = this.#members.all(content);
      this.#byRating = undefined;
    } else {
      for (const { before, after } of changes) {
        if (before) this.#remove(before);
        // A row that a later change replaced is removed by that one; its bytes are still there.
        if (after && this.#members.one(content, after)) this.#insert(after);
      }
    }
    this.#content = content;
    this.#seen = content.changed;
    return this;
  }

  /** The rows in an order. */
  inOrder(sort: SortOrder): readonly Row[] {
    return sort === 'oldest' ? this.byId : sort === 'newest' ? this.byId.toReversed() : this.#rated();
  }

  /** At most `limit` rows behind a place, and whether more follow. */
  page(sort: SortOrder, after: RowPlace | undefined, limit: number): { rows: Row[]; more: boolean } {
    const { byId } = this;
    if (sort === 'newest') {
      const end = after === undefined ? byId.length : lowerBound(byId, ({ id }) => id < after.id);
      const start = Math.max(0, end - limit);
      return { rows: byId.slice(start, end).reverse(), more: start > 0 };
    }
    const rows = sort === 'oldest' ? byId : this.#rated();
    const start = after === undefined ? 0 : startBehind(rows, sort, after);
    return { rows: rows.slice(start, start + limit), more: start + limit < rows.length };
  }

  #rated(): Row[] {
    this.#byRating ??= byRating(this.byId);
    return this.#byRating;
  }

  #insert(row: Row): void {
    this.byId.splice(
      lowerBound(this.byId, (one) => byIdOrder(one, row) < 0),
      0,
      row,
    );
    this.#byRating?.splice(
      lowerBound(this.#byRating, (one) => byRatingOrder(one, row) < 0),
      0,
      row,
    );
  }

  #remove(row: Row): void {
    for (const [rows, order] of [
      [this.byId, byIdOrder],
      [this.#byRating, byRatingOrder],
    ] as const) {
      const place = rows ? lowerBound(rows, (one) => order(one, row) < 0) : -1;
      if (rows?.[place]?.id === row.id) rows.splice(place, 1);
    }
  }
}

/** Best first, then newest first. The rows are by id already, so they need only be put into groups, whose places are counted first. */
function byRating(byId: readonly Row[]): Row[] {
  const counts = new Map<number, number>();
  for (const { rating } of byId) counts.set(rating, (counts.get(rating) ?? 0) + 1);
  const ends = new Map<number, number>();
  let end = 0;
  for (const [rating, count] of [...counts].sort(([a], [b]) => b - a)) {
    end += count;
    ends.set(rating, end);
  }
  const rated = new Array<Row>(byId.length);
  for (const row of byId) {
    const place = (ends.get(row.rating) ?? 0) - 1;
    rated[place] = row;
    ends.set(row.rating, place);
  }
  return rated;
}

function startBehind(rows: readonly Row[], sort: SortOrder, { id, rating }: RowPlace): number {
  if (sort === 'oldest') return lowerBound(rows, (row) => row.id <= id);
  if (rating !== undefined) return lowerBound(rows, (row) => row.rating > rating || (row.rating === rating && row.id >= id));
  const older = rows.findIndex((row) => row.id < id);
  return older < 0 ? rows.length : older;
}

/** Number of rows at the beginning for which `isLess` holds. */
function lowerBound(rows: readonly Row[], isLess: (row: Row) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isLess(rows[middle] as Row)) low = middle + 1;
    else high = middle;
  }
  return low;
}
