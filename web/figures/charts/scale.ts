/** Positions of values in a chart. */

/** Room around the drawing, CSS pixels. */
export const frame = { left: 44, right: 10, top: 10, bottom: 24 };

export interface Domain {
  low: number;
  high: number;
  ticks: readonly number[];
}

/** The bounds of an axis and its marks, at steps of 1, 2 or 5 times a power of ten. */
export function domainOf(low: number, high: number, most = 4): Domain {
  const spread = high > low ? high - low : Math.abs(high) || 1;
  const rough = spread / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.max(Math.ceil(high / step - 1e-9), Math.floor(low / step + 1e-9) + 1)];
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
  return { low: ticks[0] ?? low, high: ticks.at(-1) ?? high, ticks };
}

/** A function from values to positions. */
export const scaleOf =
  ({ low, high }: Pick<Domain, 'low' | 'high'>, from: number, to: number): ((value: number) => number) =>
  (value) =>
    from + ((to - from) * (value - low)) / (high - low);

/** Every how many slots a label fits. */
export const labelEvery = (slots: number, width: number, labelWidth: number): number =>
  Math.max(1, Math.ceil(slots / Math.max(1, Math.floor(width / labelWidth))));
