interface ValueAxisProps {
  ticks: readonly number[];
  y: (value: number) => number;
  left: number;
  right: number;
  format: (value: number) => string;
}

/** The marks of the values with a line across the drawing for each. */
export function ValueAxis({ ticks, y, left, right, format }: ValueAxisProps) {
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick}>
          <line class="stroke-line" x1={left} x2={right} y1={y(tick)} y2={y(tick)} />
          <text class="fill-muted tabular-nums" x={left - 6} y={y(tick) + 4} text-anchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
    </>
  );
}
