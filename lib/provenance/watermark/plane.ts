/** One channel of a picture. */
export interface Plane {
  values: Float32Array;
  width: number;
  height: number;
}

/**
 * Mean edge of a picture in the pattern's own units, almost four tiles. Every picture counts as this large, so its size in pixels does not matter. Not 512: the
 * blocks of JPEG would then lie alike in all tiles of a common size, and what they lose would be lost in each.
 */
export const normalEdge = 493;

/** How many pixels a unit of the pattern has in a picture of this size. */
export const unitOf = (width: number, height: number): number => Math.sqrt(width * height) / normalEdge;

/** Mean over a square window of 2 * radius + 1 pixels, smaller at the edges. Two passes of running sums. */
export function boxMean({ values, width, height }: Plane, radius: number): Float32Array {
  const between = new Float32Array(values.length);
  const result = new Float32Array(values.length);
  const pass = (from: Float32Array, to: Float32Array, lines: number, length: number, lineStep: number, step: number): void => {
    for (let line = 0; line < lines; line++) {
      const start = line * lineStep;
      let sum = 0;
      for (let at = 0; at < Math.min(radius, length); at++) sum += from[start + at * step] as number;
      for (let at = 0; at < length; at++) {
        if (at + radius < length) sum += from[start + (at + radius) * step] as number;
        if (at - radius - 1 >= 0) sum -= from[start + (at - radius - 1) * step] as number;
        to[start + at * step] = sum / (Math.min(length - 1, at + radius) - Math.max(0, at - radius) + 1);
      }
    }
  };
  pass(values, between, height, width, width, 1);
  pass(between, result, width, height, 1, width);
  return result;
}

/** Standard deviation in such a window. */
export function localDeviation(plane: Plane, radius: number): Float32Array {
  const mean = boxMean(plane, radius);
  const squares = boxMean({ ...plane, values: plane.values.map((value) => value * value) }, radius);
  return squares.map((square, at) => Math.sqrt(Math.max(0, square - (mean[at] as number) ** 2)));
}
