import { createHash } from 'node:crypto';
import { ArtistError, display } from '../core/index.ts';

/** Raw 8-bit sRGB pixels: rows top to bottom, `channels` interleaved bytes per pixel (1 grey, 2 grey + alpha, 3 RGB, 4 RGBA). */
export interface RawImage {
  data: Uint8Array;
  width: number;
  height: number;
  channels: number;
}

/** SHA-256 of size and pixels, as hexadecimal text. */
export function pixelDigest({ width, height, channels, data }: RawImage): string {
  return createHash('sha256').update(`${width}x${height}x${channels} `).update(data).digest('hex');
}

/** Longest edge of a picture for reading and writing, pixels (also the limit of WebP's bitstream, 16383, plus one). */
export const maxEdge = 16_384;

/** Default limit of a picture's pixels, for reading and writing: 100 megapixels, 300 MB as RGB. */
export const defaultMaxPixels = 100_000_000;

function fail(message: string): never {
  throw new ArtistError('ERR_INVALID_ARGUMENT', message);
}

function checkSize(name: string, value: unknown): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > maxEdge) {
    fail(`${name}: expected an integer 1..${maxEdge} (pixels), got ${display(value)}`);
  }
}

/** True once the memory was transferred to another thread (postMessage, structuredClone). Node 20 has no `ArrayBuffer.detached`. */
function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/**
 * Checks bytes that come from a caller and returns them as a plain Uint8Array view (no copy).
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: not bytes; memory shared with another thread (it could change while it is read); detached memory
 */
export function checkBytes(name: string, value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array) && !(value instanceof Uint8ClampedArray)) {
    if (!ArrayBuffer.isView(value) || Object.prototype.toString.call(value) !== '[object Uint8Array]') {
      fail(`${name}: expected a Uint8Array or Buffer, got ${display(value)}`);
    }
  }
  const view = value as Uint8Array;
  if (typeof SharedArrayBuffer !== 'undefined' && Object.prototype.toString.call(view.buffer) === '[object SharedArrayBuffer]') {
    fail(`${name}: expected bytes of its own, got a SharedArrayBuffer. Copy it first: new Uint8Array(${name})`);
  }
  if (isDetached(view.buffer as ArrayBuffer)) {
    fail(`${name}: expected bytes, got a detached buffer (it was transferred to another thread). Pass a copy, or do not transfer it`);
  }
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * Checks raw pixels that come from a caller; the result shares their memory.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: size, channels or the length of `data` is wrong (`data: expected 49152 bytes (128x128x3), got …`)
 */
export function checkRawImage(value: RawImage): RawImage {
  const { width, height, channels } = value;
  checkSize('width', width);
  checkSize('height', height);
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4)
    fail(`channels: expected 1, 2, 3 or 4, got ${display(channels)}`);
  const data = checkBytes('data', value.data);
  const expected = width * height * channels;
  if (data.byteLength !== expected) fail(`data: expected ${expected} bytes (${width}x${height}x${channels}), got ${data.byteLength}`);
  return { data, width, height, channels };
}
