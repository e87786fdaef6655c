import { useRef } from 'preact/hooks';
import { scaleOf } from '../../charts/scale.ts';
import { useSize } from '../../parts/use-size.ts';

interface WhiskerProps {
  value: number;
  interval: readonly [number, number];
  /** The line at 0 is in the middle; this is the distance of the edges from it. */
  reach: number;
}

const height = 24;
const edge = 8;

/** A difference with its interval beside the line at 0. What it says stands beside it as text. */
export function Whisker({ value, interval: [low, high], reach }: WhiskerProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const x = scaleOf({ low: -reach, high: reach }, edge, width - edge);
  const clamp = (at: number): number => Math.min(width - 2, Math.max(2, x(at)));
  const isCertain = low > 0 || high < 0;
  const look = isCertain ? (value > 0 ? 'good' : 'bad') : 'muted';
  const stroke = { good: 'stroke-good', bad: 'stroke-bad', muted: 'stroke-muted' }[look];
  const fill = { good: 'fill-good', bad: 'fill-bad', muted: 'fill-raised' }[look];
  return (
    <div ref={box} class="h-6 w-full min-w-24" aria-hidden="true">
      {width > 0 && (
        <svg width={width} height={height} class="block" aria-hidden="true">
          <line class="stroke-line" x1={0} x2={width} y1={height / 2} y2={height / 2} />
          <line class="stroke-ink" x1={x(0)} x2={x(0)} y1={2} y2={height - 2} />
          <line class={stroke} stroke-width="3" x1={clamp(low)} x2={clamp(high)} y1={height / 2} y2={height / 2} />
          {/* A full mark is certain beyond its interval, a hollow one is not. */}
          <circle class={`${fill} ${stroke}`} stroke-width="2" cx={clamp(value)} cy={height / 2} r="5" />
        </svg>
      )}
    </div>
  );
}

/** Where the edges of a set of whiskers are. */
export const reachOf = (intervals: readonly (readonly [number, number])[]): number =>
  1.05 * Math.max(1e-9, ...intervals.flat().map(Math.abs));
