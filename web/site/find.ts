/** Searching an exported site: a part of the language of the gallery that needs no server. */
import type { SiteWork } from '../../lib/gallery/export/site-data.ts';

export const facets = ['tag', 'model'] as const;
export type Facet = (typeof facets)[number];

/** Without case and accents. */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();

type Test = (work: SiteWork) => boolean;

export const valuesOf = (work: SiteWork, facet: Facet): readonly string[] =>
  facet === 'tag' ? (work.tags ?? []) : work.model === undefined ? [] : [work.model];

const texts = new WeakMap<SiteWork, string>();

/** Everything that words are looked for in. */
function textOf(work: SiteWork): string {
  const known = texts.get(work);
  if (known !== undefined) return known;
  const { name, altText, prompt = '', model = '', tags = [] } = work;
  const text = folded([name, altText, prompt, model, ...tags].join('\n'));
  texts.set(work, text);
  return text;
}

function ratingTest(condition: string): Test | undefined {
  const [, sign = '=', number] = /^(>=|<=|>|<|=)?([1-5])$/.exec(condition) ?? [];
  if (number === undefined) return undefined;
  const wanted = Number(number);
  return ({ rating }) => {
    if (rating === undefined) return false;
    if (sign.startsWith('>')) return rating > wanted || (sign === '>=' && rating === wanted);
    if (sign.startsWith('<')) return rating < wanted || (sign === '<=' && rating === wanted);
    return rating === wanted;
  };
}

const term = /(-?)(?:(tag|model|rating):)?(?:"([^"]*)"|(\S+))/giu;

function testOf(field: string | undefined, value: string): Test {
  const wanted = folded(value);
  const facet = facets.find((one) => one === field);
  if (facet) return (work) => valuesOf(work, facet).some((one) => folded(one) === wanted);
  if (field === 'rating') return ratingTest(value) ?? ((work) => textOf(work).includes(`rating:${wanted}`));
  return (work) => textOf(work).includes(wanted);
}

/** The works that have all words of a query, and meet its conditions: `fox "in snow" tag:ink -model:other rating:>=4`. */
export function find(works: readonly SiteWork[], query: string): readonly SiteWork[] {
  const tests = [...query.matchAll(term)].map(([, minus, field, quoted, word]): Test => {
    const test = testOf(field?.toLowerCase(), quoted ?? word ?? '');
    return minus === '-' ? (work) => !test(work) : test;
  });
  return tests.length === 0 ? works : works.filter((work) => tests.every((test) => test(work)));
}

const conditionOf = (facet: Facet): RegExp => new RegExp(`(?<=^|\\s)${facet}:(?:"([^"]*)"|(\\S+))\\s*`, 'i');

/** The value that a query asks of a facet; '': none. */
export function chosenOf(query: string, facet: Facet): string {
  const [, quoted, word] = conditionOf(facet).exec(query) ?? [];
  return quoted ?? word ?? '';
}

/** The query with another value of a facet; '': any. */
export function choose(query: string, facet: Facet, value: string): string {
  const others = query.replace(conditionOf(facet), '').trim();
  return value === '' ? others : `${others} ${facet}:"${value.replaceAll('"', '')}"`.trim();
}

const mostValues = 100;

/** The values of a facet, the most frequent first. A value with a quotation mark cannot be asked for. */
export function countsOf(works: readonly SiteWork[], facet: Facet): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const work of works) for (const value of valuesOf(work, facet)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .filter(([value]) => !value.includes('"'))
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, mostValues);
}
