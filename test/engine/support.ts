/** Shared by several engine tests: one small painting, expected failures, files that are not models. */
import { randomFillSync } from 'node:crypto';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { ArtistError, type GenerateOptions } from '../../lib/index.ts';

/** The smallest picture the bundled model paints, in one step: about a tenth of a second. */
export const tiny: GenerateOptions = { prompt: 'flat vector art of a fox', width: 64, height: 64, steps: 1, seed: 7 };

/** Returns the error that `promise` rejects with; fails if it resolves. */
export async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new assert.Assertion({
    message: 'expected a rejection, got a result',
    generated: false,
    operator: 'rejects',
    expects: 'an error',
    actual: 'a result',
  });
}

/** Returns the ArtistError that `promise` rejects with. */
export async function artistFailure(promise: PromiseLike<unknown>, code: string, message?: RegExp | string): Promise<ArtistError> {
  const error = await failure(promise);
  if (!(error instanceof ArtistError)) throw error;
  assert.is(error.code, code, `${error.code}: ${error.message}`);
  if (typeof message === 'string') assert.is(error.message, message);
  else if (message) assert.match(error.message, message);
  return error;
}

export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-artist-test-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first `bytes` bytes of a file. */
async function head(path: string, bytes: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Makes a safetensors file of the given tensors, filled with zeros or with `values`. */
export function safetensors(tensors: Record<string, { shape: number[]; values?: Float32Array | Int32Array }>): Buffer {
  const header: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const data = values ?? new Float32Array(shape.reduce((product, size) => product * size, 1));
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    header[name] = { dtype: data instanceof Int32Array ? 'I32' : 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}

/** A LoRA of rank 4 on one attention layer of the bundled model. */
export function styleLora(strength: number): Buffer {
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, index) => Math.sin(index) * strength);
  const target = 'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q';
  return safetensors({
    [`${target}.lora_down.weight`]: { shape: [4, 128], values: values(512) },
    [`${target}.lora_up.weight`]: { shape: [128, 4], values: values(512) },
  });
}

export interface BadFile {
  what: string;
  path: string;
}

/** Files that are not models, of kinds that people really pass. `real`: a good file, to truncate. */
export async function badFiles(folder: string, real: string): Promise<BadFile[]> {
  const write = async (what: string, name: string, bytes: Uint8Array): Promise<BadFile> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return { what, path };
  };
  const directory = join(folder, 'directory.safetensors');
  await mkdir(directory);
  const wild = Buffer.from(safetensors({ weight: { shape: [4] } }));
  wild.writeBigUInt64LE(2n ** 62n);
  return [
    { what: 'missing', path: join(folder, 'missing.safetensors') },
    { what: 'directory', path: directory },
    await write('empty', 'empty.safetensors', new Uint8Array()),
    await write('truncated', 'truncated.safetensors', await head(real, 200_000)),
    await write('random bytes', 'random.safetensors', randomFillSync(new Uint8Array(4096))),
    await write('random gguf', 'random.gguf', Buffer.concat([Buffer.from('GGUF'), randomFillSync(new Uint8Array(4096))])),
    await write('header length of 2^62', 'wild.safetensors', wild),
    await write('text', 'text.ckpt', Buffer.from('this is not a model')),
  ];
}
