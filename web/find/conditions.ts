/** Queries as lists of conditions, so that buttons can add, remove and negate one. The text of the query stays the one truth. */
import { conditionForm } from '../../lib/gallery/search/query-form.ts';

export interface Condition {
  /** As it stands in the query. */
  text: string;
  not: boolean;
  /** In lower case; undefined: words anywhere. */
  field: string | undefined;
  value: string;
}

/** The conditions of a query. What the server would refuse, such as an open quotation mark, is one of words. */
export function conditionsOf(query: string): Condition[] {
  const form = conditionForm();
  const found: Condition[] = [];
  for (let at = 0; ; ) {
    while (/\s/.test(query[at] ?? '')) at++;
    form.lastIndex = at;
    const match = at < query.length ? form.exec(query) : null;
    if (!match) return found;
    at = form.lastIndex;
    const [text = '', minus, field, phrase, word = ''] = match;
    found.push({ text, not: minus === '-', field: field?.toLowerCase(), value: phrase === undefined ? word : unescaped(phrase) });
  }
}

const unescaped = (phrase: string): string => phrase.replace(/\\(.)/g, '$1');
export const queryOf = (conditions: readonly Condition[]): string => conditions.map(({ text }) => text).join(' ');

/** A condition as text, with quotation marks where the value needs them. */
export function conditionText(field: string | undefined, value: string, not = false): string {
  const isPlain = /^[^\s"\\]+$/.test(value) && (field !== undefined || !/^-|^@|:/.test(value));
  const quoted = isPlain ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
  return `${not ? '-' : ''}${field === undefined ? '' : `${field}:`}${quoted}`;
}

const isSame = (a: Condition, b: Condition): boolean =>
  a.not === b.not && a.field === b.field && a.value.toLowerCase() === b.value.toLowerCase();

/** Whether a query has the condition; both as text. */
export function hasCondition(query: string, text: string): boolean {
  const [wanted] = conditionsOf(text);
  return wanted !== undefined && conditionsOf(query).some((one) => isSame(one, wanted));
}

export function withoutCondition(query: string, text: string): string {
  const [unwanted] = conditionsOf(text);
  return unwanted ? queryOf(conditionsOf(query).filter((one) => !isSame(one, unwanted))) : query;
}

/** The query narrowed by a condition. Its opposite goes. */
export function withCondition(query: string, text: string): string {
  const cleared = withoutCondition(withoutCondition(query, text), opposite(text));
  return cleared === '' ? text : `${cleared} ${text}`;
}

export const opposite = (text: string): string => (text.startsWith('-') ? text.slice(1) : `-${text}`);

/** Words that the works of a query contain: what to highlight. */
export const wordsOf = (query: string): string[] =>
  conditionsOf(query).flatMap(({ not, field, value }) =>
    !not && value !== '' && ((field === undefined && !value.startsWith('@')) || field === 'prompt') ? [value] : [],
  );
