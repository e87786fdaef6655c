/** Measures of the ranking, in words. */
import { type TextKey, t } from '../texts/text.ts';

const known: Readonly<Record<string, TextKey>> = {
  promptAlign: 'why.term.promptAlign',
  aesthetic: 'why.term.aesthetic',
  styleFit: 'why.term.styleFit',
  novelty: 'why.term.novelty',
  technical: 'why.term.technical',
  total: 'figures.term.total',
};

/** A newer server may know others. */
export function termText(term: string): string {
  const key = known[term];
  return key === undefined ? term : t(key);
}
