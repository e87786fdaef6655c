/** Tensors of a training state as a safetensors file: f32, in the order given, with text beside them. */
import { ArtistError } from '../core/index.ts';
import type { NativeTensor } from '../engine/jobs/index.ts';
import { readModelHeader } from '../models/index.ts';
import { open } from 'node:fs/promises';

/** Bytes of a file that holds `tensors` and `text` under the key `text`. */
export function encodeTensors(tensors: readonly NativeTensor[], text: string): Uint8Array {
  let end = 0;
  const header: Record<string, unknown> = { __metadata__: { text } };
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const file = Buffer.alloc(8 + padded + end, ' ');
  file.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(file, 8);
  let at = 8 + padded;
  for (const { data } of tensors) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads such a file back.
 *
 * @throws ArtistError ERR_MODEL_FORMAT, ERR_READ, ERR_MODEL_NOT_FOUND
 */
export async function readTensors(path: string): Promise<{ tensors: NativeTensor[]; text: string }> {
  const { tensors: infos, metadata } = await readModelHeader(path);
  const { text } = metadata;
  if (typeof text !== "string")
    throw new ArtistError('ERR_MODEL_FORMAT', `${path}: expected the state of a training run, got another safetensors file`);
  const handle = await open(path, 'r');
  try {
    const tensors: NativeTensor[] = [];
    for (const { name, shape, offset, bytes } of infos) {
      const data = new Float32Array(bytes / 4);
      await handle.read(new Uint8Array(data.buffer), 0, bytes, offset);
      tensors.push({ name, shape: [...shape], data });
    }
    return { tensors, text };
  } finally {
    await handle.close();
  }
}
