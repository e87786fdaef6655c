import { useId, useMemo } from 'preact/hooks';
import { numberText } from '../texts/text.ts';
import { type Line, lookOf, type Point, pathOf, pointsNear, type Span, valueBounds } from './line.ts';
import { domainOf, scaleOf, wholeTicks } from './scale.ts';
import { ValueAxis } from './value-axis.tsx';

export const lineHeight = 280;
/** Room around the lines, CSS pixels: at the left for numbers such as 0.0005, at the right for half a number. */
export const lineFrame = { left: 56, right: 24, top: 12, bottom: 24 };
const [top, bottom] = [lineFrame.top, lineHeight - lineFrame.bottom];
/** Widest mark of the steps. */
const markWidth = 72;

/** A line that is shown; its place in the chart decides how it looks. */
export interface Shown extends Line {
  index: number;
}

interface DrawingProps {
  lines: readonly Shown[];
  label: string;
  width: number;
  span: Span;
  x: (value: number) => number;
  /** What is pointed at. */
  pointed: { step: number; points: readonly (Point | undefined)[] } | undefined;
  dragged: readonly [from: number, to: number] | undefined;
}

/** Lines over whole steps. */
export function LineDrawing({ lines, label, width, span, x, pointed, dragged }: DrawingProps) {
  const clip = useId();
  const [from, to] = span;
  const right = width - lineFrame.right;
  const drawn = useMemo(() => {
    const domain = domainOf(...valueBounds(lines, span));
    const y = scaleOf(domain, bottom, top);
    return { domain, y, traces: <Traces lines={lines} span={span} x={x} y={y} /> };
  }, [lines, from, to, width]);
  const { domain, y } = drawn;
  const digits = digitsOf(domain.ticks);
  return (
    <svg width={width} height={lineHeight} role="img" aria-label={label} class="block text-[11px]">
      <clipPath id={clip}>
        <rect x={lineFrame.left - 4} y={0} width={Math.max(0, right - lineFrame.left + 8)} height={bottom + 4} />
      </clipPath>
      <ValueAxis ticks={domain.ticks} y={y} left={lineFrame.left} right={right} format={(value) => numberText(value, digits)} />
      {wholeTicks(from, to, (right - lineFrame.left) / markWidth).map((tick) => (
        <g key={tick}>
          <line class="stroke-line" x1={x(tick)} x2={x(tick)} y1={top} y2={bottom} />
          <text class="fill-muted tabular-nums" x={x(tick)} y={lineHeight - 6} text-anchor="middle">
            {numberText(tick)}
          </text>
        </g>
      ))}
      {pointed && <line class="stroke-muted" x1={x(pointed.step)} x2={x(pointed.step)} y1={top} y2={bottom} />}
      <g clip-path={`url(#${clip})`}>
        {drawn.traces}
        {dragged && (
          <rect class="fill-accent" fill-opacity="0.2" x={dragged[0]} y={top} width={dragged[1] - dragged[0]} height={bottom - top} />
        )}
      </g>
      {pointed?.points.map(
        (point, at) =>
          point && (
            <circle
              key={at}
              class={`stroke-raised ${lookOf(lines[at]?.index ?? 0).fill}`}
              stroke-width="1.5"
              cx={x(point[0])}
              cy={y(point[1])}
              r="5"
            />
          ),
      )}
    </svg>
  );
}

/** Digits after the point that tell the marks of an axis apart. */
function digitsOf([first = 0, second = 1]: readonly number[]): number {
  return Math.min(20, Math.max(0, -Math.floor(Math.log10(second - first) + 1e-9)));
}

type TracesProps = Pick<DrawingProps, 'lines' | 'span' | 'x'> & { y: (value: number) => number };

function Traces({ lines, span, x, y }: TracesProps) {
  return (
    <>
      {lines.map(({ index, points, isSparse }) => {
        const { stroke, fill, dash } = lookOf(index);
        const near = pointsNear(points, span);
        return (
          <g key={index}>
            <path class={`fill-none ${stroke}`} stroke-width="2" stroke-linejoin="round" stroke-dasharray={dash} d={pathOf(near, x, y)} />
            {(isSparse || near.length === 1) &&
              near.map(([step, value]) => <circle key={step} class={fill} cx={x(step)} cy={y(value)} r="3.5" />)}
          </g>
        );
      })}
    </>
  );
}
