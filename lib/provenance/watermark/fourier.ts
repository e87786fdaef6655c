/** A complex square field, row by row. */
export interface Field {
  re: Float64Array;
  im: Float64Array;
}

/** Edge of the fields, a power of two. */
export const tileEdge = 128;

export const newField = (): Field => ({ re: new Float64Array(tileEdge * tileEdge), im: new Float64Array(tileEdge * tileEdge) });

const turns = Array.from({ length: tileEdge / 2 }, (_, at) => (2 * Math.PI * at) / tileEdge);
const cosines = Float64Array.from(turns, Math.cos);
const sines = Float64Array.from(turns, Math.sin);
const reversed = Uint16Array.from({ length: tileEdge }, (_, at) => {
  let value = 0;
  for (let bit = 1; bit < tileEdge; bit <<= 1) value = (value << 1) | (at & bit ? 1 : 0);
  return value;
});

/** One line of `tileEdge` values, radix 2, in place. `sign`: -1 forward, 1 backward; neither is scaled. */
function transformLine({ re, im }: Field, start: number, stride: number, sign: 1 | -1): void {
  for (let at = 0; at < tileEdge; at++) {
    const other = reversed[at] as number;
    if (other <= at) continue;
    const a = start + at * stride;
    const b = start + other * stride;
    const x = re[a] as number;
    const y = im[a] as number;
    re[a] = re[b] as number;
    im[a] = im[b] as number;
    re[b] = x;
    im[b] = y;
  }
  for (let half = 1; half < tileEdge; half <<= 1) {
    const step = tileEdge / (2 * half);
    for (let group = 0; group < tileEdge; group += 2 * half) {
      for (let at = 0; at < half; at++) {
        const c = cosines[at * step] as number;
        const s = sign * (sines[at * step] as number);
        const a = start + (group + at) * stride;
        const b = start + (group + at + half) * stride;
        const x = re[b] as number;
        const y = im[b] as number;
        const u = x * c - y * s;
        const v = x * s + y * c;
        const p = re[a] as number;
        const q = im[a] as number;
        re[a] = p + u;
        im[a] = q + v;
        re[b] = p - u;
        im[b] = q - v;
      }
    }
  }
}

/** Numbers 0, 1, …: every line of a field. */
const everyLine: readonly number[] = Array.from({ length: tileEdge }, (_, at) => at);

/**
 * The discrete Fourier transform of a field in place: sum of f(x, y) exp(sign i 2 pi (u x + v y) / tileEdge).
 *
 * @param lines the rows that are not all zero, and then the columns that are wanted; the others are left half done. Default: all
 */
export function transform(field: Field, sign: 1 | -1, lines: { rows?: readonly number[]; columns?: readonly number[] } = {}): Field {
  for (const row of lines.rows ?? everyLine) transformLine(field, row * tileEdge, 1, sign);
  for (const column of lines.columns ?? everyLine) transformLine(field, column, tileEdge, sign);
  return field;
}
