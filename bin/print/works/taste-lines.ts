import { counted } from '../../../lib/core/index.ts';
import type { TasteHead } from '../../../lib/curation/index.ts';

/** Lines about the quality of a taste head. */
export function metricLines({ kind, n, metrics, model }: TasteHead): string[] {
  const value = (name: string): string => (metrics[name] ?? Number.NaN).toFixed(3);
  const scorer = model === undefined ? '' : ` for ${model}`;
  const posts = 'posts' in metrics ? [postsLine(metrics)] : [];
  if (kind === 'duels')
    return [
      `taste from ${counted(n, 'duel')}${scorer}: decides ${((metrics['accuracy'] ?? 0) * 100).toFixed(0)} % of them as you did, log loss ${value('logLoss')}`,
      'measured on the training duels: too optimistic with fewer duels than values in an embedding',
      ...posts,
    ];
  const learnt = (metrics['looR2'] ?? 0) > 0;
  return [
    `taste from ${counted(n, 'rating')}${scorer}: explains ${value('r2')} of them, ${value('looR2')} when left out (1: all, 0 or less: nothing was learned)`,
    ...(learnt ? [] : ['nothing was learned yet: rate more works, and use the whole scale']),
    ...posts,
  ];
}

function postsLine(metrics: TasteHead['metrics']): string {
  const { posts = 0, postsWeight = 0, postsLooR2 = 0, looR2 = 0, looR2Alone = looR2 } = metrics;
  const sure =
    postsLooR2 > 0
      ? `pictures explain ${postsLooR2.toFixed(3)} of what they brought`
      : 'pictures do not explain what they brought: they teach chance';
  const harm = looR2 < looR2Alone - 0.01 ? `. Without them your ratings are explained better (${looR2Alone.toFixed(3)}): use less` : '';
  return `and from posts of ${counted(posts, 'work')}, each with the weight ${postsWeight.toFixed(2)}: ${sure}${harm}`;
}
