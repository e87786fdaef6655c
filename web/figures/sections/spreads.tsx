import type { SpreadsAnswer } from '../../../lib/server/api/figures/views.ts';
import { numberText, t } from '../../texts/text.ts';
import { Awaited } from '../awaited.tsx';
import type { ChartData } from '../charts/chart-data.ts';
import { Figure } from '../charts/figure.tsx';
import { percentText, wholeText } from '../format.ts';
import { asked, dateCondition, type Range, worksHref } from '../range.ts';
import { termText } from '../terms.ts';

/** How the ratings and the scores of the kept works spread. */
export function Spreads({ path, range }: { path: string | undefined; range: Range }) {
  return (
    <Awaited<SpreadsAnswer> path={path} query={asked(range)} height={420}>
      {({ scores, ratings }) => {
        const isMixed = new Set(scores.map(({ scorer }) => scorer)).size > 1;
        return (
          <>
            <h2 class="text-lg font-semibold">{t('figures.spreads')}</h2>
            <div class="grid gap-4 lg:grid-cols-2">
              {ratings.some((count) => count > 0) ? (
                <Figure title={t('figures.ratings')} kind="columns" height={150} file="ratings" data={ratingData(ratings, range)} />
              ) : (
                <p class="text-sm text-muted">{t('figures.noRatings')}</p>
              )}
              {scores.map((score) => (
                <Figure
                  key={`${score.scorer}\n${score.term}`}
                  title={termText(score.term)}
                  {...(isMixed && { about: score.scorer })}
                  kind="columns"
                  height={150}
                  file={`scores-${score.term}`}
                  data={scoreData(score)}
                />
              ))}
            </div>
          </>
        );
      }}
    </Awaited>
  );
}

function ratingData(ratings: readonly number[], range: Range): ChartData {
  const total = ratings.reduce((sum, count) => sum + count, 0);
  const mean = ratings.reduce((sum, count, at) => sum + count * (at + 1), 0) / total;
  return {
    slotName: t('figures.stars'),
    slots: ratings.map((_, at) => ({
      label: t('figures.nStars', { n: at + 1 }),
      short: '★'.repeat(at + 1),
      href: worksHref(`rating:${at + 1} ${dateCondition(range)}`.trim()),
    })),
    format: wholeText,
    series: [
      {
        label: t('figures.works.series'),
        look: 'main',
        values: ratings,
        overall: t('figures.ratedMean', { n: total, mean: numberText(mean, 1, { isFixed: true }) }),
      },
    ],
  };
}

type Score = SpreadsAnswer['scores'][number];

function scoreData({ quantiles, classes, n }: Score): ChartData {
  const [least = 0, lower = 0, median = 0, upper = 0, most = 0] = quantiles;
  const width = (most - least) / classes.length;
  // So many digits that neighbouring classes have different labels.
  const digits = Math.min(6, Math.max(2, Math.ceil(-Math.log10(width || 1))));
  const text = (value: number): string => numberText(value, digits);
  return {
    slotName: t('figures.scores'),
    slots: classes.map((_, at) => ({
      label: t('common.interval', { low: text(least + at * width), high: text(least + (at + 1) * width) }),
      short: text(least + at * width),
    })),
    format: wholeText,
    series: [
      {
        label: t('figures.works.series'),
        look: 'main',
        values: classes,
        overall: t('figures.spreadIs', { n, median: text(median), lower: text(lower), upper: text(upper), half: percentText(0.5) }),
      },
    ],
  };
}
