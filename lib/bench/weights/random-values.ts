/** Random weights as bytes of a GGUF type. */
import { seededRandom } from '../../core/index.ts';
import { floatToHalf } from '../../models/index.ts';

export type RandomType = 'F32' | 'F16' | 'Q8_0' | 'Q4_0';

/**
 * Different values of a tensor before they repeat: a prime, so that the rows of a matrix begin at different places and no two are alike.
 * Drawing billions anew would take minutes and change nothing that is measured.
 */
const period = 1_048_573;
const blocksPeriod = 32_749;
const block = 32;

let drawn: Float32Array | undefined;

/** Values of a normal distribution with mean 0 and deviation 1, by Box and Muller. The same at every call. */
function normal(): Float32Array {
  if (drawn) return drawn;
  const random = seededRandom(17);
  drawn = new Float32Array(period + 1);
  for (let at = 0; at < period; at += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    drawn[at] = radius * Math.cos(angle);
    drawn[at + 1] = radius * Math.sin(angle);
  }
  return drawn;
}

/** Quantised values per deviation: most of a normal distribution fits the range, as in files that were quantised from real weights. */
const steps = { Q8_0: 127 / 3, Q4_0: 7 / 2.7 } as const;
const limits = { Q8_0: 127, Q4_0: 7 } as const;

const quantised = (type: 'Q8_0' | 'Q4_0', at: number): number =>
  Math.max(-limits[type], Math.min(limits[type], Math.round((normal()[at % period] ?? 0) * steps[type])));

/** Blocks of 32 values: a scale in half precision, then the values, of which Q4_0 stores 0..15 with 8 for zero, the halves of a block in turn. */
function blocks(type: 'Q8_0' | 'Q4_0', deviation: number): Buffer {
  const size = type === 'Q8_0' ? 2 + block : 2 + block / 2;
  const out = Buffer.alloc(blocksPeriod * size);
  const scale = floatToHalf(deviation / steps[type]);
  for (let index = 0; index < blocksPeriod; index++) {
    const [to, from] = [index * size, index * block];
    out.writeUInt16LE(scale, to);
    if (type === 'Q8_0') for (let at = 0; at < block; at++) out.writeInt8(quantised(type, from + at), to + 2 + at);
    else
      for (let at = 0; at < block / 2; at++)
        out[to + 2 + at] = (quantised(type, from + at) + 8) | ((quantised(type, from + at + block / 2) + 8) << 4);
  }
  return out;
}

function numbers(type: 'F32' | 'F16', deviation: number, mean: number): Buffer {
  const values = normal().subarray(0, period);
  if (type === 'F32') return Buffer.from(Float32Array.from(values, (value) => value * deviation + mean).buffer);
  const bits = new Uint16Array(period);
  for (let at = 0; at < period; at++) bits[at] = floatToHalf((values[at] ?? 0) * deviation + mean);
  return Buffer.from(bits.buffer);
}

/** Bytes to repeat until a tensor is full. `unit`: they may be cut at multiples of it. */
export interface Tile {
  readonly bytes: Buffer;
  readonly unit: number;
}

/** Values of this mean and deviation. The mean is 0 for quantised types. */
export function tileOf(type: RandomType, deviation: number, mean: number): Tile {
  if (type === 'F32' || type === 'F16') return { bytes: numbers(type, deviation, mean), unit: type === 'F32' ? 4 : 2 };
  return { bytes: blocks(type, deviation), unit: type === 'Q8_0' ? 2 + block : 2 + block / 2 };
}
