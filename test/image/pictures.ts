/** Small pictures and chunks built by hand, so that what the library writes and reads is checked against something that is not itself. */
import { deflateSync } from 'node:zlib';
import { is, ok } from 'uvu/assert';
import { ArtistError } from '../../lib/core/index.ts';
import type { Recipe } from '../../lib/image/index.ts';

/** Repeatable random numbers (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A smooth picture with some noise. */
export function picture(
  width: number,
  height: number,
  channels = 3,
  seed = 1,
): { data: Uint8Array; width: number; height: number; channels: number } {
  const next = random(seed);
  const phase = next() * 7;
  const data = new Uint8Array(width * height * channels);
  for (let at = 0; at < data.length; at++) {
    const pixel = Math.floor(at / channels);
    const wave = Math.sin((pixel % width) / 9 + phase) + Math.cos(Math.floor(pixel / width) / (5 + seed) + (at % channels));
    data[at] = Math.round(128 + 50 * wave + 10 * next());
  }
  return { data, width, height, channels };
}

const crcTable = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (crcTable[(value ^ byte) & 255] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}

export function chunk(
  type: string,
  data: Uint8Array,
  { badCrc = false, length = data.length }: { badCrc?: boolean; length?: number } = {},
): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(length >>> 0);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE((crc(body) ^ (badCrc ? 1 : 0)) >>> 0);
  return Buffer.concat([head, body, tail]);
}

export const text = (keyword: string, value: string): Buffer => chunk('tEXt', Buffer.from(`${keyword}\0${value}`, 'latin1'));
export const international = (keyword: string, value: string, compress = false): Buffer =>
  chunk(
    'iTXt',
    Buffer.concat([
      Buffer.from(`${keyword}\0${compress ? '\x01' : '\0'}\0en\0\0`, 'latin1'),
      compress ? deflateSync(value) : Buffer.from(value),
    ]),
  );
export const compressed = (keyword: string, value: string): Buffer =>
  chunk('zTXt', Buffer.concat([Buffer.from(`${keyword}\0\0`, 'latin1'), deflateSync(Buffer.from(value, 'latin1'))]));

/** A 1x1 grey PNG with the given chunks before its pixels. */
export function png(...chunks: Uint8Array[]): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...chunks,
    chunk('IDAT', deflateSync(Buffer.from([0, 77]))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A TIFF block of ASCII or undefined texts in IFD0, little-endian, as Pillow writes it. */
export function tiffTexts(entries: [tag: number, type: 2 | 7, value: Buffer][]): Buffer {
  const head = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  head.write('II*\0', 0, 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  let end = head.length;
  entries.forEach(([tag, type, value], index) => {
    const at = 10 + index * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(value.length, at + 4);
    head.writeUInt32LE(end, at + 8);
    end += value.length;
  });
  return Buffer.concat([head, ...entries.map(([, , value]) => value)]);
}

/** A JPEG that ends before its pixels: enough for its segments. */
export function jpegHead(...app1: Buffer[]): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...app1.map((data) => Buffer.concat([Buffer.from([0xff, 0xe1, (data.length + 2) >> 8, (data.length + 2) & 0xff]), data])),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** Every field of a recipe, with what is hard to store in its texts. */
export const fullRecipe: Recipe = {
  mode: 'txt2img',
  prompt: 'a fox, "quoted": snow 🦊\nSecond line, with: colon\n',
  negativePrompt: 'blurry, <b>&amp;</b> 中文',
  seed: 2 ** 53 - 1,
  steps: 20,
  sampler: 'dpm++2m',
  scheduler: 'karras',
  sigmas: [14.6, 3.25, 0.1, 0],
  cfgScale: 7.5,
  imageCfgScale: 1.5,
  distilledGuidance: 3.5,
  eta: 0.1,
  flowShift: 3,
  clipSkip: 2,
  width: 512,
  height: 768,
  denoisingStrength: 0.55,
  model: { name: 'sd15, pruned: "x"', hash: 'ab'.repeat(32) },
  vae: { name: 'vae-ft', hash: 'cd'.repeat(32) },
  loras: [
    { name: 'my-style', weight: 0.8, hash: 'ef'.repeat(32) },
    { name: 'other', weight: -1 },
  ],
  controlNet: { name: 'canny', strength: 0.9 },
  batchIndex: 1,
  batchCount: 4,
  hires: { upscaler: 'Latent', scale: 2, width: 1024, height: 1536, steps: 10, denoisingStrength: 0.4 },
  upscaler: { name: 'realesrgan', hash: '01'.repeat(32), factor: 4 },
  rng: 'cuda',
  engine: 'stable-diffusion.cpp 97d2990',
  backend: 'CPU',
  software: 'ai-artist 0.1.0',
  extra: { note: 'a: b, "c"', list: [1, null, { deep: true }], 'Custom key': 'kept', slg: 2.5, ' odd key: ': 'x' },
};

/** Expects an ArtistError of this code whose message matches. Anything else, also no error, fails. */
export async function rejects(action: () => unknown, code: string, message: RegExp): Promise<ArtistError> {
  try {
    await action();
  } catch (error) {
    ok(error instanceof ArtistError, `expected an ArtistError, got ${String(error)}`);
    is(error.code, code, error.message);
    ok(message.test(error.message), `expected ${message}, got ${error.message}`);
    return error;
  }
  throw new Error(`expected ${code}, got no error`);
}
