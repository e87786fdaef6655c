import type { ModelFile } from './model-file.ts';
import type { TensorInfo } from './tensor-list.ts';

const chunkBytes = 4 * 1024 * 1024;

/** Exponent bits that mean NaN or infinity when all are set. */
const floatMasks: Readonly<Record<string, { bytes: 2 | 4; mask: number }>> = {
  F16: { bytes: 2, mask: 0x7c00 },
  BF16: { bytes: 2, mask: 0x7f80 },
  F32: { bytes: 4, mask: 0x7f80_0000 },
};

/**
 * Reads the data of F16, BF16 and F32 tensors and reports for each whether all values are finite and whether all are zero. Skips other
 * types.
 */
export async function* readTensors(
  file: ModelFile,
  tensors: readonly TensorInfo[],
): AsyncGenerator<{ tensor: TensorInfo; finite: boolean; zero: boolean }> {
  for (const tensor of tensors) {
    const format = floatMasks[tensor.dtype];
    if (format) yield { tensor, ...(await look(file, tensor, format.bytes, format.mask)) };
  }
}

async function look(file: ModelFile, tensor: TensorInfo, width: 2 | 4, mask: number): Promise<{ finite: boolean; zero: boolean }> {
  let bits = 0;
  for (let at = 0; at < tensor.bytes; at += chunkBytes) {
    const chunk = await file.read(tensor.offset + at, Math.min(chunkBytes, tensor.bytes - at));
    // Copy, because typed arrays need alignment.
    const memory = new Uint8Array(chunk).buffer;
    const values = width === 2 ? new Uint16Array(memory) : new Uint32Array(memory);
    for (const value of values) {
      if ((value & mask) === mask) return { finite: false, zero: false };
      bits |= value;
    }
  }
  // Mask the sign: zeros may be negative.
  return { finite: true, zero: (bits & (width === 2 ? 0x7fff : 0x7fff_ffff)) === 0 };
}
