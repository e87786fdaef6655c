/**
 * Resizing exactly as PIL does (libImaging/Resample.c): separable, antialiased (the kernel widens when a picture shrinks), 22-bit
 * fixed-point weights, rounded to 8 bits after each of the two passes. CLIP models are sensitive to it, and libvips' cubic kernel differs.
 * Computes only the requested window.
 */
import { setImmediate } from 'node:timers/promises';
import type { RawImage } from '../image/index.ts';

/** One axis: its length after resizing, and the requested part. */
export interface Window {
  length: number;
  from: number;
  count: number;
}

interface Axis {
  /** First input pixel of each output pixel. */
  first: Int32Array;
  taps: Int32Array;
  /** `stride` weights per output pixel, each times 2^22. */
  weights: Int32Array;
  stride: number;
}

const precision = 22;
const half = 1 << (precision - 1);

/** Multiplications between two turns of the event loop: about 10 ms. */
const workPerTurn = 6_000_000;

const supports = { bilinear: 1, bicubic: 2 } as const;
export type SmoothKernel = keyof typeof supports;

/** Keys' cubic with a = -0.5, and the triangle. */
function kernelAt(kernel: SmoothKernel, position: number): number {
  const x = Math.abs(position);
  if (kernel === 'bilinear') return x < 1 ? 1 - x : 0;
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

function axis(input: number, { length, from, count }: Window, kernel: SmoothKernel): Axis {
  const scale = input / length;
  const filterScale = Math.max(scale, 1);
  const support = supports[kernel] * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(count);
  const taps = new Int32Array(count);
  const weights = new Int32Array(count * stride);
  for (let out = 0; out < count; out++) {
    const centre = (from + out + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(input, Math.trunc(centre + support + 0.5));
    const values = Array.from({ length: end - start }, (_, tap) => kernelAt(kernel, (start + tap - centre + 0.5) / filterScale));
    const sum = values.reduce((total, value) => total + value, 0);
    for (const [tap, value] of values.entries()) {
      const weight = (sum === 0 ? value : value / sum) * (1 << precision);
      weights[out * stride + tap] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[out] = start;
    taps[out] = end - start;
  }
  return { first, taps, weights, stride };
}

function clamp(sum: number): number {
  const value = sum >> precision;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** One output row from `taps` rows or pixels of the input; 3 channels. */
function mix(
  input: Uint8Array,
  start: number,
  step: number,
  { weights, stride }: Axis,
  out: number,
  taps: number,
  output: Uint8Array,
  at: number,
): void {
  let [red, green, blue] = [half, half, half];
  for (let tap = 0, from = start, weight = out * stride; tap < taps; tap++, from += step, weight++) {
    const factor = weights[weight] as number;
    red += (input[from] as number) * factor;
    green += (input[from + 1] as number) * factor;
    blue += (input[from + 2] as number) * factor;
  }
  output[at] = clamp(red);
  output[at + 1] = clamp(green);
  output[at + 2] = clamp(blue);
}

/**
 * The window `across` x `down` of an RGB picture resized to across.length x down.length: 3 bytes per pixel. Yields to the event loop
 * between rows, so that a picture of 100 megapixels does not block a server.
 */
export async function resample(image: RawImage, across: Window, down: Window, kernel: SmoothKernel): Promise<Uint8Array> {
  const { data, width, height } = image;
  const horizontal = axis(width, across, kernel);
  const vertical = axis(height, down, kernel);
  const firstRow = Math.min(...vertical.first);
  const rows = vertical.first.reduce((end, start, out) => Math.max(end, start + (vertical.taps[out] ?? 0)), 0) - firstRow;
  const narrow = new Uint8Array(rows * across.count * 3);
  let work = 0;
  const turn = async (amount: number): Promise<void> => {
    work += amount;
    if (work < workPerTurn) return;
    work = 0;
    await setImmediate();
  };
  for (let row = 0; row < rows; row++) {
    const start = (firstRow + row) * width * 3;
    for (let out = 0; out < across.count; out++) {
      const from = start + (horizontal.first[out] as number) * 3;
      mix(data, from, 3, horizontal, out, horizontal.taps[out] as number, narrow, (row * across.count + out) * 3);
    }
    await turn(across.count * horizontal.stride * 3);
  }
  const result = new Uint8Array(down.count * across.count * 3);
  for (let out = 0; out < down.count; out++) {
    const start = ((vertical.first[out] as number) - firstRow) * across.count * 3;
    for (let column = 0; column < across.count; column++) {
      const from = start + column * 3;
      mix(narrow, from, across.count * 3, vertical, out, vertical.taps[out] as number, result, (out * across.count + column) * 3);
    }
    await turn(across.count * vertical.stride * 3);
  }
  return result;
}

/** Mean of the input pixels that each output pixel covers, whole pixels only: torch's adaptive_avg_pool2d. 3 values 0..255 per pixel. */
export async function resampleArea({ data, width, height }: RawImage, edge: number): Promise<Float32Array> {
  const result = new Float32Array(edge * edge * 3);
  for (let y = 0; y < edge; y++) {
    const [top, bottom] = [Math.floor((y * height) / edge), Math.ceil(((y + 1) * height) / edge)];
    for (let x = 0; x < edge; x++) {
      const [left, right] = [Math.floor((x * width) / edge), Math.ceil(((x + 1) * width) / edge)];
      let [red, green, blue] = [0, 0, 0];
      for (let row = top; row < bottom; row++) {
        for (let from = (row * width + left) * 3; from < (row * width + right) * 3; from += 3) {
          red += data[from] as number;
          green += data[from + 1] as number;
          blue += data[from + 2] as number;
        }
      }
      const area = (bottom - top) * (right - left);
      result.set([red / area, green / area, blue / area], (y * edge + x) * 3);
    }
    if ((bottom - top) * width * 3 > workPerTurn / 16) await setImmediate();
  }
  return result;
}
