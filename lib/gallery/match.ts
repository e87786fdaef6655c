import { ulidTime } from '../core/index.ts';
import { type IndexLog, type Row, workFlags } from './index-file.ts';
import { type Clause, inRange } from './query.ts';
import { assigned, separator, settingsMark, textKeys } from './search-text.ts';

const fieldEnd = separator.charCodeAt(0);
const settingsCode = settingsMark.charCodeAt(0);

/** A condition, ready to run over the bytes of the index. */
interface Matcher {
  /** Bytes that every matching work holds; undefined: the work's columns decide. */
  needle: Buffer | undefined;
  /** Whether the needle that was found at `at` counts; `row` ends at row.to. */
  accept: (bytes: Buffer, at: number, row: Row) => boolean;
  /** Decides without bytes. */
  test: ((row: Row) => boolean) | undefined;
  not: boolean;
}

const always = (): boolean => true;

function matcherOf(clause: Clause): Matcher {
  const { not } = clause;
  switch (clause.kind) {
    case 'text':
      return { needle: Buffer.from(clause.value), accept: inFreeText, test: undefined, not };
    case 'part': {
      const prefix = `${separator}${textKeys[clause.key]}`;
      if (clause.whole) return { needle: Buffer.from(`${prefix}${clause.value}${separator}`), accept: always, test: undefined, not };
      const wanted = Buffer.from(clause.value);
      return { needle: Buffer.from(prefix), accept: (bytes, at) => valueHolds(bytes, at + prefix.length, wanted), test: undefined, not };
    }
    case 'setting': {
      const prefix = `${separator}${clause.key}${assigned}`;
      const wanted = Buffer.from(clause.value);
      const { range } = clause;
      const from = Buffer.byteLength(prefix);
      const accept = (bytes: Buffer, at: number): boolean => {
        if (!range) return valueHolds(bytes, at + from, wanted);
        const end = bytes.indexOf(fieldEnd, at + from);
        const text = bytes.toString('latin1', at + from, end);
        const number = text === '' ? Number.NaN : Number(text);
        // A hash or a name of digits is no number to compare with.
        return Number.isNaN(number) ? text.includes(clause.value) : inRange(number, range);
      };
      return { needle: Buffer.from(prefix), accept, test: undefined, not };
    }
    case 'rating':
      return { needle: undefined, accept: always, test: ({ rating }) => inRange(rating, clause.range), not };
    case 'star':
      return { needle: undefined, accept: always, test: ({ flags }) => (flags & workFlags.star) !== 0, not };
    case 'date':
      return { needle: undefined, accept: always, test: ({ id }) => between(ulidTime(id), clause), not };
  }
}

const between = (time: number, { from, until }: { from: number; until: number }): boolean => time >= from && time < until;

/** Whether the value that begins at `start` holds `wanted`. */
function valueHolds(bytes: Buffer, start: number, wanted: Buffer): boolean {
  const end = bytes.indexOf(fieldEnd, start);
  const found = bytes.indexOf(wanted, start);
  return found >= 0 && found + wanted.length <= end;
}

/** Free text stands before the mark; what was found behind it is part of a setting. */
function inFreeText(bytes: Buffer, at: number, row: Row): boolean {
  const mark = bytes.indexOf(settingsCode, row.from);
  return at < mark;
}

/** Whether one row matches: for few rows. */
function rowMatches(bytes: Buffer, row: Row, { needle, accept, test }: Matcher): boolean {
  if (test) return test(row);
  if (!needle) return false;
  for (let at = bytes.indexOf(needle, row.from); at >= 0 && at < row.to; at = bytes.indexOf(needle, at + 1))
    if (accept(bytes, at, row)) return true;
  return false;
}

/** All rows that match, in one pass over the bytes: a search for bytes is far quicker than a loop over a hundred thousand works. */
function scan(bytes: Buffer, length: number, rows: readonly Row[], { needle, accept }: Matcher & { needle: Buffer }): Set<Row> {
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

/** First row that ends after `at`: the next one or a few further on, else by halving. */
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

/** Below this many rows each is looked at by itself. */
const few = 2000;

/** The rows (of the log, in its order) for which all clauses hold. */
export function matchRows({ bytes, length }: IndexLog, rows: readonly Row[], clauses: readonly Clause[]): readonly Row[] {
  const matchers = clauses.map(matcherOf);
  // Columns first, then long needles, which are rare: what is left to look at shrinks soonest.
  matchers.sort((a, b) => Number(b.test !== undefined) - Number(a.test !== undefined) || (b.needle?.length ?? 0) - (a.needle?.length ?? 0));
  let left = rows;
  for (const matcher of matchers) {
    const { needle } = matcher;
    if (needle === undefined || left.length < few) left = left.filter((row) => rowMatches(bytes, row, matcher) !== matcher.not);
    else {
      const found = scan(bytes, length, left, { ...matcher, needle });
      left = matcher.not ? left.filter((row) => !found.has(row)) : [...found];
    }
  }
  return left;
}
