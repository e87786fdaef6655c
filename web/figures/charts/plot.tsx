import { useId, useRef } from 'preact/hooks';
import { domainOf, frame, labelEvery, scaleOf } from '../../charts/scale.ts';
import { ValueAxis } from '../../charts/value-axis.tsx';
import { px } from '../../parts/px.ts';
import { useSize } from '../../parts/use-size.ts';
import type { ChartData } from './chart-data.ts';
import { Columns, Points, Stripes } from './marks.tsx';
import type { SlotChoice } from './use-slot.ts';

export type PlotKind = 'columns' | 'points';

interface PlotProps {
  kind: PlotKind;
  title: string;
  data: ChartData;
  height: number;
  choice: SlotChoice;
  /** What the read-out says of a slot. */
  said: string;
}

/** Widest label on the axis, CSS pixels. */
const labelWidth = 72;

function boundsOf(kind: PlotKind, { slots, series }: ChartData): [low: number, high: number] {
  if (kind === 'columns')
    return [0, Math.max(0, ...slots.map((_, slot) => series.reduce((sum, { values }) => sum + (values[slot] ?? 0), 0)))];
  const all = series.flatMap(({ values, intervals = [] }) => [...values, ...intervals.flat()]).filter((value) => value !== null);
  return [Math.min(...all), Math.max(...all)];
}

/** A drawing whose slots are pointed at: a slider for screen readers, which tell the slot and its values. */
export function Plot({ kind, title, data, height, choice, said }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const { at, ...events } = choice;
  const last = data.slots.length;
  return (
    <div
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label={title}
      aria-valuemin={1}
      aria-valuemax={Math.max(1, last)}
      aria-valuenow={at === undefined ? Math.max(1, last) : at + 1}
      aria-valuetext={said}
      aria-readonly="true"
      class="w-full touch-pan-y overflow-hidden"
      style={{ height: px(height) }}
      {...events}
    >
      {width > 0 && <Drawing kind={kind} data={data} width={width} height={height} at={at} />}
    </div>
  );
}

function Drawing({
  kind,
  data,
  width,
  height,
  at,
}: Pick<PlotProps, 'kind' | 'data' | 'height'> & { width: number; at: number | undefined }) {
  const stripes = useId();
  const { slots, format } = data;
  const domain = domainOf(...boundsOf(kind, data), height < 150 ? 2 : 4);
  // Between counts there is nothing to mark.
  const isCount = data.series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)));
  const ticks = isCount ? domain.ticks.filter(Number.isInteger) : domain.ticks;
  const inner = width - frame.left - frame.right;
  const step = inner / Math.max(1, slots.length);
  const y = scaleOf(domain, height - frame.bottom, frame.top);
  const x = (slot: number): number => frame.left + slot * step;
  const every = labelEvery(slots.length, inner, labelWidth);
  const Marks = kind === 'columns' ? Columns : Points;
  return (
    <svg width={width} height={height} aria-hidden="true" class="block text-[11px]">
      <Stripes id={stripes} />
      {at !== undefined && <rect class="fill-sunken" x={x(at)} y={frame.top} width={step} height={height - frame.top - frame.bottom} />}
      <ValueAxis ticks={ticks} y={y} left={frame.left} right={width - frame.right} format={format} />
      <Marks data={data} x={x} y={y} step={step} stripes={stripes} />
      {slots.map(({ label, short }, slot) =>
        slot % every === 0 ? (
          <text
            key={label}
            class="fill-muted"
            x={x(slot) + step / 2}
            y={height - 6}
            text-anchor={x(slot) + (step + labelWidth) / 2 > width ? 'end' : 'middle'}
          >
            {short}
          </text>
        ) : null,
      )}
    </svg>
  );
}
