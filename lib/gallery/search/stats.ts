import { ulidTime } from '../../core/index.ts';
import { workFlags } from '../indexing/index-lines.ts';
import type { IndexRows, Row } from '../indexing/index-rows.ts';
import type { Count, FacetCounts } from './facets.ts';

export interface GalleryStats {
  works: number;
  trashed: number;
  damaged: number;
  starred: number;
  /** Index 0: unrated, then 1 to 5. */
  ratings: number[];
  /** Mean of those that are rated; undefined: none is. */
  meanRating: number | undefined;
  /** UTC, `2026-11`, oldest first. */
  months: Count[];
  /** Most frequent first. */
  models: Count[];
  loras: Count[];
  samplers: Count[];
  sizes: Count[];
  tags: Count[];
  collections: Count[];
  /** ISO times of the first and the last work; undefined: there is none. */
  first: string | undefined;
  last: string | undefined;
}

/** Counts over the index. `rows`: the works out of the trash, oldest first. Names are in lower case, as the index has them. */
export function statsOf(content: IndexRows, shown: readonly Row[], facets: FacetCounts): GalleryStats {
  const rows = shown.filter(({ flags }) => (flags & workFlags.damaged) === 0);
  const ratings = [0, 0, 0, 0, 0, 0];
  let [trashed, damaged, starred] = [0, 0, 0];
  for (const { flags } of content.rows.values()) {
    if ((flags & workFlags.damaged) !== 0) damaged++;
    else if ((flags & workFlags.trashed) !== 0) trashed++;
  }
  for (const { rating, flags } of rows) {
    starred += flags & workFlags.star;
    ratings[rating] = (ratings[rating] ?? 0) + 1;
  }
  const counts = facets.count(content, rows, ['month', 'model', 'lora', 'sampler', 'size', 'tag', 'collection']);
  const rated = ratings.slice(1).reduce((sum, count) => sum + count, 0);
  const total = ratings.reduce((sum, count, value) => sum + count * value, 0);
  const isoOf = (row: Row | undefined): string | undefined => (row === undefined ? undefined : new Date(ulidTime(row.id)).toISOString());
  return {
    works: rows.length,
    trashed,
    damaged,
    starred,
    ratings,
    meanRating: rated === 0 ? undefined : total / rated,
    months: counts.month ?? [],
    models: counts.model ?? [],
    loras: counts.lora ?? [],
    samplers: counts.sampler ?? [],
    sizes: counts.size ?? [],
    tags: counts.tag ?? [],
    collections: counts.collection ?? [],
    first: isoOf(rows[0]),
    last: isoOf(rows.at(-1)),
  };
}
