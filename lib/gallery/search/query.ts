import { ArtistError } from '../../core/index.ts';
import { type Orientation, orientations } from './orientation.ts';
import { conditionForm } from './query-form.ts';
import { normalise, shortName, type TextKey } from './search-text.ts';

/** One condition of a query. All of them must hold. */
export type Clause =
  /** The words are anywhere in the free text. */
  | { kind: 'text'; value: string; not: boolean }
  /** The words are in this part of the free text; `whole`: they are all of it. */
  | { kind: 'part'; key: TextKey; value: string; whole: boolean; not: boolean }
  /** There is such a part. */
  | { kind: 'has'; key: TextKey; not: boolean }
  /** A setting contains the words, or is this number; `whole`: it is these words. */
  | { kind: 'setting'; key: string; value: string; range: Range | undefined; whole: boolean; not: boolean }
  /** The shape of the picture. */
  | { kind: 'orientation'; orientation: Orientation; not: boolean }
  | { kind: 'rating'; range: Range; not: boolean }
  /** The work has one of these marks. */
  | { kind: 'marks'; marks: readonly Mark[]; not: boolean }
  /** Created in this time: from <= t < until, milliseconds. */
  | { kind: 'date'; from: number; until: number; not: boolean };

/** Marks of a work, by the names of the bits in the index. */
export type Mark = 'star' | 'hidden' | 'pick' | 'reject';

/** Inclusive unless the bound is open. */
export interface Range {
  min: number;
  max: number;
  openMin: boolean;
  openMax: boolean;
}

export function inRange(value: number, { min, max, openMin, openMax }: Range): boolean {
  return (openMin ? value > min : value >= min) && (openMax ? value < max : value <= max);
}

const parts: Readonly<Record<string, TextKey>> = {
  prompt: 'prompt',
  title: 'title',
  alt: 'alt',
  alttext: 'alt',
  tag: 'tag',
  collection: 'collection',
};
const wholeParts: readonly TextKey[] = ['tag', 'collection'];

function usage(message: string): never {
  throw new ArtistError('ERR_INVALID_ARGUMENT', `query: ${message}`);
}

/** Words, "phrases" and field:values of a query, each with its minus sign. */
function* words(query: string): Generator<{ not: boolean; field: string | undefined; value: string }> {
  const form = conditionForm();
  let at = 0;
  for (;;) {
    while (/\s/.test(query[at] ?? '')) at++;
    if (at >= query.length) return;
    form.lastIndex = at;
    const match = form.exec(query);
    if (!match) return usage(`expected words, "phrases" and field:value, got ${JSON.stringify(query.slice(at, at + 30))}`);
    at = form.lastIndex;
    const [, minus = '', field, phrase, word] = match;
    if (word?.startsWith('"')) return usage(`expected a closing quotation mark after ${JSON.stringify(word.slice(0, 30))}, got none`);
    yield { not: minus !== '', field, value: phrase === undefined ? (word ?? '') : phrase.replace(/\\(.)/g, '$1') };
  }
}

const numeral = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?`;

/** `20`, `>20`, `<=8`, `5..8`, `5..`, `..8` */
export function readRange(text: string): Range | undefined {
  const compared = new RegExp(`^(>=|<=|>|<|=)?(${numeral})$`, 'i').exec(text);
  if (compared) {
    const [, sign = '=', digits] = compared;
    const number = Number(digits);
    return {
      min: sign.startsWith('<') ? Number.NEGATIVE_INFINITY : number,
      max: sign.startsWith('>') ? Number.POSITIVE_INFINITY : number,
      openMin: sign === '>',
      openMax: sign === '<',
    };
  }
  const between = new RegExp(`^(${numeral})?\\.\\.(${numeral})?$`, 'i').exec(text);
  if (!between || text === '..') return undefined;
  const [, from, to] = between;
  return {
    min: from === undefined ? Number.NEGATIVE_INFINITY : Number(from),
    max: to === undefined ? Number.POSITIVE_INFINITY : Number(to),
    openMin: false,
    openMax: false,
  };
}

/** `2026`, `2026-11` or `2026-11-25`: its start and end in UTC. */
function readDay(text: string): { from: number; until: number } | undefined {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text);
  if (!match) return undefined;
  const [year = 0, month, day] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  const until = day !== undefined ? from + 86_400_000 : month !== undefined ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1);
  const valid = new Date(from).toISOString().startsWith(text);
  return valid ? { from, until } : undefined;
}

const flagMarks: ReadonlyMap<string, readonly Mark[]> = new Map([
  ['pick', ['pick']],
  ['reject', ['reject']],
  ['none', ['pick', 'reject']],
]);

const stateMarks: ReadonlyMap<string, Mark> = new Map([
  ['star', 'star'],
  ['starred', 'star'],
  ['hidden', 'hidden'],
  ['picked', 'pick'],
  ['rejected', 'reject'],
]);

const missingParts: ReadonlyMap<string, TextKey> = new Map([
  ['untagged', 'tag'],
  ['uncollected', 'collection'],
]);

function stateClause(value: string, written: string, not: boolean): Clause {
  if (value === 'unrated') return { kind: 'rating', range: { min: 0, max: 0, openMin: false, openMax: false }, not };
  const missing = missingParts.get(value);
  if (missing) return { kind: 'has', key: missing, not: !not };
  const mark = stateMarks.get(value);
  if (!mark) return usage(`is: expected star, unrated, picked, rejected, hidden, untagged or uncollected, got ${JSON.stringify(written)}`);
  return { kind: 'marks', marks: [mark], not };
}

function dateClause(field: string, value: string, not: boolean): Clause {
  const [first = '', second] = value.includes('..') ? value.split('..') : [value];
  const begin = first === '' ? { from: Number.NEGATIVE_INFINITY, until: 0 } : readDay(first);
  const end = second === undefined ? begin : second === '' ? { from: 0, until: Number.POSITIVE_INFINITY } : readDay(second);
  if (!begin || !end || value === '..')
    return usage(`${field}: expected 2026, 2026-11, 2026-11-25 or two of them as FROM..TO, got ${JSON.stringify(value)}`);
  if (field === 'before') return { kind: 'date', from: Number.NEGATIVE_INFINITY, until: begin.from, not };
  if (field === 'after') return { kind: 'date', from: begin.until, until: Number.POSITIVE_INFINITY, not };
  return { kind: 'date', from: begin.from, until: end.until, not };
}

function orientationClause(value: string, written: string, not: boolean): Clause {
  const orientation = orientations.find((one) => one === value);
  if (orientation === undefined) return usage(`orientation: expected ${orientations.join(', ')}, got ${JSON.stringify(written)}`);
  return { kind: 'orientation', orientation, not };
}

function settingClause(key: string, value: string, not: boolean): Clause {
  const range = readRange(value);
  const whole = range === undefined && value.startsWith('=') && value.length > 1;
  return { kind: 'setting', key, value: whole ? normalise(value.slice(1)) : value, range, whole, not };
}

/**
 * Reads a query: words and "phrases" are looked for in prompt, title, alternative text, tags and collections; `field:value` in any setting
 * (`sampler:euler_a steps:>20 cfg:5..8 lora:ink`; `sampler:=euler`: this word alone), `rating:>=4`, `is:star`, `is:unrated`, `flag:pick`, `hidden:true`, `date:2026-11`, `before:`, `after:`; `-` before one negates it.
 * Case does not matter. An empty query has no conditions.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function parseQuery(query: string): Clause[] {
  const clauses: Clause[] = [];
  for (const { not, field: given, value: written } of words(query)) {
    const value = normalise(written);
    if (value === '') continue;
    const field = given === undefined ? undefined : shortName(normalise(given));
    const part = field === undefined ? undefined : parts[field];
    if (field === undefined) clauses.push({ kind: 'text', value, not });
    else if (part !== undefined) clauses.push({ kind: 'part', key: part, value, whole: wholeParts.includes(part), not });
    else if (field === 'rating') {
      const range = value === 'none' ? { min: 0, max: 0, openMin: false, openMax: false } : readRange(value);
      if (!range) return usage(`rating: expected a number 1..5, a range such as >=4, or none, got ${JSON.stringify(written)}`);
      clauses.push({ kind: 'rating', range, not });
    } else if (field === 'is') {
      clauses.push(stateClause(value, written, not));
    } else if (field === 'flag') {
      const marks = flagMarks.get(value);
      if (!marks) return usage(`flag: expected pick, reject or none, got ${JSON.stringify(written)}`);
      clauses.push({ kind: 'marks', marks, not: not !== (value === 'none') });
    } else if (field === 'hidden') {
      if (value !== 'true' && value !== 'false') return usage(`hidden: expected true or false, got ${JSON.stringify(written)}`);
      clauses.push({ kind: 'marks', marks: ['hidden'], not: not !== (value === 'false') });
    } else if (field === 'date' || field === 'before' || field === 'after') clauses.push(dateClause(field, value, not));
    else if (field === 'orientation') clauses.push(orientationClause(value, written, not));
    else clauses.push(settingClause(field, value, not));
  }
  return clauses;
}
