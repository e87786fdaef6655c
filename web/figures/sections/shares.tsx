import { useRef } from 'preact/hooks';
import type { SharesAnswer } from '../../../lib/server/api/figures/views.ts';
import { labelEvery } from '../../charts/scale.ts';
import { useSize } from '../../parts/use-size.ts';
import { numberText, t } from '../../texts/text.ts';
import { type ChartData, type Slot, tableOf } from '../charts/chart-data.ts';
import { saveCsv } from '../charts/csv.ts';
import { CsvButton, DataTable } from '../charts/figure.tsx';
import { type SlotChoice, useSlot } from '../charts/use-slot.ts';
import { percentText } from '../format.ts';
import { type NameKind, nameQuery, type Range, worksHref } from '../range.ts';
import { type Grouping, slotOf, withGaps } from '../spans.ts';

interface SharesProps {
  answer: SharesAnswer;
  kind: NameKind;
  by: Grouping;
  range: Range;
}

interface Row {
  name: string;
  href: string | undefined;
  counts: readonly number[];
  total: number;
}

const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);
const inset = { left: 0, right: 0 };
/** The columns of all rows: name, strip, number. */
const columns = 'grid grid-cols-[minmax(5.5rem,12rem)_minmax(0,1fr)_5.5rem] items-end gap-x-3';

/** A strip of columns for each name, all to one scale: which were painted when, and how often. */
export function Shares({ answer, kind, by, range }: SharesProps) {
  const spans = withGaps(answer.spans, by);
  const slots = spans.map((span) => slotOf(span, by));
  const works = spans.map((span) => span.works);
  const rows = rowsOf({ answer, kind, range, spans });
  const choice = useSlot(slots.length, inset);
  const title = t(`figures.over.${kind}`);
  const data: ChartData = {
    slotName: t(`figures.by.${by}`),
    slots,
    format: (value) => numberText(value),
    series: [
      ...rows.map(({ name, counts, total }) => ({ label: name, look: 'main' as const, values: counts, overall: numberText(total) })),
      { label: t('figures.worksInAll'), look: 'quiet', values: works, overall: numberText(sum(works)) },
    ],
  };
  const most = Math.max(0.01, ...rows.flatMap(({ counts }) => counts.map((count, at) => count / (works[at] || 1))));
  return (
    <section aria-label={title} class="flex flex-col gap-3 rounded-lg border border-line bg-raised p-3">
      <header class="flex items-start gap-2">
        <div class="min-w-0 flex-1">
          <h2 class="font-medium">{title}</h2>
          <p class="text-sm text-muted">{t('figures.sharesAbout', { most: percentText(most) })}</p>
        </div>
        <CsvButton
          title={title}
          onClick={() =>
            saveCsv(
              tableOf(data, (label) => [label, label]),
              `${kind}s`,
            )
          }
        />
      </header>
      <ul class="flex flex-col gap-2">
        {rows.map((row) => (
          <Strip key={`${row.href}\n${row.name}`} row={row} works={works} most={most} choice={choice} />
        ))}
      </ul>
      <Axis title={title} slots={slots} rows={rows} works={works} choice={choice} />
      <details>
        <summary class="min-h-6 cursor-pointer text-sm text-muted">{t('figures.asTable')}</summary>
        <DataTable title={title} data={data} />
      </details>
    </section>
  );
}

function rowsOf({
  answer,
  kind,
  range,
  spans,
}: Pick<SharesProps, 'answer' | 'kind' | 'range'> & { spans: ReturnType<typeof withGaps<SharesAnswer['spans'][number]>> }): Row[] {
  const row = (name: string, href: string | undefined, of: (span: SharesAnswer['spans'][number]) => number): Row => {
    const counts = spans.map((span) => ('counts' in span ? of(span) : 0));
    return { name, href, counts, total: sum(counts) };
  };
  return [
    ...answer.names.map((name, column) => row(name, worksHref(nameQuery(kind, name, range)), ({ counts }) => counts[column] ?? 0)),
    row(t('figures.others'), undefined, ({ others }) => others),
    row(t(`figures.without.${kind}`), undefined, ({ without }) => without),
  ].filter(({ href, total }) => href !== undefined || total > 0);
}

interface StripProps {
  row: Row;
  works: readonly number[];
  /** The largest share of all rows. */
  most: number;
  choice: SlotChoice;
}

const stripHeight = 32;
/** Of a label below the strips, CSS pixels. */
const labelWidth = 80;

function Strip({ row: { name, href, counts, total }, works, most, choice: { at, onPointerMove, onPointerLeave } }: StripProps) {
  const of = at === undefined ? sum(works) : (works[at] ?? 0);
  const count = at === undefined ? total : (counts[at] ?? 0);
  return (
    <li class={columns}>
      {href === undefined ? (
        <span class="truncate text-sm text-muted">{name}</span>
      ) : (
        <a
          href={href}
          class="min-h-6 truncate text-sm underline decoration-line underline-offset-4 hover:decoration-ink"
          title={name}
          dir="auto"
        >
          {name}
        </a>
      )}
      {/* The slider below does the same with keys. */}
      <div class="h-8" aria-hidden="true" onPointerMove={onPointerMove} onPointerLeave={onPointerLeave}>
        <svg
          class="h-full w-full border-b border-line"
          viewBox={`0 0 ${counts.length} ${stripHeight}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {at !== undefined && <rect class="fill-sunken" x={at} y={0} width={1} height={stripHeight} />}
          {counts.map((value, slot) => {
            const height = value === 0 ? 0 : Math.max(2, (stripHeight * value) / (works[slot] || 1) / most);
            return (
              height > 0 && (
                <rect
                  key={slot}
                  class={href === undefined ? 'fill-muted' : 'fill-accent'}
                  x={slot + 0.08}
                  y={stripHeight - height}
                  width={0.84}
                  height={height}
                />
              )
            );
          })}
        </svg>
      </div>
      <span class="text-right text-xs text-muted tabular-nums">
        <span class="text-sm text-ink">{numberText(count)}</span> {of > 0 && percentText(count / of)}
      </span>
    </li>
  );
}

interface AxisProps {
  title: string;
  slots: readonly Slot[];
  rows: readonly Row[];
  works: readonly number[];
  choice: SlotChoice;
}

/** The time below the strips; it chooses the span whose numbers are shown. */
function Axis({ title, slots, rows, works, choice }: AxisProps) {
  const { at, ...events } = choice;
  const slot = at === undefined ? undefined : slots[at];
  const shown = at === undefined ? [] : rows.map(({ name, counts }) => `${name}: ${counts[at] ?? 0}`);
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const every = labelEvery(slots.length, width, labelWidth);
  return (
    <div class={columns}>
      <span class="truncate text-sm font-medium" dir="auto">
        {slot?.label ?? t('figures.wholeTime')}
      </span>
      <div
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label={title}
        aria-valuemin={1}
        aria-valuemax={slots.length}
        aria-valuenow={(at ?? slots.length - 1) + 1}
        aria-valuetext={[slot?.label ?? t('figures.wholeTime'), ...shown].join(', ')}
        aria-readonly="true"
        class="relative h-6 touch-pan-y overflow-hidden text-[11px] text-muted"
        {...events}
      >
        {slots.map(({ label, short }, place) =>
          place % every === 0 ? (
            <span key={label} class="absolute bottom-0 whitespace-nowrap" style={{ left: `${(100 * place) / slots.length}%` }} dir="auto">
              {short}
            </span>
          ) : null,
        )}
      </div>
      <span class="text-right text-xs text-muted tabular-nums">
        {t('works.count', { n: at === undefined ? sum(works) : (works[at] ?? 0) })}
      </span>
    </div>
  );
}
