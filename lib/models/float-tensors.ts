import { ArtistError } from '../core/index.ts';
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

/** Number formats that are written. */
export const floatTypes = ['F32', 'F16', 'BF16'] as const;
export type FloatType = (typeof floatTypes)[number];

/** bfloat16: the upper half of a float32, rounded to nearest, ties to even; NaN stays NaN. */
function floatsToBf16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (word) => {
    if ((word & 0x7fff_ffff) > 0x7f80_0000) return (word >>> 16) | 0x40;
    return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  });
}

/** The bytes of values in a file, little-endian. Every machine that Node runs on stores numbers that way. */
export function encodeFloats(values: Float32Array, type: FloatType): Uint8Array {
  if (type === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const halves = type === 'BF16' ? floatsToBf16(values) : Uint16Array.from(values, floatToHalf);
  return new Uint8Array(halves.buffer);
}

/** The values behind bytes of a file; undefined where the type holds no numbers that can be read here. */
export function decodeFloats(bytes: Uint8Array, dtype: string): Float32Array | undefined {
  // A copy with memory of its own: typed arrays need alignment.
  const copy = new Uint8Array(bytes);
  switch (dtype) {
    case 'F32':
      return new Float32Array(copy.buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(copy.buffer));
    case 'F16':
      return Float32Array.from(new Uint16Array(copy.buffer), halfToFloat);
    case 'BF16':
      return new Float32Array(Uint32Array.from(new Uint16Array(copy.buffer), (half) => half << 16).buffer);
    case 'Q8_0':
      return dequantizeQ8(Buffer.from(copy.buffer));
    default:
      return undefined;
  }
}

/**
 * Reads all tensors of a small file (a LoRA, a cache entry) as single-precision numbers.
 *
 * @throws ArtistError ERR_UNSUPPORTED: a type other than F32, F16, BF16, F64, Q8_0; those of readModelHeader()
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
