import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { frame } from '../../charts/scale.ts';
import { Icon } from '../../parts/icon.tsx';
import { t } from '../../texts/text.ts';
import { type ChartData, type Look, type Series, tableOf } from './chart-data.ts';
import { saveCsv } from './csv.ts';
import { Bar, Stripes } from './marks.tsx';
import { Plot, type PlotKind } from './plot.tsx';
import { useSlot } from './use-slot.ts';

interface FigureProps {
  title: string;
  kind: PlotKind;
  data: ChartData;
  /** Name of the file, without its ending. */
  file: string;
  /** What the figure means, in a sentence. */
  about?: ComponentChildren;
  height?: number;
}

/** A chart with its read-out, the same as a table, and as a file. */
export function Figure({ title, kind, data, file, about, height = 190 }: FigureProps) {
  const choice = useSlot(data.slots.length, frame);
  const { at } = choice;
  const said = [at === undefined ? '' : data.slots[at]?.label, ...data.series.map((one) => `${one.label}: ${valueText(data, one, at)}`)]
    .filter((part) => part)
    .join(', ');
  return (
    <section aria-label={title} class="flex min-w-0 flex-col gap-2 rounded-lg border border-line bg-raised p-3">
      <header class="flex items-start gap-2">
        <div class="min-w-0 flex-1">
          <h2 class="font-medium" dir="auto">
            {title}
          </h2>
          {about && <p class="max-w-prose text-sm text-muted">{about}</p>}
        </div>
        <CsvButton title={title} onClick={() => saveCsv(tableOf(data, boundNames), file)} />
      </header>
      <Plot kind={kind} title={title} data={data} height={height} choice={choice} said={said} />
      <ReadOut data={data} at={at} />
      <details>
        <summary class="min-h-6 cursor-pointer text-sm text-muted">{t('figures.asTable')}</summary>
        <DataTable title={title} data={data} />
      </details>
    </section>
  );
}

const boundNames = (label: string): [string, string] => [t('figures.lowOf', { label }), t('figures.highOf', { label })];

export function CsvButton({ title, onClick }: { title: string; onClick: () => void }) {
  const label = t('figures.csv', { title });
  return (
    <button
      type="button"
      class="inline-flex min-h-8 items-center gap-1 rounded-md px-2 text-xs text-muted hover:bg-sunken hover:text-ink"
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name="download" size={16} />
      CSV
    </button>
  );
}

function valueText({ format }: ChartData, { values, intervals, overall }: Series, at: number | undefined): string {
  if (at === undefined) return overall;
  const value = values[at] ?? null;
  if (value === null) return t('figures.notMeasured');
  const interval = intervals?.[at];
  return interval
    ? t('figures.withInterval', { value: format(value), low: format(interval[0]), high: format(interval[1]) })
    : format(value);
}

/** The values of the slot that is pointed at, or of all: it names what each look means. */
function ReadOut({ data, at }: { data: ChartData; at: number | undefined }) {
  const slot = at === undefined ? undefined : data.slots[at];
  return (
    <div class="flex min-h-11 flex-wrap content-start gap-x-4 gap-y-1 text-sm sm:min-h-6" aria-hidden="true">
      {slot && (
        <span class="font-medium" dir="auto">
          {slot.label}
        </span>
      )}
      {data.series.map((one) => (
        <span key={one.label} class="inline-flex items-center gap-1.5">
          {data.series.length > 1 && <Swatch look={one.look} />}
          <span class="text-muted">{one.label}</span>
          <span class="tabular-nums">{valueText(data, one, at)}</span>
        </span>
      ))}
    </div>
  );
}

function Swatch({ look }: { look: Look }) {
  const id = useId();
  return (
    <svg width="12" height="12" aria-hidden="true">
      {look === 'bad' && <Stripes id={id} />}
      <Bar look={look} stripes={id} x={0.5} y={0.5} width={11} height={11} />
    </svg>
  );
}

export function DataTable({ title, data }: { title: string; data: ChartData }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="max-h-80 overflow-auto" aria-label={t('figures.tableOf', { title })} tabIndex={0}>
      <table class="text-sm">
        <thead>
          <tr class="text-left text-muted">
            {[data.slotName, ...data.series.map(({ label }) => label)].map((name) => (
              <th key={name} scope="col" class="pr-6 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.slots.map(({ label, href }, at) => (
            <tr key={label}>
              <th scope="row" class="pr-6 text-left font-normal" dir="auto">
                {href === undefined ? (
                  label
                ) : (
                  <a class="inline-block min-h-6 text-accent underline" href={href}>
                    {label}
                  </a>
                )}
              </th>
              {data.series.map((one) => (
                <td key={one.label} class="pr-6 tabular-nums">
                  {valueText(data, one, at)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
