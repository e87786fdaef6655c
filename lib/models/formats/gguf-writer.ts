import { open } from 'node:fs/promises';
import { ArtistError } from '../../core/index.ts';
import { ggmlTypes } from './dtypes.ts';
import { defaultAlignment, ggufMagic, originalShapeKey } from './gguf.ts';
import { checkTensorName, countElements } from './tensor-list.ts';

export interface GgufTensor {
  readonly name: string;
  /** "F16", "Q8_0", "I32", … */
  readonly dtype: string;
  /**
   * PyTorch order. If the last size is not a multiple of the type's block, the tensor is stored flat as [first, rest], with its true shape
   * under a key.
   */
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Writes a GGUF file, version 3, alignment 32, tensors in the given order. Numbers in the metadata are integers from 0 on.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: type, shape and data do not fit; ERR_WRITE
 */
export async function writeGguf(
  path: string,
  tensors: readonly GgufTensor[],
  metadata: Readonly<Record<string, string | number | boolean>>,
): Promise<void> {
  const keys: Buffer[] = Object.entries(metadata).map(([key, value]) => Buffer.concat([text(key), typedValue(value)]));
  const infos: Buffer[] = [];
  let offset = 0;
  for (const tensor of tensors) {
    const { number, stored } = checked(path, tensor);
    if (stored.length !== tensor.shape.length)
      keys.push(
        Buffer.concat([text(`${originalShapeKey}${tensor.name}`), u32(9), u32(5), u64(tensor.shape.length), ...tensor.shape.map(u32)]),
      );
    infos.push(Buffer.concat([text(tensor.name), u32(stored.length), ...[...stored].reverse().map(u64), u32(number), u64(offset)]));
    offset += padded(tensor.data.length);
  }
  const header = Buffer.concat([Buffer.from(ggufMagic, 'latin1'), u32(3), u64(tensors.length), u64(keys.length), ...keys, ...infos]);
  const handle = await open(path, 'w').catch((error: unknown) =>
    Promise.reject(new ArtistError('ERR_WRITE', `${path}: cannot be written`, { cause: error })),
  );
  try {
    await handle.write(Buffer.concat([header, Buffer.alloc(padded(header.length) - header.length)]));
    for (const { data } of tensors) {
      await handle.write(data);
      await handle.write(Buffer.alloc(padded(data.length) - data.length));
    }
  } finally {
    await handle.close();
  }
}

function checked(path: string, tensor: GgufTensor): { number: number; stored: readonly number[] } {
  checkTensorName(path, tensor.name);
  const found = [...ggmlTypes].find(([, type]) => type.name === tensor.dtype);
  const elements = countElements(tensor.shape);
  if (!found || elements === undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${tensor.name}: expected a ggml type and a shape, got ${tensor.dtype} [${tensor.shape.join(', ')}]`,
    );
  const [number, type] = found;
  const rows = tensor.shape[0] ?? 1;
  const flat = (tensor.shape.at(-1) ?? 1) % type.block !== 0;
  const stored = flat ? [rows, elements / rows] : tensor.shape;
  const bytes = (elements / type.block) * type.bytes;
  if ((stored.at(-1) ?? 1) % type.block !== 0 || bytes !== tensor.data.length)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${tensor.name}: expected ${bytes} bytes of ${tensor.dtype} [${tensor.shape.join(', ')}], got ${tensor.data.length}`,
    );
  return { number, stored };
}

const padded = (length: number): number => Math.ceil(length / defaultAlignment) * defaultAlignment;

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

/** The type number and the encoded value. */
function typedValue(value: string | number | boolean): Buffer {
  if (typeof value === 'string') return Buffer.concat([u32(8), text(value)]);
  return typeof value === 'number' ? Buffer.concat([u32(4), u32(value)]) : Buffer.concat([u32(7), Buffer.of(value ? 1 : 0)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}
