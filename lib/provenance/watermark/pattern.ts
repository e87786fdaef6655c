/** The keyed pattern: waves of a square tile, some of them fixed to find it by, the others with the sign of a bit. */
import { createCipheriv, createHash } from 'node:crypto';
import { codedBits } from './code.ts';
import { newField, tileEdge, transform } from './fourier.ts';

/** A wave of the tile: `u` and `v` periods in a tile, and its phase in radians. */
export interface Wave {
  u: number;
  v: number;
  phase: number;
}

export interface Pattern {
  pilot: readonly Wave[];
  /** `bit`: index of the coded bit that decides the sign. */
  data: readonly (Wave & { bit: number })[];
}

/**
 * Periods in a tile. A picture has almost four tiles in each direction: waves of 5 to 20 pixels at 512 x 512. Longer ones are seen in even areas, shorter ones
 * do not survive half the size or JPEG. Waves along the axes are left out: edges of pictures look like them.
 */
const [lowest, highest, axis] = [6.5, 25, 2];

/** Rows and columns of a transformed tile that have waves of the pattern. */
export const waveLines = {
  rows: Array.from({ length: highest - axis + 1 }, (_, at) => at + axis),
  columns: Array.from({ length: 2 * highest + 1 }, (_, at) => (at - highest + tileEdge) % tileEdge),
};
/** Longest wave number of the pattern, whole periods in a tile. */
export const highestRing: number = highest;
/** Share of the waves to find the pattern by. */
const pilotShare = 0.3;

/** Bytes that depend on the key alone. */
function keyStream(key: Uint8Array, length: number): Buffer {
  const secret = createHash('sha256').update('watermark pattern').update(key).digest();
  return createCipheriv('aes-256-ctr', secret, Buffer.alloc(16)).update(Buffer.alloc(length));
}

export function patternOf(key: Uint8Array): Pattern {
  const places: [u: number, v: number][] = [];
  for (let v = axis; v <= highest; v++)
    for (let u = -Math.ceil(highest); u <= highest; u++) {
      const radius = Math.hypot(u, v);
      if (Math.abs(u) >= axis && radius >= lowest && radius <= highest) places.push([u, v]);
    }
  const random = keyStream(key, places.length * 6);
  for (let at = places.length - 1; at > 0; at--) {
    const other = random.readUInt32LE(at * 4) % (at + 1);
    [places[at], places[other]] = [places[other] as [number, number], places[at] as [number, number]];
  }
  const waves = places.map(([u, v], at) => ({ u, v, phase: (2 * Math.PI * random.readUInt16LE(places.length * 4 + at * 2)) / 65_536 }));
  const pilots = Math.round(places.length * pilotShare);
  return { pilot: waves.slice(0, pilots), data: waves.slice(pilots).map((wave, at) => ({ ...wave, bit: at % codedBits })) };
}

/** Index of a wave in a transformed tile. */
export const placeOf = ({ u, v }: Wave): number => ((v + tileEdge) % tileEdge) * tileEdge + ((u + tileEdge) % tileEdge);

/** The tile for these coded bits, with a mean square of 1. */
export function tileOf({ pilot, data }: Pattern, bits: Uint8Array): Float64Array {
  const field = newField();
  const put = (wave: Wave, sign: number): void => {
    const at = placeOf(wave);
    field.re[at] = sign * Math.cos(wave.phase);
    field.im[at] = sign * Math.sin(wave.phase);
  };
  for (const wave of pilot) put(wave, 1);
  for (const wave of data) put(wave, bits[wave.bit] === 1 ? 1 : -1);
  const { re } = transform(field, 1);
  const scale = Math.sqrt((tileEdge * tileEdge) / re.reduce((sum, value) => sum + value * value, 0));
  return re.map((value) => value * scale);
}
