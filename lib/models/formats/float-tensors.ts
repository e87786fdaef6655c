import { ArtistError } from '../../core/index.ts';
import { dequantizeQ8, floatToHalf, halfToFloat } from './float-formats.ts';
import { readModelHeader } from './header.ts';
import { withModelFile } from './model-file.ts';
import type { ModelHeader } from './tensor-list.ts';

/** A tensor in memory. `shape` in PyTorch order; `data` row by row. */
export interface FloatTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Number formats that can be written. */
export const floatTypes = ['F32', 'F16', 'BF16'] as const;
export type FloatType = (typeof floatTypes)[number];

let halves: Float32Array | undefined;

/** The value of every F16: a table is ten times faster than computing millions of values. */
function halfTable(): Float32Array {
  if (halves === undefined) {
    halves = new Float32Array(65_536);
    for (let bits = 0; bits < halves.length; bits++) halves[bits] = halfToFloat(bits);
  }
  return halves;
}

/**
 * F16, rounded to nearest, ties to even: the same as floatToHalf() for each value. Rounds normal numbers on the bits of the float32
 * (dropping 13 bits of the fraction); calls floatToHalf() for others.
 */
function floatsToF16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let index = 0; index < bits.length; index++) {
    const word = bits[index] as number;
    const magnitude = word & 0x7fff_ffff;
    // From 2^-14 to the largest value that does not round up to infinity (65,520).
    if (magnitude >= 0x3880_0000 && magnitude < 0x477f_f000)
      out[index] = ((word >>> 16) & 0x8000) | ((magnitude - 0x3800_0000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    else out[index] = floatToHalf(values[index] as number);
  }
  return out;
}

/** bfloat16: the upper half of a float32, rounded to nearest, ties to even; NaN stays NaN. */
function floatsToBf16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let index = 0; index < bits.length; index++) {
    const word = bits[index] as number;
    out[index] = (word & 0x7fff_ffff) > 0x7f80_0000 ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}

/** The bytes of values in a file, little-endian. Every platform of Node is little-endian. */
export function encodeFloats(values: Float32Array, type: FloatType): Uint8Array {
  if (type === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new Uint8Array((type === 'BF16' ? floatsToBf16(values) : floatsToF16(values)).buffer);
}

function widened(bits: Uint16Array, table: Float32Array): Float32Array {
  const out = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) out[index] = table[bits[index] as number] as number;
  return out;
}

function bf16ToFloats(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) words[index] = (bits[index] as number) << 16;
  return new Float32Array(words.buffer);
}

/** Decodes values from the bytes of a file; undefined if the type is not supported here. */
export function decodeFloats(bytes: Uint8Array, dtype: string): Float32Array | undefined {
  // Copy, because typed arrays need alignment.
  const copy = new Uint8Array(bytes);
  switch (dtype) {
    case 'F32':
      return new Float32Array(copy.buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(copy.buffer));
    case 'F16':
      return widened(new Uint16Array(copy.buffer), halfTable());
    case 'BF16':
      return bf16ToFloats(new Uint16Array(copy.buffer));
    case 'Q8_0':
      return dequantizeQ8(Buffer.from(copy.buffer));
    default:
      return undefined;
  }
}

/**
 * Reads all tensors of a small file (a LoRA, a cache entry) as single-precision numbers.
 *
 * @throws ArtistError ERR_UNSUPPORTED: a type other than F32, F16, BF16, F64, Q8_0; and every error of readModelHeader()
 */
export async function readFloatTensors(file: string | ModelHeader): Promise<(FloatTensor & { readonly dtype: string })[]> {
  const header = typeof file === 'string' ? await readModelHeader(file) : file;
  return withModelFile(header.path, async ({ read }) => {
    const tensors: (FloatTensor & { dtype: string })[] = [];
    for (const { name, shape, dtype, offset, bytes } of header.tensors) {
      const data = decodeFloats(await read(offset, bytes), dtype);
      if (data === undefined)
        throw new ArtistError(
          'ERR_UNSUPPORTED',
          `${header.path}: ${name}: expected F32, F16, BF16, F64 or Q8_0, got ${dtype}. Convert the file to f16 first`,
        );
      tensors.push({ name, shape, data, dtype });
    }
    return tensors;
  });
}
