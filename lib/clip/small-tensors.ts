/** The tensors of a small file (an aesthetic head) as 64-bit numbers: safetensors, or torch's zip format without executing its pickle. */
import { readFile, stat } from 'node:fs/promises';
import { ArtistError, systemCode } from '../core/index.ts';
import { readModelHeader } from '../models/index.ts';
import { PickleError, type TensorView, unpickleTensors } from './pickle.ts';

export interface SmallTensor {
  /** PyTorch's order: [out, in]. */
  shape: readonly number[];
  values: Float64Array;
}

/** The largest published head has 4 MB; a larger file is something else. */
const maxBytes = 64 * 1024 * 1024;

function formatError(path: string, problem: string, cause?: unknown): ArtistError {
  return new ArtistError('ERR_MODEL_FORMAT', `${path}: ${problem}`, { cause });
}

function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const readers: Readonly<Record<string, { bytes: number; read: (data: Buffer, at: number) => number }>> = {
  F64: { bytes: 8, read: (data, at) => data.readDoubleLE(at) },
  F32: { bytes: 4, read: (data, at) => data.readFloatLE(at) },
  F16: { bytes: 2, read: (data, at) => half(data.readUInt16LE(at)) },
  BF16: {
    bytes: 2,
    read: (data, at) => {
      const word = Buffer.alloc(4);
      word.writeUInt16LE(data.readUInt16LE(at), 2);
      return word.readFloatLE(0);
    },
  },
};

function reader(path: string, name: string, dtype: string): { bytes: number; read: (data: Buffer, at: number) => number } {
  const found = readers[dtype];
  if (!found) throw new ArtistError('ERR_UNSUPPORTED', `${path}: tensor ${name}: expected F32, F16, BF16 or F64, got ${dtype}`);
  return found;
}

/** @throws ArtistError ERR_MODEL_NOT_FOUND, ERR_READ, ERR_MODEL_FORMAT, ERR_UNSUPPORTED */
export async function readSmallTensors(path: string): Promise<Map<string, SmallTensor>> {
  const header = await readModelHeader(path);
  if (header.format === 'torch-legacy')
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      `${path}: saved by a torch older than 1.6. Load it there and save it again, or convert it to safetensors`,
    );
  const { size } = await stat(path);
  if (size > maxBytes || header.format === 'diffusers')
    throw formatError(path, `expected an aesthetic head of at most ${maxBytes / 2 ** 20} MiB, got ${Math.round(size / 2 ** 20)} MiB`);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new ArtistError('ERR_READ', `${path}: cannot be read (${systemCode(cause) ?? String(cause)})`, { cause });
  });
  if (header.format === 'torch-zip') return torchTensors(path, bytes);
  const tensors = new Map<string, SmallTensor>();
  for (const { name, dtype, shape, offset } of header.tensors) {
    const { bytes: width, read } = reader(path, name, dtype);
    const count = shape.reduce((product, length) => product * length, 1);
    tensors.set(name, { shape, values: Float64Array.from({ length: count }, (_, at) => read(bytes, offset + at * width)) });
  }
  return tensors;
}

/** The files of a zip by the last part of their names; torch stores them uncompressed. */
function zipEntries(path: string, bytes: Buffer): Map<string, Buffer> {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + 22 > bytes.length) throw formatError(path, 'a zip without its end record: the file is truncated, download it again');
  const entries = new Map<string, Buffer>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) throw formatError(path, 'a zip with a damaged directory');
    const [method, size, nameBytes] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 24), bytes.readUInt16LE(at + 28)];
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameBytes);
    at += 46 + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (method !== 0)
      throw new ArtistError('ERR_UNSUPPORTED', `${path}: ${name}: expected a file that torch saved (stored), got a compressed one`);
    if (local + 30 > bytes.length) throw formatError(path, `${name}: lies outside the file`);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    if (start + size > bytes.length) throw formatError(path, `${name}: ends outside the file. It is truncated: download it again`);
    entries.set(name.slice(name.indexOf('/') + 1), bytes.subarray(start, start + size));
  }
  return entries;
}

function torchTensors(path: string, bytes: Buffer): Map<string, SmallTensor> {
  const entries = zipEntries(path, bytes);
  const index = entries.get('data.pkl');
  if (!index) throw formatError(path, 'a zip that holds no torch checkpoint (no data.pkl inside)');
  if (entries.get('byteorder')?.toString() === 'big')
    throw new ArtistError('ERR_UNSUPPORTED', `${path}: expected little-endian numbers, got big-endian`);
  let views: Map<string, TensorView>;
  try {
    views = unpickleTensors(index);
  } catch (cause) {
    if (!(cause instanceof PickleError)) throw cause;
    throw formatError(path, cause.message, cause);
  }
  const tensors = new Map<string, SmallTensor>();
  for (const [name, view] of views) tensors.set(name, gather(path, name, view, entries.get(`data/${view.storage.key}`)));
  return tensors;
}

/** The values of a view in the order of its shape. */
function gather(path: string, name: string, { storage, offset, shape, strides }: TensorView, data: Buffer | undefined): SmallTensor {
  const { bytes: width, read } = reader(path, name, storage.dtype);
  const count = shape.reduce((product, length) => product * length, 1);
  const last = shape.reduce((sum, length, axis) => sum + (length - 1) * (strides[axis] ?? 0), offset);
  // A stride of 0 could repeat one number gigabytes long, so allow no more values than stored.
  if (!data || count > storage.length || (count > 0 && (last + 1) * width > data.length))
    throw formatError(path, `tensor ${name}: its values lie outside the file`);
  const values = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    let from = offset;
    let rest = at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] ?? 1;
      from += (rest % length) * (strides[axis] ?? 0);
      rest = Math.floor(rest / length);
    }
    values[at] = read(data, from * width);
  }
  return { shape, values };
}
