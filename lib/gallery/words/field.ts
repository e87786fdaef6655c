import { numberOf } from '../search/match.ts';
import { grown } from './grown.ts';
import { Postings } from './postings.ts';

/** Longer values of settings are kept as words, such as negative prompts. */
const longestWhole = 48;
/** A setting with more different values than this, most of them rare and numbers, is kept as a column, such as seeds and scores. */
const mostRare = 256;
/** Values in a column that are no numbers. */
const mostOdd = 1024;
/** Limits of the vocabulary of one field: number of entries, and bytes in all of them. */
const [mostEntries, mostBytes] = [400_000, 1 << 26];

/**
 * How the values of a field are kept. `prose`: as words. `named`: whole, whatever they are, since facets count them. `setting`: whole, or as words
 * if they are long.
 */
export type FieldKind = 'prose' | 'named' | 'setting';

/** The numbers of a setting that differ from work to work. */
export class NumberColumn {
  rows = new Uint32Array(0);
  numbers = new Float64Array(0);
  count = 0;
  /** Rows with values that are no numbers. */
  readonly odd: number[] = [];

  add(number: number, row: number): void {
    if (Number.isNaN(number)) {
      this.odd.push(row);
      return;
    }
    this.rows = grown(this.rows, this.count + 1);
    this.numbers = grown(this.numbers, this.count + 1);
    this.rows[this.count] = row;
    this.numbers[this.count++] = number;
  }
}

/**
 * The values that works have in one field of the search text, each with the rows that have it. All strings are the bytes of the index as Latin-1,
 * so that comparing them is comparing bytes.
 */
export class Field {
  /** Values that are kept whole. */
  readonly values = new Map<string, Postings>();
  /** Words of all other values, as separated by spaces. */
  readonly words = new Map<string, Postings>();
  /** Instead of values and words. */
  column: NumberColumn | undefined;
  /** Whether nothing is kept, because there is too much of it: the bytes of the index must be searched. */
  isOpaque = false;
  readonly #kind: FieldKind;
  #pairs = 0;
  #bytes = 0;
  #isSettled = false;

  constructor(kind: FieldKind) {
    this.#kind = kind;
  }

  add(value: string, row: number): void {
    if (this.isOpaque) return;
    this.#pairs++;
    if (this.column) {
      this.column.add(numberOf(value), row);
      if (this.column.odd.length > mostOdd) this.#drop();
    } else if (this.#kind === 'prose' || (this.#kind === 'setting' && value.length > longestWhole && value.includes(' '))) {
      for (const word of value.split(' ')) if (word !== '') this.#note(this.words, word, row);
    } else this.#note(this.values, value, row);
  }

  #note(map: Map<string, Postings>, text: string, row: number): void {
    if (this.isOpaque) return; // since the word before this one
    let postings = map.get(text);
    if (!postings) {
      if (this.#isFull(map)) return void this.add(text, row);
      postings = new Postings();
      map.set(Buffer.from(text, 'latin1').toString('latin1'), postings); // a copy: a part of a string keeps the whole one in memory
      this.#bytes += text.length;
    }
    postings.add(row);
  }

  /** Makes room for one more entry, in another form. @returns whether the form changed */
  #isFull(map: ReadonlyMap<string, Postings>): boolean {
    if (map.size >= mostEntries || this.#bytes > mostBytes) {
      this.#drop();
      return true;
    }
    const mayBeRare = this.#kind === 'setting' && map === this.values && this.words.size === 0 && !this.#isSettled;
    return mayBeRare && map.size >= mostRare && map.size >= this.#pairs / 4 && this.#settle();
  }

  /** Keeps rare values as a column if they are numbers, and not at all if they are long, such as hashes. @returns whether the form changed */
  #settle(): boolean {
    this.#isSettled = true;
    const column = new NumberColumn();
    for (const [value, postings] of this.values) for (const row of postings) column.add(numberOf(value), row);
    const isText = 4 * column.odd.length > column.count;
    if (isText && this.#bytes / this.values.size <= longestWhole) return false;
    if (isText) this.#drop();
    else {
      this.values.clear();
      this.column = column;
    }
    return true;
  }

  #drop(): void {
    this.isOpaque = true;
    this.column = undefined;
    this.values.clear();
    this.words.clear();
  }
}
