/** Justified rows: pictures keep their shape, rows have one height, and their edges are even. */

export interface Layout {
  /** Pixels of all rows together. */
  height: number;
  rows: number;
  /** Top of each row; one more: the end. */
  tops: Float64Array;
  /** Index of the first work of each row; one more: the number of works. */
  firsts: Uint32Array;
  /** Height of the pictures of each row. */
  heights: Float32Array;
  /** Left edge and width of each work, pixels. */
  lefts: Float32Array;
  widths: Float32Array;
  /** 1: a day or month begins with this row, and its header stands above the pictures. */
  headed: Uint8Array;
}

export interface LayoutOptions {
  width: number;
  /** Height to come close to, pixels. */
  rowHeight: number;
  gap: number;
  /** Pixels of the header of a group; 0: no headers. */
  header: number;
}

/** A picture of unknown shape is laid out as a square; extreme ones are cut by the tile. */
const ratioOf = (ratio: number): number => (ratio > 0 ? Math.min(4, Math.max(0.4, ratio)) : 1);
/** The last row of a group may be this much higher than the others before it is left ragged. */
const mostStretch = 1.35;

/**
 * Rows of all works, in one pass: 100,000 take a few milliseconds.
 *
 * @param ratios width by height of each work
 * @param groups of each work: a row does not mix two of them, so that each can have a header
 */
export function layOut(ratios: Float32Array, groups: Uint16Array, { width, rowHeight, gap, header }: LayoutOptions): Layout {
  const count = ratios.length;
  const tops = new Float64Array(count + 1);
  const firsts = new Uint32Array(count + 1);
  const heights = new Float32Array(count);
  const lefts = new Float32Array(count);
  const widths = new Float32Array(count);
  const headed = new Uint8Array(count);
  let rows = 0;
  let top = 0;
  for (let first = 0; first < count; ) {
    const isNewGroup = header > 0 && (first === 0 || groups[first] !== groups[first - 1]);
    let end = first;
    let sum = 0;
    let isFull = false;
    while (end < count && (header === 0 || groups[end] === groups[first])) {
      const ratio = ratioOf(ratios[end] ?? 0);
      const after = sum + ratio;
      const heightAfter = (width - gap * (end - first)) / after;
      if (heightAfter < rowHeight) {
        // With this work the row is lower than wished, without it higher: take what is closer.
        const heightBefore = end > first ? (width - gap * (end - first - 1)) / sum : Number.POSITIVE_INFINITY;
        if (heightBefore - rowHeight > rowHeight - heightAfter) {
          sum = after;
          end += 1;
        }
        isFull = true;
        break;
      }
      sum = after;
      end += 1;
    }
    const justified = (width - gap * (end - first - 1)) / sum;
    const height = isFull || justified <= rowHeight * mostStretch ? justified : rowHeight;
    headed[rows] = isNewGroup ? 1 : 0;
    tops[rows] = top;
    firsts[rows] = first;
    heights[rows] = height;
    let left = 0;
    for (let index = first; index < end; index++) {
      const itemWidth = ratioOf(ratios[index] ?? 0) * height;
      lefts[index] = left;
      widths[index] = itemWidth;
      left += itemWidth + gap;
    }
    top += (isNewGroup ? header : 0) + height + gap;
    rows += 1;
    first = end;
  }
  tops[rows] = top;
  firsts[rows] = count;
  const end = rows + 1;
  return { height: top, rows, tops: tops.subarray(0, end), firsts: firsts.subarray(0, end), heights, lefts, widths, headed };
}

/** One work in each row, all of one height, for a list. Its groups are as those of layOut(). */
export function layOutList(count: number, groups: Uint16Array, { width, rowHeight, gap, header }: LayoutOptions): Layout {
  const tops = new Float64Array(count + 1);
  const headed = new Uint8Array(count);
  let top = 0;
  for (let row = 0; row < count; row++) {
    tops[row] = top;
    headed[row] = header > 0 && (row === 0 || groups[row] !== groups[row - 1]) ? 1 : 0;
    top += (headed[row] === 1 ? header : 0) + rowHeight + gap;
  }
  tops[count] = top;
  return {
    height: top,
    rows: count,
    tops,
    firsts: Uint32Array.from({ length: count + 1 }, (_, index) => index),
    heights: new Float32Array(count).fill(rowHeight),
    lefts: new Float32Array(count),
    widths: new Float32Array(count).fill(width),
    headed,
  };
}

/** The last of the first `length` values that is at most `value`; 0 if none is. The values ascend. */
function lastAtMost(values: Float64Array | Uint32Array, length: number, value: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((values[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The row at a height. */
export const rowAt = ({ tops, rows }: Layout, y: number): number => lastAtMost(tops, rows, y);
/** The row of a work. */
export const rowOfWork = ({ firsts, rows }: Layout, index: number): number => lastAtMost(firsts, rows, index);
