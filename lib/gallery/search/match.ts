import { ulidTime } from '../../core/index.ts';
import { workFlags } from '../indexing/index-lines.ts';
import type { IndexRows, Row, SharedBytes } from '../indexing/index-rows.ts';
import { orientationOf } from './orientation.ts';
import { type Clause, inRange, type Mark, type Range } from './query.ts';
import { assigned, separator, textKeys } from './search-text.ts';

const fieldEnd = separator.charCodeAt(0);

/** A condition, ready to run over the bytes of the index. */
export interface Matcher {
  readonly clause: Clause;
  /** Bytes that every matching work contains; undefined: the row's fields decide. */
  needle: Buffer | undefined;
  /** Whether a needle found at `at` counts; the row's text ends at row.to. */
  accept: (bytes: SharedBytes, at: number, row: Row) => boolean;
  /** Decides by the row's fields alone. */
  test: ((row: Row) => boolean) | undefined;
  not: boolean;
}

const always = (): boolean => true;

function matcherOf(clause: Clause): Matcher {
  const { not } = clause;
  const byBytes = (needle: string, accept: Matcher['accept']): Matcher => ({
    clause,
    needle: Buffer.from(needle),
    accept,
    test: undefined,
    not,
  });
  const byRow = (test: (row: Row) => boolean): Matcher => ({ clause, needle: undefined, accept: always, test, not });
  switch (clause.kind) {
    case 'text':
      return byBytes(clause.value, (_, at, { mark }) => at < mark);
    case 'part': {
      const prefix = `${separator}${textKeys[clause.key]}`;
      return clause.whole ? byBytes(`${prefix}${clause.value}${separator}`, always) : byBytes(clause.value, inField(prefix));
    }
    case 'has':
      return byBytes(`${separator}${textKeys[clause.key]}`, always);
    case 'orientation': {
      const prefix = `${separator}size${assigned}`;
      return byBytes(prefix, (bytes, at) => orientationOf(fieldAt(bytes, at + prefix.length)) === clause.orientation);
    }
    case 'setting': {
      const prefix = `${separator}${clause.key}${assigned}`;
      if (clause.whole) return byBytes(`${prefix}${clause.value}${separator}`, always);
      return clause.range
        ? byBytes(prefix, withNumber(Buffer.byteLength(prefix), clause.range, clause.value))
        : byBytes(clause.value, inField(prefix));
    }
    case 'rating':
      return byRow(({ rating }) => inRange(rating, clause.range));
    case 'marks': {
      const mask = maskOf(clause.marks);
      return byRow(({ flags }) => (flags & mask) !== 0);
    }
    case 'date':
      return byRow(({ id }) => between(ulidTime(id), clause));
  }
}

export const maskOf = (marks: readonly Mark[]): number => marks.reduce((bits, mark) => bits | workFlags[mark], 0);

export const between = (time: number, { from, until }: { from: number; until: number }): boolean => time >= from && time < until;

/** Whether the match lies in the value of a field with this prefix. */
function inField(prefix: string): Matcher['accept'] {
  const begin = Buffer.from(prefix);
  return (bytes, at) => {
    const start = bytes.lastIndexOf(fieldEnd, at);
    return start >= 0 && at >= start + begin.length && bytes.compare(begin, 0, begin.length, start, start + begin.length) === 0;
  };
}

/** The rest of a field from `start` on. */
const fieldAt = (bytes: SharedBytes, start: number): string => bytes.toString('utf8', start, bytes.indexOf(fieldEnd, start));

/** Whether the value of the found field, whose key has `skip` bytes, is a number within the range. */
function withNumber(skip: number, range: Range, text: string): Matcher['accept'] {
  return (bytes, at) => {
    const number = digitsAt(bytes, at + skip);
    if (number !== undefined) return inRange(number, range);
    return isValue(fieldAt(bytes, at + skip), range, text);
  };
}

/** The number that the value of a setting is; NaN: it is text, such as a hash or a name made of digits. */
export const numberOf = (value: string): number => (value === '' ? Number.NaN : Number(value));

/** Whether the value of a setting is a number within the range, or a text that contains the range as it was written. */
export function isValue(value: string, range: Range, text: string): boolean {
  const number = numberOf(value);
  return Number.isNaN(number) ? value.includes(text) : inRange(number, range);
}

/**
 * A fast path for plain decimal numbers that end their field. Nearly all values are such, and decoding each as text would take most of the
 * time.
 */
function digitsAt(bytes: SharedBytes, start: number): number | undefined {
  let [value, scale, point] = [0, 1, false];
  for (let at = start; at < start + 15; at++) {
    const code = bytes[at] ?? 0;
    if (code >= 0x30 && code <= 0x39) {
      value = value * 10 + code - 0x30;
      if (point) scale *= 10;
    } else if (code === 0x2e && !point && at > start) point = true;
    else return code === fieldEnd && at > start ? value / scale : undefined;
  }
  return undefined;
}

/** Whether one row matches. Use it for few rows. */
export function rowMatches(bytes: SharedBytes, row: Row, { needle, accept, test }: Matcher): boolean {
  if (test) return test(row);
  if (!needle) return false;
  const text = bytes.subarray(row.from, row.to); // a search in all bytes would go on to the next work that has the needle, perhaps the last
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) if (accept(bytes, row.from + at, row)) return true;
  return false;
}

/** All rows, in the order of the bytes, that contain the needle of a matcher: one pass over the bytes, far faster than a loop over many works. */
function scan(bytes: SharedBytes, length: number, rows: readonly Row[], { needle, accept }: Matcher & { needle: Buffer }): Set<Row> {
  const found = new Set<Row>();
  let index = 0;
  for (let at = bytes.indexOf(needle, rows[0]?.from ?? length); at >= 0 && at < length; ) {
    index = rowAt(rows, at, index);
    const row = rows[index];
    if (!row) break;
    if (at < row.from) at = bytes.indexOf(needle, row.from);
    else if (accept(bytes, at, row)) {
      found.add(row);
      at = bytes.indexOf(needle, row.to);
    } else at = bytes.indexOf(needle, at + 1);
  }
  return found;
}

/** First row that ends after `at`: tries the next few rows, then a binary search. */
function rowAt(rows: readonly Row[], at: number, start: number): number {
  for (let index = start; index < start + 4; index++) if ((rows[index]?.to ?? Number.POSITIVE_INFINITY) > at) return index;
  let [low, high] = [start, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.to ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Below this many rows, each is tested by itself. */
const few = 2000;

/** Those of `rows`, in the order of the bytes, for which a matcher's condition holds, whether or not it is negated. */
export function matching({ bytes, length }: IndexRows, rows: readonly Row[], matcher: Matcher): ReadonlySet<Row> {
  const { needle } = matcher;
  if (needle === undefined || rows.length < few) return new Set(rows.filter((row) => rowMatches(bytes, row, matcher)));
  return scan(bytes, length, rows, { ...matcher, needle });
}

/** The conditions of a query, ready to run over an index. */
export class Matching {
  readonly matchers: readonly Matcher[];

  constructor(clauses: readonly Clause[]) {
    // Row fields first, then long needles, which are rare, to narrow the rows early.
    this.matchers = clauses
      .map(matcherOf)
      .sort((a, b) => Number(b.test !== undefined) - Number(a.test !== undefined) || (b.needle?.length ?? 0) - (a.needle?.length ?? 0));
  }

  /**
   * The rows for which all clauses hold, in the order of `rows`, which is that of the bytes.
   *
   * @param goOn called between steps; it throws to stop the search
   */
  all(content: IndexRows, rows: readonly Row[], goOn: () => void): readonly Row[] {
    let left = rows;
    for (const matcher of this.matchers) {
      goOn();
      if (matcher.needle === undefined) {
        left = left.filter((row) => rowMatches(content.bytes, row, matcher) !== matcher.not);
        continue;
      }
      const found = matching(content, left, matcher);
      left = matcher.not ? left.filter((row) => !found.has(row)) : [...found];
    }
    return left;
  }

  one({ bytes }: IndexRows, row: Row): boolean {
    return this.matchers.every((matcher) => rowMatches(bytes, row, matcher) !== matcher.not);
  }
}
