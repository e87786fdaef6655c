/** What several CLIP tests share: the golden files, the picture they were made from, exact cosines, expected failures. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { ArtistError, type RawImage } from '../../lib/index.ts';

/** test/fixtures/clip: written by make_golden.py there. */
export function fixture(...names: string[]): string {
  return join(fileURLToPath(new URL('../fixtures/clip', import.meta.url)), ...names);
}

export function readJson<T>(...names: string[]): T {
  const content = readFileSync(fixture(...names));
  return JSON.parse((names.at(-1)?.endsWith('.gz') ? gunzipSync(content) : content).toString()) as T;
}

/** The same as picture() in make_golden.py. */
export function picture(width: number, height: number, seed: number): RawImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const wave = (x * (3 + c + seed) + y * (5 - c) + Math.floor((x * y) / 7) + seed * 41) % 256;
        const board = ((Math.floor(x / 8) + Math.floor(y / 8)) % 2) * 90;
        data[(y * width + x) * 3 + c] = (wave + board) % 256;
      }
  return { data, width, height, channels: 3 };
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.is(a.length, b.length);
  let [dot, aa, bb] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [x = 0, y = 0] = [a[at], b[at]];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.sqrt(aa * bb);
}

export function worstCosine(vectors: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): number {
  assert.is(vectors.length, expected.length);
  return Math.min(...vectors.map((vector, at) => cosine(vector, expected[at] ?? [])));
}

/** The coded error that `promise` rejects with. */
export async function artistFailure(promise: PromiseLike<unknown>, code: string, message?: RegExp | string): Promise<ArtistError> {
  let error: unknown;
  try {
    await promise;
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof ArtistError)) throw error ?? new Error(`expected ${code}, got a result`);
  assert.is(error.code, code, `${error.code}: ${error.message}`);
  if (typeof message === 'string') assert.is(error.message, message);
  else if (message) assert.match(error.message, message);
  return error;
}

export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-artist-clip-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A safetensors file of these tensors, in their order. */
export function safetensors(tensors: Readonly<Record<string, { dtype: string; shape: readonly number[]; data: Uint8Array }>>): Buffer {
  let at = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    at += data.length;
    return [name, { dtype, shape, data_offsets: [at - data.length, at] }] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...Object.values(tensors).map(({ data }) => data)]);
}
