/** Positions of values in a chart. */

/** Room around the drawing, CSS pixels. */
export const frame = { left: 44, right: 10, top: 10, bottom: 24 };

export interface Domain {
  low: number;
  high: number;
  ticks: readonly number[];
}

/** The least of 1, 2 or 5 times a power of ten that divides a spread into at most so many parts. */
function strideOf(spread: number, most: number): number {
  const rough = spread / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

const multiples = (stride: number, first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => Number(((first + at) * stride).toPrecision(12)));

/** The bounds of an axis and its marks, at steps of 1, 2 or 5 times a power of ten. */
export function domainOf(low: number, high: number, most = 4): Domain {
  const stride = strideOf(high > low ? high - low : Math.abs(high) || 1, most);
  const first = Math.floor(low / stride + 1e-9);
  const ticks = multiples(stride, first, Math.max(Math.ceil(high / stride - 1e-9), first + 1));
  return { low: ticks[0] ?? low, high: ticks.at(-1) ?? high, ticks };
}

/** Marks of an axis of whole numbers that begins and ends anywhere. */
export function wholeTicks(low: number, high: number, most: number): readonly number[] {
  const stride = Math.max(1, strideOf(high - low, Math.max(1, most)));
  return multiples(stride, Math.ceil(low / stride), Math.floor(high / stride));
}

/** A function from values to positions. */
export const scaleOf =
  ({ low, high }: Pick<Domain, 'low' | 'high'>, from: number, to: number): ((value: number) => number) =>
  (value) =>
    from + ((to - from) * (value - low)) / (high - low);

/** Every how many slots a label fits. */
export const labelEvery = (slots: number, width: number, labelWidth: number): number =>
  Math.max(1, Math.ceil(slots / Math.max(1, Math.floor(width / labelWidth))));
