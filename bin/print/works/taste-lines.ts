import { counted } from '../../../lib/core/index.ts';
import type { TasteHead } from '../../../lib/curation/index.ts';

/** How a head says what it was measured at. */
export function metricLines({ kind, n, metrics, model }: TasteHead): string[] {
  const value = (name: string): string => (metrics[name] ?? Number.NaN).toFixed(3);
  const scorer = model === undefined ? '' : ` for ${model}`;
  if (kind === 'duels')
    return [
      `taste from ${counted(n, 'duel')}${scorer}: decides ${((metrics['accuracy'] ?? 0) * 100).toFixed(0)} % of them as you did, log loss ${value('logLoss')}`,
      'measured on the duels themselves: with fewer duels than values of an embedding this flatters',
    ];
  const learnt = (metrics['looR2'] ?? 0) > 0;
  return [
    `taste from ${counted(n, 'rating')}${scorer}: explains ${value('r2')} of them, ${value('looR2')} of those left out (1: all, 0 or less: nothing was learnt)`,
    ...(learnt ? [] : ['nothing was learnt yet: rate more works, and more differently']),
  ];
}
