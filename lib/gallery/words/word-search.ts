import type { IndexRows, Row } from '../indexing/index-rows.ts';
import { between, isValue, type Matcher, maskOf, matching, rowMatches } from '../search/match.ts';
import { orientationOf } from '../search/orientation.ts';
import { type Clause, inRange } from '../search/query.ts';
import { textKeys } from '../search/search-text.ts';
import type { Field } from './field.ts';
import type { WordIndex } from './word-index.ts';

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

/** Marks of rows by number: 1 where a condition holds. */
type Marks = Uint8Array<ArrayBuffer>;

/** Finds the rows of one query through a word index, which must be up to date. */
export class WordSearch {
  readonly #words: WordIndex;
  readonly #content: IndexRows;
  /** Rows for which all conditions so far hold. */
  readonly #left: Marks;

  constructor(words: WordIndex, content: IndexRows) {
    this.#words = words;
    this.#content = content;
    this.#left = new Uint8Array(words.rows.length);
  }

  /**
   * The rows for which all conditions hold, by id.
   *
   * @param isWanted by flags
   * @param goOn called between steps; it throws to stop the search
   */
  find(matchers: readonly Matcher[], isWanted: (flags: number) => boolean, goOn: () => void): Row[] {
    const { rows, order, count, flags } = this.#words;
    const left = this.#left;
    const wanted = Uint8Array.from({ length: 256 }, (_, at) => (isWanted(at) ? 1 : 0));
    for (let place = 0; place < count; place++) {
      const number = order[place] as number;
      left[number] = wanted[flags[number] as number] as number;
    }
    const later: Matcher[] = [];
    for (const matcher of matchers) {
      goOn();
      const found = this.#marks(matcher);
      if (found) this.#keep(found, matcher.not);
      else later.push(matcher);
    }
    // The bytes are read for what the word index does not know, and only of rows that are left.
    for (const matcher of later) {
      goOn();
      this.#keep(this.#candidates(matcher) ?? this.#read(matcher), matcher.not);
    }
    const found: Row[] = [];
    for (let place = 0; place < count; place++) {
      const number = order[place] as number;
      if (left[number] === 1) found.push(rows[number] as Row);
    }
    return found;
  }

  #keep(found: Marks, not: boolean): void {
    const left = this.#left;
    const kept = not ? 0 : 1;
    for (let number = 0; number < left.length; number++) if (found[number] !== kept) left[number] = 0;
  }

  /** Where a condition holds; undefined: the word index alone cannot tell. */
  #marks(matcher: Matcher): Marks | undefined {
    const { clause } = matcher;
    const { ratings, flags, times } = this.#words;
    switch (clause.kind) {
      case 'rating':
        return this.#each((number) => inRange(ratings[number] as number, clause.range));
      case 'marks': {
        const mask = maskOf(clause.marks);
        return this.#each((number) => ((flags[number] as number) & mask) !== 0);
      }
      case 'date':
        return this.#each((number) => between(times[number] as number, clause));
      case 'setting':
        return clause.range ? this.#inRange(matcher, clause) : this.#containing(clause);
      case 'part':
      case 'text':
        return this.#containing(clause);
      case 'has':
        return this.#withValue(textKeys[clause.key], () => true);
      case 'orientation':
        return this.#withValue('size', (size) => orientationOf(size) === clause.orientation);
    }
  }

  /** Whether a condition holds by the bytes of a row. */
  #holds(matcher: Matcher, number: number): boolean {
    return rowMatches(this.#content.bytes, this.#words.rows[number] as Row, matcher);
  }

  #each(holds: (number: number) => boolean): Marks {
    const marks = new Uint8Array(this.#left.length);
    for (let number = 0; number < marks.length; number++) if (holds(number)) marks[number] = 1;
    return marks;
  }

  /** Where a field that is kept whole has such a value; undefined if that needs a look at the bytes. */
  #withValue(key: string, accept: (value: string) => boolean): Marks | undefined {
    const marks = new Uint8Array(this.#left.length);
    const field = this.#words.field(key);
    if (field?.isOpaque || field?.column || (field && field.words.size > 0)) return undefined;
    for (const [value, postings] of field?.values ?? []) if (accept(value)) postings.mark(marks);
    return marks;
  }

  #inRange(matcher: Matcher, { key, range, value: text }: Extract<Clause, { kind: 'setting' }>): Marks | undefined {
    const marks = new Uint8Array(this.#left.length);
    const field = this.#words.field(latin1(key));
    if (!field || !range) return marks;
    const { column } = field;
    if (field.isOpaque) return undefined;
    if (column) {
      for (let at = 0; at < column.count; at++) if (inRange(column.numbers[at] as number, range)) marks[column.rows[at] as number] = 1;
      for (const number of column.odd) if (this.#holds(matcher, number)) marks[number] = 1;
      return marks;
    }
    // A range is written in ASCII, so it is in a value as Latin-1 if it is in its text; a value of other characters is no number in either form.
    for (const [value, postings] of field.values) if (isValue(value, range, text)) postings.mark(marks);
    for (const [word, postings] of field.words) if (word.includes(text)) postings.mark(marks);
    return marks;
  }

  /** Where a text is in one of the fields of a condition; undefined if that needs a look at the bytes. */
  #containing(clause: Searching): Marks | undefined {
    const fields = this.#fieldsOf(clause);
    const text = latin1(clause.value);
    const isPhrase = text.includes(' ');
    const isInWords = isPhrase || (clause.kind === 'setting' && clause.whole);
    if (fields.some((field) => field.isOpaque || field.column || (isInWords && field.words.size > 0))) return undefined;
    const marks = new Uint8Array(this.#left.length);
    for (const field of fields) {
      markValues(field, text, isWhole(clause), marks);
      for (const [word, postings] of field.words) if (word.includes(text)) postings.mark(marks);
    }
    return marks;
  }

  /** Where a phrase is. All its words must be in a field; the bytes tell whether they follow each other. */
  #candidates(matcher: Matcher): Marks | undefined {
    const { clause } = matcher;
    if (clause.kind !== 'text' && clause.kind !== 'part' && (clause.kind !== 'setting' || clause.range)) return undefined;
    const fields = this.#fieldsOf(clause);
    if (fields.some((field) => field.isOpaque || field.column)) return undefined;
    const marks = new Uint8Array(this.#left.length);
    const text = latin1(clause.value);
    for (const field of fields) {
      markValues(field, text, isWhole(clause), marks);
      const [possible, words] = withWords(field, text.split(' '), marks.length);
      for (let number = 0; number < marks.length; number++)
        if (possible[number] === words && this.#left[number] === 1 && marks[number] === 0)
          marks[number] = this.#holds(matcher, number) ? 1 : 0;
    }
    return marks;
  }

  /** Where a condition holds by the bytes. */
  #read(matcher: Matcher): Marks {
    const left = this.#words.rows.filter((_, number) => this.#left[number] === 1);
    const marks = new Uint8Array(this.#left.length);
    let number = -1;
    for (const row of matching(this.#content, left, matcher)) {
      number = this.#words.numberOf(row, number + 1);
      marks[number] = 1;
    }
    return marks;
  }

  #fieldsOf(clause: Searching): Field[] {
    const keys = clause.kind === 'text' ? Object.values(textKeys) : [clause.kind === 'part' ? textKeys[clause.key] : latin1(clause.key)];
    return keys.flatMap((key) => this.#words.field(key) ?? []);
  }
}

type Searching = Extract<Clause, { kind: 'text' | 'part' | 'setting' }>;

const isWhole = (clause: Searching): boolean => clause.kind !== 'text' && clause.whole;

function markValues({ values }: Field, text: string, whole: boolean, marks: Marks): void {
  if (whole) values.get(text)?.mark(marks);
  else for (const [value, postings] of values) if (value.includes(text)) postings.mark(marks);
}

/** Counts for each row how many words of a phrase its field has: the end of one, whole ones, the beginning of one. Only a full count matters. */
function withWords({ words }: Field, [first = '', ...rest]: readonly string[], length: number): [marks: Marks, count: number] {
  const marks = new Uint8Array(length);
  const last = rest.pop() ?? '';
  let count = 0;
  for (const [word, postings] of words) if (word.endsWith(first)) postings.step(marks, count);
  count++;
  for (const whole of rest) {
    // 255 steps fit in a mark; that many words are few rows.
    if (whole === '' || count > 250) continue;
    words.get(whole)?.step(marks, count);
    count++;
  }
  for (const [word, postings] of words) if (word.startsWith(last)) postings.step(marks, count);
  return [marks, count + 1];
}
