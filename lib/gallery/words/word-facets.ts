import { workFlags } from '../indexing/index-lines.ts';
import type { IndexRows, Row } from '../indexing/index-rows.ts';
import { type Count, type FacetCounts, type FacetName, type ListFacet, type NewestCount, sortCounts } from '../search/facets.ts';
import { orientationOf } from '../search/orientation.ts';
import { textKeys } from '../search/search-text.ts';
import type { Field } from './field.ts';
import type { Postings } from './postings.ts';
import type { WordIndex } from './word-index.ts';

const dayMs = 86_400_000;
/** A value as text; the word index has its bytes. */
const nameOf = (value: string): string => Buffer.from(value, 'latin1').toString();
const monthOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 7);

/** Counts works through a word index, which must be ready. */
export class WordFacets implements FacetCounts {
  readonly #words: WordIndex;
  readonly #slow: FacetCounts;
  #near = 0;

  /** @param slow counts if the word index does not hold all values */
  constructor(words: WordIndex, slow: FacetCounts) {
    this.#words = words;
    this.#slow = slow;
  }

  count(content: IndexRows, rows: readonly Row[], facets: readonly FacetName[]): Partial<Record<FacetName, Count[]>> {
    if (facets.some((facet) => this.#fieldOf(facet)?.isOpaque)) return this.#slow.count(content, rows, facets);
    const marks = this.#marksOf(rows);
    const counts = (facet: FacetName): Count[] =>
      [...this.#tally(facet, rows, marks)].flatMap(([name, works]) => (works > 0 ? [{ name, works }] : []));
    return Object.fromEntries(facets.map((facet) => [facet, sortCounts(facet, counts(facet))]));
  }

  newest(content: IndexRows, rows: readonly Row[], facet: ListFacet): NewestCount[] {
    const field = this.#fieldOf(facet);
    if (field?.isOpaque) return this.#slow.newest(content, rows, facet);
    const marks = this.#marksOf(rows);
    const found: NewestCount[] = [];
    for (const [value, postings] of field?.values ?? []) {
      let [works, newest] = [0, ''];
      for (const number of postings) {
        if (marks[number] !== 1) continue;
        const { id } = this.#words.rows[number] as Row;
        works++;
        if (id > newest) newest = id;
      }
      if (value !== '' && works > 0) found.push({ name: nameOf(value), works, newest });
    }
    return found;
  }

  ratioOf(_: IndexRows, row: Row): number {
    return this.#words.ratios[this.#numberOf(row)] ?? 0;
  }

  /** 1 at the numbers of the rows. */
  #marksOf(rows: readonly Row[]): Uint8Array {
    const marks = new Uint8Array(this.#words.rows.length);
    for (const row of rows) marks[this.#numberOf(row)] = 1;
    return marks;
  }

  /** Rows mostly come in the order of their numbers. */
  #numberOf(row: Row): number {
    const number = this.#words.numberOf(row, this.#near);
    this.#near = number + 1;
    return number;
  }

  #fieldOf(facet: FacetName): Field | undefined {
    const key = facet === 'orientation' ? 'size' : facet === 'tag' || facet === 'collection' ? textKeys[facet] : facet;
    return this.#words.field(key);
  }

  #tally(facet: FacetName, rows: readonly Row[], marks: Uint8Array): Iterable<[name: string, works: number]> {
    const having = (flag: number): number => rows.reduce((count, { flags }) => count + Number((flags & flag) !== 0), 0);
    switch (facet) {
      case 'month':
        return this.#months(marks);
      case 'rating':
        return tally(rows, ({ rating }) => (rating === 0 ? 'none' : String(rating)));
      case 'star':
        return [['star', having(workFlags.star)]];
      case 'flag':
        return [
          ['pick', having(workFlags.pick)],
          ['reject', having(workFlags.reject)],
        ];
      case 'orientation':
        return orientations(this.#fieldOf(facet)?.values ?? new Map(), marks);
      default:
        return [...(this.#fieldOf(facet)?.values ?? [])].flatMap(([value, postings]): [string, number][] =>
          value === '' ? [] : [[nameOf(value), postings.among(marks)]],
        );
    }
  }

  #months(marks: Uint8Array): Map<string, number> {
    const { times } = this.#words;
    const days = new Map<number, number>();
    for (let number = 0; number < marks.length; number++) {
      if (marks[number] === 0) continue;
      const day = Math.floor((times[number] as number) / dayMs);
      days.set(day, (days.get(day) ?? 0) + 1);
    }
    const months = new Map<string, number>();
    for (const [day, works] of days) months.set(monthOf(day), (months.get(monthOf(day)) ?? 0) + works);
    return months;
  }
}

function tally(rows: readonly Row[], nameOf: (row: Row) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(nameOf(row), (counts.get(nameOf(row)) ?? 0) + 1);
  return counts;
}

/** A work of two sizes, painted and enlarged, counts once for each orientation. */
function orientations(sizes: ReadonlyMap<string, Postings>, marks: Uint8Array): Map<string, number> {
  const seen = new Map<string, Uint8Array>();
  for (const [size, postings] of sizes) {
    const having = seen.get(orientationOf(size)) ?? new Uint8Array(marks.length);
    seen.set(orientationOf(size), having);
    if (size !== '') postings.mark(having);
  }
  return new Map([...seen].map(([name, having]) => [name, having.reduce((count, one, number) => count + (one & (marks[number] ?? 0)), 0)]));
}
