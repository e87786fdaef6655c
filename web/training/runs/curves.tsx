import { useMemo } from 'preact/hooks';
import type { Curve } from '../../api/training.ts';
import type { Line, Span } from '../../charts/line.ts';
import { LineChart } from '../../charts/line-chart.tsx';
import { place, setQuery } from '../../navigate/router.ts';
import { numberText, t } from '../../texts/text.ts';

export interface NamedCurve extends Curve {
  name: string;
}

/** Losses of one run, or of several to compare: smoothed, and held-out where it was measured. */
export function linesOf(curves: readonly NamedCurve[]): Line[] {
  const isOne = curves.length === 1;
  return curves.flatMap(({ name, steps, validation }) => {
    const points = steps.map(({ step, loss, smoothedLoss }) => [step, smoothedLoss ?? loss] as const);
    const held = validation.map(({ step, loss }) => [step, loss] as const);
    return [
      { label: isOne ? t('training.loss') : name, points },
      ...(held.length > 0
        ? [{ label: isOne ? t('training.heldOut') : t('training.heldOutOf', { name }), points: held, isSparse: true }]
        : []),
    ];
  });
}

/** Rows of the table; more say no more. */
const mostRows = 20;

/** A chart of losses, and the same as a table. */
export function Curves({ curves }: { curves: readonly NamedCurve[] }) {
  const lines = useMemo(() => linesOf(curves), [curves]);
  if (lines.every(({ points }) => points.length === 0)) return <p class="text-sm text-muted">{t('training.noSteps')}</p>;
  return (
    <div class="flex flex-col gap-2">
      <LineChart
        key={lines.map(({ label }) => label).join('\n')}
        lines={lines}
        label={lines.map(({ label, points }) => sentenceOf(label, points)).join(' ')}
        stepName={t('training.step')}
        span={spanOf(place.value.query['steps'])}
        onSpan={(span) => setQuery({ steps: span?.join('-') }, { replace: true })}
      />
      <details>
        <summary class="min-h-6 cursor-pointer text-sm text-muted">{t('training.asTable')}</summary>
        <Table lines={lines} />
      </details>
    </div>
  );
}

/** The steps in the address: `100-500`. */
function spanOf(text = ''): Span | undefined {
  const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(text) ?? [];
  return from !== undefined && Number(from) < Number(to) ? [Number(from), Number(to)] : undefined;
}

function sentenceOf(label: string, points: Line['points']): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return '';
  return t('training.curveIs', { label, first: numberText(first[1], 4), last: numberText(last[1], 4), step: last[0] });
}

function Table({ lines }: { lines: readonly Line[] }) {
  const steps = [...new Set(lines.flatMap(({ points }) => points.map(([step]) => step)))].sort((a, b) => a - b);
  const stride = Math.max(1, Math.ceil(steps.length / mostRows));
  const shown = steps.filter((_, index) => index % stride === 0 || index === steps.length - 1);
  const values = lines.map(({ points }) => new Map(points));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="overflow-x-auto" aria-label={t('training.asTable')} tabIndex={0}>
      <table class="text-sm">
        <thead>
          <tr class="text-left text-muted">
            <th scope="col" class="pr-6 font-medium">
              {t('training.step')}
            </th>
            {lines.map(({ label }) => (
              <th key={label} scope="col" class="pr-6 font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((step) => (
            <tr key={step}>
              <th scope="row" class="pr-6 text-left font-normal">
                {numberText(step)}
              </th>
              {values.map((value, index) => (
                <td key={lines[index]?.label} class="pr-6">
                  {value.has(step) ? numberText(value.get(step) ?? 0, 4) : '–'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
