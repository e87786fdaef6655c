import { withoutFolder } from '../describe.ts';
import type { Sidecar } from '../store/sidecar.ts';

/**
 * The search text of a work: its fields, each as separator, key, value, all in lower case. Free text comes first and has keys of one
 * control character, so that no word of a query can match a key.
 */
export const separator = '\x1f';
/** Between the key of a setting and its value. */
export const assigned = '\x1e';
/** Between free text and settings. */
export const settingsMark = '\x1d';
export const textKeys = { prompt: '\x01', title: '\x02', alt: '\x03', tag: '\x04', collection: '\x05' } as const;
export type TextKey = keyof typeof textKeys;

/** The task a work was painted for, of the schedule or a queue. */
export const taskKey = 'task';

/** Longest value that is stored, in UTF-16 units: a prompt as long as a book would slow every search. */
const longestValue = 4000;

/** A value or query as in the index: in lower case and without control characters, so that it contains no separator or line break. */
export function normalise(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\x00-\x1f\x7f]+/g, ' ')
    .trim();
}

/** Whether two names of tags or collections are one to the index and to queries: case and Unicode form do not matter. */
export const sameName = (a: string, b: string): boolean => normalise(a) === normalise(b);

/** Settings by the names that queries use: `sampler`, `cfgscale`, `lora`, `extra.style`. A list gives several entries. */
function settings(value: unknown, key: string, found: [string, string][]): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) settings(item, key, found);
  } else if (typeof value === 'object') {
    const { name, ...rest } = value as Record<string, unknown>;
    settings(typeof name === 'string' ? withoutFolder(name) : name, key, found);
    for (const [inner, item] of Object.entries(rest)) settings(item, key === '' ? inner : `${key}.${inner}`, found);
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') found.push([key, String(value)]);
}

/** Further names that people search for. */
const shortNames: Readonly<Record<string, string>> = { loras: 'lora', negativeprompt: 'negative', cfgscale: 'cfg' };

export function shortName(key: string): string {
  const [first = '', ...rest] = key.toLowerCase().split('.');
  return [shortNames[first] ?? first, ...rest].join('.');
}

/** The score that a work was kept for: its total, and under `score.<term>` each of its terms. */
function scoreOf(ledger: Sidecar['curation']): unknown {
  const { winner, candidates } = (ledger ?? {}) as { winner?: unknown; candidates?: unknown };
  const kept: unknown = Array.isArray(candidates) && typeof winner === 'number' ? candidates[winner] : undefined;
  if (kept === null || typeof kept !== 'object') return undefined;
  const { total, terms } = kept as Record<string, unknown>;
  return { name: total, ...(terms !== null && typeof terms === 'object' && terms) };
}

/** The series of a work: its id, and under `series.index` the work's place in it, from 0. */
function seriesOf(series: unknown): unknown {
  const { id, index } = (series ?? {}) as { id?: unknown; index?: unknown };
  return typeof id === 'string' ? { name: id, index } : undefined;
}

export function searchText(work: Sidecar): string {
  const { prompt, ...recipe } = work.recipe ?? {};
  const texts: [TextKey, string | undefined][] = [
    ['prompt', prompt],
    ['title', work.title],
    ['alt', work.altText],
    ...(work.tags ?? []).map((tag): [TextKey, string] => ['tag', tag]),
    ...(work.collections ?? []).map((name): [TextKey, string] => ['collection', name]),
  ];
  const found: [string, string][] = [];
  settings(recipe, '', found);
  settings({ width: work.image.width, height: work.image.height, size: `${work.image.width}x${work.image.height}` }, '', found);
  settings(
    { sha256: work.image.sha256, program: work.imported?.program, scorer: work.curation?.['curation'], licence: work.licence?.id },
    '',
    found,
  );
  const { style = work.recipe?.extra?.['style'], topic, period, series } = work.derivation ?? {};
  settings({ style, topic, period, series: seriesOf(series), score: scoreOf(work.curation) }, '', found);
  // The works that it was made from: `from:ID` finds what was made of a work.
  const from = work.derivation?.['from'];
  if (Array.isArray(from)) settings({ from: from.map((source: unknown) => (source as { work?: unknown } | null)?.work) }, '', found);
  const task = work.derivation?.['task'];
  if (typeof task === 'string') found.push([taskKey, task]);
  const text = texts.flatMap(([key, value]) => (value === undefined || value === '' ? [] : [separator, textKeys[key], short(value)]));
  // An enlarged picture has two sizes, painted and final: a query finds both.
  const pairs = new Set(found.map(([key, value]) => `${separator}${shortName(normalise(key))}${assigned}${short(value)}`));
  return `${text.join('')}${separator}${settingsMark}${[...pairs].join('')}${separator}`;
}

const short = (value: string): string => normalise(value.slice(0, longestValue));

/** Values of a setting in the search text of a work, bytes from..to. */
export function settingsOf(bytes: Buffer<ArrayBufferLike>, from: number, to: number, key: string): string[] {
  const needle = `${separator}${key}${assigned}`;
  const values: string[] = [];
  for (let at = bytes.indexOf(needle, from); at >= 0 && at < to; at = bytes.indexOf(needle, at + 1))
    values.push(bytes.toString('utf8', at + needle.length, bytes.indexOf(separator, at + needle.length)));
  return values;
}
