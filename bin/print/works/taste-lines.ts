import { counted } from '../../../lib/core/index.ts';
import type { TasteHead } from '../../../lib/curation/index.ts';

/** Lines about the quality of a taste head. */
export function metricLines({ kind, n, metrics, model }: TasteHead): string[] {
  const value = (name: string): string => (metrics[name] ?? Number.NaN).toFixed(3);
  const scorer = model === undefined ? '' : ` for ${model}`;
  if (kind === 'duels')
    return [
      `taste from ${counted(n, 'duel')}${scorer}: decides ${((metrics['accuracy'] ?? 0) * 100).toFixed(0)} % of them as you did, log loss ${value('logLoss')}`,
      'measured on the training duels: too optimistic with fewer duels than values in an embedding',
    ];
  const learnt = (metrics['looR2'] ?? 0) > 0;
  return [
    `taste from ${counted(n, 'rating')}${scorer}: explains ${value('r2')} of them, ${value('looR2')} when left out (1: all, 0 or less: nothing was learned)`,
    ...(learnt ? [] : ['nothing was learned yet: rate more works, and use the whole scale']),
  ];
}
