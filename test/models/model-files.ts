/** Small model files made in memory: tests say only what matters about them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { ArtistError, type ErrorCode } from '../../lib/core/index.ts';

export interface SmallTensor {
  shape: number[];
  dtype?: 'F16' | 'F32' | 'BF16' | 'I32' | 'F8_E4M3';
  /** Default zeros. */
  data?: Buffer;
}

const widths = { F16: 2, BF16: 2, F32: 4, I32: 4, F8_E4M3: 1 };

/** A correct safetensors file of those tensors. */
export function safetensors(tensors: Record<string, SmallTensor>, metadata?: Record<string, string>): Buffer {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, { shape, dtype = 'F16', data }] of Object.entries(tensors)) {
    const bytes = shape.reduce((product, size) => product * size, widths[dtype]);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    parts.push(data ?? Buffer.alloc(bytes));
    offset += bytes;
  }
  return rawSafetensors(JSON.stringify(header), Buffer.concat(parts));
}

/** Any header text over any data, right or wrong. */
export function rawSafetensors(header: string, data: Buffer, length = Buffer.byteLength(header)): Buffer {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([prefix, Buffer.from(header), data]);
}

export class Folder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), 'ai-artist-models-')));
  }

  async write(name: string, content: Buffer | string): Promise<string> {
    const path = join(this.path, name);
    await writeFile(path, content);
    return path;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** The promise rejects with this code and a message that matches. Returns the error. */
export async function rejects(promise: Promise<unknown>, code: ErrorCode, message: RegExp): Promise<ArtistError> {
  let error: unknown;
  try {
    await promise;
  } catch (caught) {
    error = caught;
  }
  if (!(error instanceof ArtistError))
    throw new Error(`expected ArtistError ${code}, got ${error === undefined ? 'no error' : String(error)}`, { cause: error });
  assert.is(error.code, code, error.message);
  assert.match(error.message, message);
  return error;
}
