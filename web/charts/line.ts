/** Lines of a chart: their points, and how each is told from the others. */

export type Point = readonly [x: number, y: number];
/** Of whole numbers, both ends included. */
export type Span = readonly [from: number, to: number];

export interface Line {
  label: string;
  /** By rising x. */
  points: readonly Point[];
  /** Few points, far from each other: each has a dot. */
  isSparse?: boolean;
}

const colours = [
  { stroke: 'stroke-accent', fill: 'fill-accent' },
  { stroke: 'stroke-good', fill: 'fill-good' },
  { stroke: 'stroke-bad', fill: 'fill-bad' },
  { stroke: 'stroke-ink', fill: 'fill-ink' },
  { stroke: 'stroke-muted', fill: 'fill-muted' },
] as const;
/** Lines beyond the colours repeat these with dashes. */
const dashes = [undefined, '6 4', '2 3', '10 3 2 3'] as const;

export function lookOf(index: number): { stroke: string; fill: string; dash: string | undefined } {
  const { stroke = '', fill = '' } = colours[index % colours.length] ?? {};
  return { stroke, fill, dash: dashes[Math.floor(index / colours.length) % dashes.length] };
}

/** The points within a span, and the next one beyond each end: there the line leaves the drawing. */
export function pointsNear(points: readonly Point[], [from, to]: Span): readonly Point[] {
  const first = points.findIndex(([x]) => x >= from);
  const end = points.findIndex(([x]) => x > to);
  return first < 0 ? [] : points.slice(Math.max(0, first - 1), end < 0 ? undefined : end + 1);
}

/** The lowest and the highest value within a span, of all lines. */
export function valueBounds(lines: readonly Line[], [from, to]: Span): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { points } of lines)
    for (const [x, y] of points)
      if (x >= from && x <= to) {
        low = Math.min(low, y);
        high = Math.max(high, y);
      }
  return low <= high ? [low, high] : [0, 1];
}

/**
 * The path of a line. Of the points in one column of pixels only the first, the lowest, the highest and the last are kept, which draw the same.
 *
 * @param x positions of values, CSS pixels; the same for y
 */
export function pathOf(points: readonly Point[], x: (value: number) => number, y: (value: number) => number): string {
  const kept: Point[] = [];
  for (let start = 0, end = 0; start < points.length; start = end) {
    const column = Math.round(x(points[start]?.[0] ?? 0));
    let [low, high] = [start, start];
    for (end = start; end < points.length && Math.round(x(points[end]?.[0] ?? 0)) === column; end++) {
      const value = points[end]?.[1] ?? 0;
      if (value < (points[low]?.[1] ?? 0)) low = end;
      if (value > (points[high]?.[1] ?? 0)) high = end;
    }
    for (const place of [...new Set([start, low, high, end - 1])].sort((a, b) => a - b)) {
      const point = points[place];
      if (point) kept.push(point);
    }
  }
  return kept.length === 0 ? '' : `M${kept.map(([at, value]) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('L')}`;
}

/** The place of the entry nearest to `value` in a list by rising size. @param of the size of an entry */
export function nearest<T>(list: readonly T[], value: number, of: (entry: T) => number = Number): number {
  const sizeAt = (at: number): number => of(list[at] as T);
  let [low, high] = [0, Math.max(0, list.length - 1)];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sizeAt(middle) < value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value - sizeAt(low - 1) <= sizeAt(low) - value ? low - 1 : low;
}
