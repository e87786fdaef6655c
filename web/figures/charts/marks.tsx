import type { ChartData, Look } from './chart-data.ts';

const fills: Readonly<Record<Look, string>> = {
  main: 'fill-accent',
  good: 'fill-good',
  bad: 'fill-bad',
  quiet: 'fill-none stroke-muted',
};

/** Stripes for what failed: told from what succeeded without its colour. */
export function Stripes({ id }: { id: string }) {
  return (
    <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="6" height="6" class="fill-bad" fill-opacity="0.25" />
      <rect width="3" height="6" class="fill-bad" />
    </pattern>
  );
}

interface BarProps {
  look: Look;
  x: number;
  y: number;
  width: number;
  height: number;
  stripes: string;
}

export function Bar({ look, stripes, ...place }: BarProps) {
  return <rect {...place} class={look === 'bad' ? '' : fills[look]} {...(look === 'bad' && { fill: `url(#${stripes})` })} />;
}

export interface MarksProps {
  data: ChartData;
  /** Left edge of a slot. */
  x: (slot: number) => number;
  y: (value: number) => number;
  step: number;
  stripes: string;
}

/** Columns, the series upon each other. */
export function Columns({ data: { slots, series }, x, y, step, stripes }: MarksProps) {
  const gap = Math.min(4, step * 0.2);
  return (
    <>
      {slots.map(({ label }, slot) => {
        let below = 0;
        return series.map(({ label: name, look, values }) => {
          const value = values[slot] ?? 0;
          if (value <= 0) return null;
          const [top, bottom] = [y(below + value), y(below)];
          below += value;
          return (
            <Bar
              key={`${label}\n${name}`}
              look={look}
              stripes={stripes}
              x={x(slot) + gap / 2}
              y={Math.min(top, bottom - 1)}
              width={Math.max(1, step - gap)}
              height={Math.max(1, bottom - top)}
            />
          );
        });
      })}
    </>
  );
}

/** Means as points joined by a line, each with its interval. */
export function Points({ data: { series }, x, y, step }: MarksProps) {
  return (
    <>
      {series.map(({ label, values, intervals }) => {
        const points = values.flatMap((value, slot) =>
          value === null ? [] : [{ at: x(slot) + step / 2, value, interval: intervals?.[slot] }],
        );
        return (
          <g key={label}>
            <polyline
              class="fill-none stroke-accent"
              stroke-width="2"
              points={points.map(({ at, value }) => `${at},${y(value)}`).join(' ')}
            />
            {points.map(({ at, value, interval }) => (
              <g key={at}>
                {interval && (
                  <path
                    class="stroke-accent"
                    stroke-width="1.5"
                    d={`M${at} ${y(interval[0])}V${y(interval[1])}M${at - 4} ${y(interval[0])}h8M${at - 4} ${y(interval[1])}h8`}
                  />
                )}
                <circle class="fill-accent" cx={at} cy={y(value)} r="4" />
              </g>
            ))}
          </g>
        );
      })}
    </>
  );
}
