/** Embeddings as text: 16-bit floats, little-endian, base64. 192 values take 512 characters; cosines are exact to about 0.0005. */
import { ArtistError, answering } from '../../core/index.ts';

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Rounds to the nearest 16-bit float, ties to even; larger values become infinity. */
function toHalf(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | 0x7c00 | (magnitude > 0x7f800000 ? 0x200 : 0);
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 the steps are equal, 2^-24 each.
  if (magnitude < 0x38800000) return sign | roundEven(Math.abs(value) * 2 ** 24);
  const shifted = magnitude - 0x38000000;
  return sign | roundEven(shifted / 8192);
}

function roundEven(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
}

function fromHalf(half: number): number {
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** An embedding as the ledger stores it. */
export const packEmbedding = answering('packEmbedding', (embedding: Float32Array): string => {
  const bytes = Buffer.alloc(embedding.length * 2);
  for (const [index, value] of embedding.entries()) bytes.writeUInt16LE(toHalf(value), index * 2);
  return bytes.toString('base64');
});

/**
 * Decodes an embedding from packEmbedding().
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export const unpackEmbedding = answering('unpackEmbedding', (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.length % 2 !== 0 || bytes.toString('base64') !== text)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `embedding: expected base64 of 16-bit floats, got ${JSON.stringify(text.slice(0, 20))} (${bytes.length} bytes)`,
    );
  return Float32Array.from({ length: bytes.length / 2 }, (_, index) => fromHalf(bytes.readUInt16LE(index * 2)));
});
