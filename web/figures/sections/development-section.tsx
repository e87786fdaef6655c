import type { StyleAnswer } from '../../../lib/server/api/figures/views.ts';
import { Empty } from '../../form/sections.tsx';
import { place } from '../../navigate/router.ts';
import { numberText, t } from '../../texts/text.ts';
import { Awaited } from '../awaited.tsx';
import type { ChartData } from '../charts/chart-data.ts';
import { Figure } from '../charts/figure.tsx';
import { GroupingLinks } from '../grouping-links.tsx';
import { NoWorks } from '../no-works.tsx';
import { asked, isReversed, type Range } from '../range.ts';
import { type Grouping, groupingOf, slotOf, withGaps } from '../spans.ts';

const measures = ['consistency', 'novelty', 'vendi'] as const;
type Measure = (typeof measures)[number];
type Spans = ReturnType<typeof withGaps<StyleAnswer['spans'][number]>>;

const isUnfinished = ({ compared, works }: StyleAnswer): boolean => compared < works;

/** How alike the works are, how new, and how varied, over time. */
export function DevelopmentSection({ range }: { range: Range }) {
  const by = groupingOf(place.value.query['by'], range);
  return (
    <>
      <div class="flex flex-wrap gap-3">
        <GroupingLinks by={by} />
      </div>
      <Awaited<StyleAnswer>
        path={isReversed(range) ? undefined : 'figures/style'}
        query={{ by, ...asked(range) }}
        height={900}
        isUnfinished={isUnfinished}
      >
        {(answer) => (answer.works === 0 ? <NoWorks range={range} /> : <Shown answer={answer} by={by} range={range} />)}
      </Awaited>
    </>
  );
}

function Shown({ answer, by, range }: { answer: StyleAnswer; by: Grouping; range: Range }) {
  const { spans, compared, works, scorer } = answer;
  const all = withGaps(spans, by);
  const shown = measures.filter((measure) => spans.some((span) => span[measure] !== null));
  return (
    <>
      {compared < works && (
        <p role="status" class="rounded-lg bg-sunken px-3 py-2 text-sm">
          {t('figures.stillComparing', { n: works - compared })}
        </p>
      )}
      {spans.length === 0 && compared === works && <NoWorks range={range} />}
      {spans.length > 0 && shown.length === 0 && <Empty>{t('figures.tooFew')}</Empty>}
      {shown.map((measure) => (
        <Figure
          key={measure}
          title={t(`figures.${measure}`)}
          about={t(`figures.${measure}.about`, { of: spans.find((span) => span.vendi)?.vendi?.of ?? 0 })}
          kind="points"
          file={measure}
          data={dataOf(all, measure, by)}
        />
      ))}
      {shown.length > 0 && <p class="text-xs text-muted">{t('figures.styleNote', { scorer })}</p>}
    </>
  );
}

function dataOf(spans: Spans, measure: Measure, by: Grouping): ChartData {
  const found = spans.map((span) => ('n' in span ? span[measure] : null));
  const format = (value: number): string => numberText(value, measure === 'vendi' ? 1 : 3);
  const last = found.findLast((one) => one !== null);
  return {
    slotName: t(`figures.by.${by}`),
    slots: spans.map((span) => slotOf(span, by)),
    format,
    series: [
      {
        label: t(`figures.${measure}`),
        look: 'main',
        values: found.map((one) => one?.mean ?? null),
        intervals: found.map((one) => one?.interval ?? null),
        overall: last ? t('figures.latest', { value: format(last.mean) }) : '',
      },
    ],
  };
}
