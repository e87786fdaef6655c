import { ulidTime } from '../../core/index.ts';
import type { IndexRows, Row } from '../indexing/index-rows.ts';
import { settingFacets } from '../search/facets.ts';
import { ratioOfSize } from '../search/orientation.ts';
import { assigned, separator, settingsMark, textKeys } from '../search/search-text.ts';
import { Field, type FieldKind } from './field.ts';
import { grown } from './grown.ts';

const proseKeys: ReadonlySet<string> = new Set([textKeys.prompt, textKeys.title, textKeys.alt]);
const allTextKeys: ReadonlySet<string> = new Set(Object.values(textKeys));
/** Rows that were replaced or removed are forgotten when there are more of them than of the others, and more than this. */
const mostDead = 2000;

/**
 * Which rows of an index have which words and values, so that a search need not read all bytes. It holds nothing that the index does not have: it is
 * made in steps, then follows the changes of the index. A row's number is its place in `rows`, in the order of the bytes.
 */
export class WordIndex {
  /** Rows that were replaced or removed are still in it, but not in `order`. */
  rows: Row[] = [];
  ratings = new Int16Array(0);
  flags = new Uint8Array(0);
  /** Milliseconds since 1970. */
  times = new Float64Array(0);
  /** Width of the picture divided by its height, by the first size of a row; 0: unknown. */
  ratios = new Float32Array(0);
  /** Numbers of the rows that count, by id. */
  order = new Uint32Array(0);
  /** How many rows count. */
  count = 0;
  readonly #fields = new Map<string, Field>();
  #content: IndexRows | undefined;
  /** Changes of the index that are in it. */
  #seen = 0;
  #waiting: Row[] = [];

  /** Whether all rows of the index that it follows have been read. */
  get isReady(): boolean {
    return this.#content !== undefined && this.#waiting.length === 0;
  }

  /** Follows the changes of an index. @returns whether it can be asked; if not, call build() */
  follow(content: IndexRows): boolean {
    if (this.#content !== content) this.#begin(content);
    if (!this.isReady) return false;
    const dead = this.rows.length - this.count;
    const changes = dead > mostDead && dead > this.count ? undefined : content.changesSince(this.#seen);
    if (!changes) {
      this.#begin(content);
      return this.isReady;
    }
    for (const { before, after } of changes) {
      if (before) this.#remove(before);
      if (after) this.#insert(this.#read(content, after), after);
    }
    this.#seen = content.changed;
    return true;
  }

  /** Reads at most `most` rows. @returns whether there are more */
  build(most: number): boolean {
    const content = this.#content;
    if (!content || this.isReady) return false;
    for (const row of this.#waiting.splice(-most).reverse()) this.#read(content, row);
    if (this.#waiting.length > 0) return true;
    const { rows } = this;
    this.order = Uint32Array.from([...rows.keys()].sort((a, b) => (idAt(rows, a) < idAt(rows, b) ? -1 : 1)));
    this.count = rows.length;
    return !this.follow(content);
  }

  /** The field of a text key or a setting, by the bytes of its key as Latin-1; undefined: no work has it. */
  field(key: string): Field | undefined {
    return this.#fields.get(key);
  }

  /** The number of a row; `near` is a guess. */
  numberOf(row: Row, near: number): number {
    const { rows } = this;
    if (rows[near] === row) return near;
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle] as Row).lineStart < row.lineStart) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #begin(content: IndexRows): void {
    this.#content = content;
    this.#seen = content.changed;
    this.#fields.clear();
    [this.rows, this.count] = [[], 0];
    this.#waiting = [...content.rows.values()].reverse();
  }

  /** Adds a row without its place in the order. @returns its number */
  #read(content: IndexRows, row: Row): number {
    const number = this.rows.push(row) - 1;
    const length = number + 1;
    this.ratings = grown(this.ratings, length);
    this.flags = grown(this.flags, length);
    this.times = grown(this.times, length);
    this.ratios = grown(this.ratios, length);
    this.ratios[number] = Number.NaN;
    this.ratings[number] = row.rating;
    this.flags[number] = row.flags;
    this.times[number] = ulidTime(row.id);
    for (const field of content.bytes.toString('latin1', row.from, row.to).split(separator)) {
      const first = field[0];
      if (first === undefined || first === settingsMark) continue;
      if (allTextKeys.has(first)) {
        this.#fieldOf(first, proseKeys.has(first) ? 'prose' : 'named').add(field.slice(1), number);
        continue;
      }
      const end = field.indexOf(assigned);
      if (end < 0) continue;
      const [key, value] = [field.slice(0, end), field.slice(end + 1)];
      this.#fieldOf(key, settingFacets.has(key) ? 'named' : 'setting').add(value, number);
      if (key === 'size' && Number.isNaN(this.ratios[number])) this.ratios[number] = ratioOfSize(value);
    }
    if (Number.isNaN(this.ratios[number])) this.ratios[number] = 0;
    return number;
  }

  #fieldOf(key: string, kind: FieldKind): Field {
    let field = this.#fields.get(key);
    if (!field) {
      field = new Field(kind);
      this.#fields.set(Buffer.from(key, 'latin1').toString('latin1'), field);
    }
    return field;
  }

  /** First place of the order whose id is not less. */
  #placeOf(id: string): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (idAt(this.rows, this.order[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(number: number, { id }: Row): void {
    this.order = grown(this.order, this.count + 1);
    const place = this.#placeOf(id);
    this.order.copyWithin(place + 1, place, this.count);
    this.order[place] = number;
    this.count++;
  }

  #remove({ id }: Row): void {
    const place = this.#placeOf(id);
    if (place >= this.count || idAt(this.rows, this.order[place] as number) !== id) return;
    this.order.copyWithin(place, place + 1, this.count);
    this.count--;
  }
}

const idAt = (rows: readonly Row[], number: number): string => (rows[number] as Row).id;
