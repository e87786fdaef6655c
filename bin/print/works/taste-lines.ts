import type { TasteHead } from '../../../lib/curation/index.ts';
import { decimal, t } from '../../texts/texts.ts';

const percent = (share: number): string => decimal(100 * share, 0);

/** How far a taste can be trusted. The figures behind it are in --json. */
export function metricLines({ kind, n, metrics, model }: TasteHead): string[] {
  const { accuracy = 0, r2 = 0, looR2 = 0 } = metrics;
  const seenBy = model === undefined ? '' : t.taste.seenBy({ model });
  const trust =
    kind === 'duels'
      ? t.taste.decides({ percent: percent(accuracy) })
      : looR2 > 0
        ? t.taste.guesses({ unseen: percent(looR2), seen: percent(r2) })
        : t.taste.guessesNothing;
  return [
    `${kind === 'duels' ? t.taste.duels({ n }) : t.taste.ratings({ n })}${seenBy}`,
    trust,
    ...('posts' in metrics ? postsLines(metrics) : []),
  ];
}

function postsLines(metrics: TasteHead['metrics']): string[] {
  const { posts = 0, postsWeight = 0, postsLooR2 = 0, looR2 = 0, looR2Alone = looR2 } = metrics;
  const worth = postsLooR2 > 0 ? t.taste.postsExplain({ percent: percent(postsLooR2) }) : t.taste.postsExplainNothing;
  return [
    `${t.taste.posts({ n: posts, weight: decimal(postsWeight, 2) })}: ${worth}`,
    ...(looR2 < looR2Alone - 0.01 ? [t.taste.postsHarm({ percent: percent(looR2Alone) })] : []),
  ];
}
