import { useMemo, useRef, useState } from 'preact/hooks';
import { px } from '../parts/px.ts';
import { useSize } from '../parts/use-size.ts';
import { numberText } from '../texts/text.ts';
import type { Line, Span } from './line.ts';
import { LineDrawing, lineFrame, lineHeight } from './line-drawing.tsx';
import { LineLegend } from './line-legend.tsx';
import { scaleOf } from './scale.ts';
import { useDrag } from './use-drag.ts';
import { useReading } from './use-reading.ts';
import { spanWithin } from './zoom.ts';
import { ZoomButtons } from './zoom-buttons.tsx';

interface LineChartProps {
  lines: readonly Line[];
  /** What the drawing shows. */
  label: string;
  /** What the whole numbers along the lines are. */
  stepName: string;
  /** The steps that are shown; undefined: all. */
  span: Span | undefined;
  onSpan: (span: Span | undefined) => void;
}

/** Lines over whole steps: read by pointer or keys, zoomed by dragging or buttons. */
export function LineChart({ lines, label, stepName, span, onSpan }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [hidden, setHidden] = useState<readonly number[]>([]);
  const shown = useMemo(
    () => lines.map((line, index) => ({ ...line, index })).filter(({ index }) => !hidden.includes(index)),
    [lines, hidden],
  );
  const steps = useMemo(() => [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b), [lines]);
  const first = steps[0] ?? 0;
  const all: Span = [first, Math.max(steps.at(-1) ?? 0, first + 1)];
  const view = (span && spanWithin(span, all)) ?? all;
  const edges = { low: lineFrame.left, high: width - lineFrame.right };
  const x = scaleOf({ low: view[0], high: view[1] }, edges.low, edges.high);
  const { pointed, lastPointed, points, events } = useReading({ lines, steps, view, x, inset: lineFrame });
  const stepAt = (place: number): number => scaleOf(edges, ...view)(Math.min(edges.high, Math.max(edges.low, place)));
  const drag = useDrag(([left, right]) => onSpan(spanWithin([stepAt(left), stepAt(right)], all)));

  const told = `${stepName} ${numberText(pointed ?? steps.at(-1) ?? 0)}`;
  const values = lines.map((line, index) => {
    const point = pointed === undefined ? line.points.at(-1) : points[index];
    return point ? numberText(point[1], 4) : '–';
  });
  return (
    <figure class="rounded-lg border border-line bg-raised pb-1">
      <div ref={box} class="relative w-full overflow-hidden" style={{ height: px(lineHeight) }}>
        {width > 0 && (
          <LineDrawing
            lines={shown}
            label={label}
            width={width}
            span={view}
            x={x}
            pointed={pointed === undefined ? undefined : { step: pointed, points: shown.map(({ index }) => points[index]) }}
            dragged={drag.dragged}
          />
        )}
        <div
          role="slider"
          tabIndex={0}
          aria-label={stepName}
          aria-valuemin={view[0]}
          aria-valuemax={view[1]}
          aria-valuenow={pointed ?? view[1]}
          aria-valuetext={[told, ...lines.map((line, index) => `${line.label}: ${values[index]}`)].join(', ')}
          aria-readonly="true"
          class="absolute inset-0 touch-pan-y select-none rounded-lg"
          {...events}
          {...drag.events}
          onPointerMove={(event) => {
            events.onPointerMove(event);
            drag.events.onPointerMove(event);
          }}
          onDblClick={() => onSpan(undefined)}
        />
      </div>
      <figcaption class="flex flex-col px-3 text-sm">
        <div class="flex flex-wrap items-center justify-between gap-x-4">
          <span class="font-medium tabular-nums">{told}</span>
          <ZoomButtons view={view} all={all} around={lastPointed} onSpan={onSpan} />
        </div>
        <LineLegend
          lines={lines}
          values={values}
          hidden={hidden}
          onToggle={(index) => setHidden(hidden.includes(index) ? hidden.filter((one) => one !== index) : [...hidden, index])}
        />
      </figcaption>
    </figure>
  );
}
