import { ulidTime } from '../../core/index.ts';
import { workFlags } from '../indexing/index-lines.ts';
import type { IndexRows, Row } from '../indexing/index-rows.ts';
import { orientationOf, ratioOfSize } from './orientation.ts';
import { assigned, separator, settingsMark, textKeys } from './search-text.ts';

export interface Count {
  name: string;
  works: number;
}

/** A value, the number of works that have it, and the id of the newest of them. */
export interface NewestCount extends Count {
  newest: string;
}

/** What works are counted by. Names are in lower case, as the index has them. */
export const facetNames = [
  'month',
  'model',
  'lora',
  'sampler',
  'scheduler',
  'size',
  'orientation',
  'style',
  'topic',
  'period',
  'series',
  'mode',
  'program',
  'tag',
  'collection',
  'rating',
  'star',
  'flag',
] as const;
export type FacetName = (typeof facetNames)[number];
/** Facets that a work may have several values of. */
export type ListFacet = 'tag' | 'collection';

/** Counts works of an index by their values. */
export interface FacetCounts {
  /** Counts of the rows for each facet: most frequent first; months, ratings and collections by name. */
  count(content: IndexRows, rows: readonly Row[], facets: readonly FacetName[]): Partial<Record<FacetName, Count[]>>;
  /** Counts of the rows by the values of one facet that a work may have several of, each with its newest work. In no order. */
  newest(content: IndexRows, rows: readonly Row[], facet: ListFacet): NewestCount[];
  /** Width of a picture divided by its height; 0 if the index has no size of it. */
  ratioOf(content: IndexRows, row: Row): number;
}

/** Facets by name of the setting in the index. */
export const settingFacets: ReadonlySet<string> = new Set([
  ...['model', 'lora', 'sampler', 'scheduler', 'size', 'style', 'topic', 'period', 'series', 'mode', 'program'],
]);
/** In order of name, not of frequency. */
const namedOrder: ReadonlySet<FacetName> = new Set(['month', 'rating', 'collection']);

/** Counts works by their values. Each row's values are read once and kept as numbers as long as the row. */
export class Facets implements FacetCounts {
  readonly #codes = new Map<string, number>();
  readonly #values: { facet: FacetName; name: string }[] = [];
  /** By id, with the row that they were read from: a changed work has another one. */
  readonly #rows = new Map<string, { row: Row; codes: readonly number[] }>();

  count(content: IndexRows, rows: readonly Row[], facets: readonly FacetName[]): Partial<Record<FacetName, Count[]>> {
    const counts: number[] = [];
    for (const row of rows) for (const code of this.#codesOf(content, row)) counts[code] = (counts[code] ?? 0) + 1;
    const found = Object.fromEntries(facets.map((facet): [FacetName, Count[]] => [facet, []])) as Partial<Record<FacetName, Count[]>>;
    for (const [code, { facet, name }] of this.#values.entries()) {
      const works = counts[code] ?? 0;
      if (works > 0) found[facet]?.push({ name, works });
    }
    for (const [facet, list] of Object.entries(found) as [FacetName, Count[]][]) sortCounts(facet, list);
    return found;
  }

  newest(content: IndexRows, rows: readonly Row[], facet: ListFacet): NewestCount[] {
    const found = new Map<number, NewestCount>();
    for (const row of rows)
      for (const code of this.#codesOf(content, row)) {
        const value = this.#values[code];
        if (value?.facet === facet) found.set(code, withOne(found.get(code), value.name, row.id));
      }
    return [...found.values()];
  }

  ratioOf(content: IndexRows, row: Row): number {
    for (const code of this.#codesOf(content, row)) {
      const value = this.#values[code];
      if (value?.facet === 'size') return ratioOfSize(value.name);
    }
    return 0;
  }

  #codesOf(content: IndexRows, row: Row): readonly number[] {
    const known = this.#rows.get(row.id);
    if (known?.row === row) return known.codes;
    const codes = new Set<number>();
    const add = (facet: FacetName, name: string): void => void codes.add(this.#codeOf(facet, name));
    add('month', new Date(ulidTime(row.id)).toISOString().slice(0, 7));
    add('rating', row.rating === 0 ? 'none' : String(row.rating));
    if ((row.flags & workFlags.star) !== 0) add('star', 'star');
    if ((row.flags & workFlags.pick) !== 0) add('flag', 'pick');
    if ((row.flags & workFlags.reject) !== 0) add('flag', 'reject');
    const [text = '', settings = ''] = content.bytes.toString('utf8', row.from, row.to).split(settingsMark);
    for (const field of text.split(separator)) {
      if (field.startsWith(textKeys.tag)) add('tag', field.slice(1));
      else if (field.startsWith(textKeys.collection)) add('collection', field.slice(1));
    }
    for (const field of settings.split(separator)) {
      const [key = '', value = ''] = field.split(assigned);
      if (!settingFacets.has(key) || value === '') continue;
      add(key as FacetName, value);
      if (key === 'size') add('orientation', orientationOf(value));
    }
    const list = [...codes];
    this.#rows.set(row.id, { row, codes: list });
    return list;
  }

  #codeOf(facet: FacetName, name: string): number {
    const key = `${facet}${separator}${name}`;
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    this.#values.push({ facet, name });
    this.#codes.set(key, this.#values.length - 1);
    return this.#values.length - 1;
  }
}

/** A count with one more work. */
function withOne(before: NewestCount | undefined, name: string, id: string): NewestCount {
  return { name, works: (before?.works ?? 0) + 1, newest: before && before.newest > id ? before.newest : id };
}

/** Puts the counts of a facet in order. */
export function sortCounts(facet: FacetName, counts: Count[]): Count[] {
  return counts.sort((a, b) => (namedOrder.has(facet) ? 0 : b.works - a.works) || (a.name < b.name ? -1 : 1));
}
