/** What may be meant by the condition at the end of what was typed. */
import type { FacetName } from '../../lib/gallery/search/facets.ts';
import { knownFields } from '../../lib/gallery/search/query-form.ts';
import { completed } from '../../lib/server/api/settings/completion.ts';
import { savedSearches } from '../saved/saved-searches.ts';
import { t } from '../texts/text.ts';
import { conditionText } from './conditions.ts';
import { facetOrder, facetRow } from './facet-table.ts';
import { allFacets } from './facets.ts';

export interface Suggestion {
  label: string;
  /** Number of works, or what it is. */
  detail: string;
  /** The whole text of the field after it was chosen. */
  text: string;
}

const most = 9;
/** The condition that is being typed: minus sign, field, beginning of the value. */
const openCondition = /(?:^|\s)(-?)(?:([\p{L}][\p{L}\p{N}_.-]*):)?("(?:[^"\\]|\\.)*|[^\s"]*)$/u;

/** Values of fields that are no facets. */
const fixedValues: Readonly<Record<string, readonly string[]>> = {
  is: ['star', 'unrated', 'picked', 'rejected', 'hidden', 'untagged', 'uncollected'],
  rating: ['5', '>=4', '>=3', '<=2', 'none'],
  flag: ['pick', 'reject', 'none'],
  hidden: ['true', 'false'],
};
const facetOfField = (field: string): FacetName | undefined =>
  field === 'date' || field === 'before' || field === 'after' ? 'month' : facetOrder.find((one) => one === field);

interface Offer {
  value: string;
  label: string;
  detail: string;
  condition: string;
}

const works = (n: number): string => t('works.count', { n });

async function valuesOf(field: string, not: boolean): Promise<Offer[]> {
  const minus = not ? '-' : '';
  const fixed = fixedValues[field];
  if (fixed) return fixed.map((value) => ({ value, label: `${field}:${value}`, detail: '', condition: `${minus}${field}:${value}` }));
  const facet = facetOfField(field);
  if (facet === undefined) return [];
  const counts = (await allFacets())[facet] ?? [];
  const ordered = facet === 'month' ? [...counts].reverse() : counts;
  return ordered.map(({ name, works: n }) => {
    const condition = facet === 'month' ? `${field}:${name}` : facetRow(facet).condition(name);
    return { value: name, label: `${field}:${name}`, detail: works(n), condition: `${minus}${condition}` };
  });
}

async function startsOf(not: boolean): Promise<Offer[]> {
  const { tag = [], collection = [] } = await allFacets();
  const minus = not ? '-' : '';
  const named = (field: 'tag' | 'collection', names: typeof tag): Offer[] =>
    names.map(({ name, works: n }) => ({
      value: name,
      label: `${field}:${name}`,
      detail: works(n),
      condition: conditionText(field, name, not),
    }));
  const fields = knownFields.map((field) => ({
    value: field,
    label: `${field}:`,
    detail: t('find.field'),
    condition: `${minus}${field}:`,
  }));
  return [...fields, ...named('tag', tag), ...named('collection', collection)];
}

async function savedOffers(not: boolean): Promise<Offer[]> {
  if (not) return [];
  return (await savedSearches()).map(({ name, query }) => ({ value: `@${name}`, label: `@${name}`, detail: query, condition: `@${name}` }));
}

/** @param text of the search field up to the caret */
export async function suggestionsFor(text: string): Promise<Suggestion[]> {
  const [whole, minus, field, typed = ''] = openCondition.exec(text) ?? [];
  if (whole === undefined || (field === undefined && typed === '')) return [];
  const not = minus === '-';
  const begun = typed.replace(/^"/, '').replace(/^=/, '');
  const offers =
    field !== undefined ? await valuesOf(field.toLowerCase(), not) : typed.startsWith('@') ? await savedOffers(not) : await startsOf(not);
  const before = text.slice(0, text.length - whole.trimStart().length);
  return completed(offers, { q: begun, limit: most }, ({ value }) => [value]).map(({ label, detail, condition }) => ({
    label: not ? `-${label}` : label,
    detail,
    text: `${before}${condition}${condition.endsWith(':') ? '' : ' '}`,
  }));
}
