/**
 * Number formats of model files. F16 and F32: IEEE 754. F8_E4M3 (OCP, "fn": no infinity, 0x7f is NaN). Q8_0: ggml's block of 32 values,
 * one F16 scale d = max|x| / 127 and 32 signed bytes round(x / d) (quantize_row_q8_0_ref in ggml-quants.c).
 */
export const q8Block = 32;
export const q8BlockBytes = 34;

const scratch = new DataView(new ArrayBuffer(4));

export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Round to nearest, ties to even, as hardware and GGML_FP32_TO_FP16 do. */
export function floatToHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(scratch.getFloat32(0));
  if (Number.isNaN(magnitude)) return sign | 0x7e00;
  if (magnitude >= 65_520) return sign | 0x7c00;
  const exponent = Math.max((bits >>> 23) & 255, 113) - 127;
  // Steps of the half at this exponent: exact in a double, so one rounding happens.
  const steps = magnitude / 2 ** (exponent - 10);
  const floor = Math.floor(steps);
  const rest = steps - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  return sign | ((exponent + 14) * 1024 + rounded);
}

export function f8e4m3ToFloat(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> 3) & 15;
  const fraction = bits & 7;
  if (exponent === 15 && fraction === 7) return Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -9;
  return sign * (1 + fraction / 8) * 2 ** (exponent - 7);
}

/** `values.length` must be a multiple of 32. Arithmetic in single precision like the C code, so the bytes are the same. */
export function quantizeQ8(values: Float32Array): Buffer {
  const out = Buffer.alloc((values.length / q8Block) * q8BlockBytes);
  for (let block = 0; block * q8Block < values.length; block++) {
    const at = block * q8BlockBytes;
    let largest = 0;
    for (let index = 0; index < q8Block; index++) largest = Math.max(largest, Math.abs(values[block * q8Block + index] ?? 0));
    const scale = Math.fround(largest / 127);
    const inverse = scale ? Math.fround(1 / scale) : 0;
    out.writeUInt16LE(floatToHalf(scale), at);
    for (let index = 0; index < q8Block; index++) {
      const scaled = Math.fround((values[block * q8Block + index] ?? 0) * inverse);
      // roundf: halves away from zero.
      out.writeInt8(Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5), at + 2 + index);
    }
  }
  return out;
}

export function dequantizeQ8(bytes: Buffer): Float32Array {
  const blocks = bytes.length / q8BlockBytes;
  const out = new Float32Array(blocks * q8Block);
  for (let block = 0; block < blocks; block++) {
    const scale = halfToFloat(bytes.readUInt16LE(block * q8BlockBytes));
    for (let index = 0; index < q8Block; index++) out[block * q8Block + index] = scale * bytes.readInt8(block * q8BlockBytes + 2 + index);
  }
  return out;
}
