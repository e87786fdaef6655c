import { open } from 'node:fs/promises';
import { ArtistError } from '../../core/index.ts';
import { checkTensorName, countElements, defaultAlignment, ggmlTypes, ggufMagic, originalShapeKey } from '../../models/index.ts';

export interface GgufTensorInfo {
  readonly name: string;
  /** "F16", "Q8_0", "I32", … */
  readonly dtype: string;
  /**
   * PyTorch order. If the last size is not a multiple of the type's block, the tensor is stored flat as [first, rest], with its true shape
   * under a key. Five sizes are stored as four, the first two as one, as the engine reads the weights of convolutions over time.
   */
  readonly shape: readonly number[];
}

export interface GgufTensor extends GgufTensorInfo {
  readonly data: Uint8Array;
}

/** The part of a file before its tensors. */
export interface GgufHeader {
  readonly bytes: Buffer;
  /** Size of each tensor, without the padding to a multiple of the alignment that follows it. */
  readonly tensorBytes: readonly number[];
}

type Metadata = Readonly<Record<string, string | number | boolean>>;

/**
 * The header of a GGUF file, version 3, alignment 32, for tensors in the given order. Numbers in the metadata are integers from 0 on.
 *
 * @param path for messages
 * @throws ArtistError ERR_INVALID_ARGUMENT: type and shape do not fit
 */
export function ggufHeader(path: string, tensors: readonly GgufTensorInfo[], metadata: Metadata): GgufHeader {
  const keys: Buffer[] = Object.entries(metadata).map(([key, value]) => Buffer.concat([text(key), typedValue(value)]));
  const infos: Buffer[] = [];
  const tensorBytes: number[] = [];
  let offset = 0;
  for (const tensor of tensors) {
    const { number, stored, isFlat, bytes } = placed(path, tensor);
    if (isFlat)
      keys.push(
        Buffer.concat([text(`${originalShapeKey}${tensor.name}`), u32(9), u32(5), u64(tensor.shape.length), ...tensor.shape.map(u32)]),
      );
    infos.push(Buffer.concat([text(tensor.name), u32(stored.length), ...[...stored].reverse().map(u64), u32(number), u64(offset)]));
    tensorBytes.push(bytes);
    offset += paddedGguf(bytes);
  }
  const header = Buffer.concat([Buffer.from(ggufMagic, 'latin1'), u32(3), u64(tensors.length), u64(keys.length), ...keys, ...infos]);
  return { bytes: Buffer.concat([header, Buffer.alloc(paddedGguf(header.length) - header.length)]), tensorBytes };
}

/**
 * Writes a GGUF file.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: type, shape and data do not fit; ERR_WRITE
 */
export async function writeGguf(path: string, tensors: readonly GgufTensor[], metadata: Metadata): Promise<void> {
  const header = ggufHeader(path, tensors, metadata);
  for (const [at, { name, dtype, shape, data }] of tensors.entries())
    if (header.tensorBytes[at] !== data.length)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `${name}: expected ${header.tensorBytes[at]} bytes of ${dtype} [${shape.join(', ')}], got ${data.length}`,
      );
  const handle = await open(path, 'w').catch((error: unknown) =>
    Promise.reject(new ArtistError('ERR_WRITE', `${path}: cannot be written`, { cause: error })),
  );
  try {
    await handle.write(header.bytes);
    for (const { data } of tensors) {
      await handle.write(data);
      await handle.write(Buffer.alloc(paddedGguf(data.length) - data.length));
    }
  } finally {
    await handle.close();
  }
}

function placed(path: string, { name, dtype, shape }: GgufTensorInfo) {
  checkTensorName(path, name);
  const found = [...ggmlTypes].find(([, type]) => type.name === dtype);
  const elements = countElements(shape);
  if (!found || elements === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected a ggml type and a shape, got ${dtype} [${shape.join(', ')}]`);
  const [number, type] = found;
  const [first = 1, second = 1, ...rest] = shape;
  const isFlat = (shape.at(-1) ?? 1) % type.block !== 0;
  const stored = isFlat ? [first, elements / first] : shape.length > 4 ? [first * second, ...rest] : shape;
  if ((stored.at(-1) ?? 1) % type.block !== 0 || stored.length > 4)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected a shape that ${dtype} can store, got [${shape.join(', ')}]`);
  return { number, stored, isFlat, bytes: (elements / type.block) * type.bytes };
}

/** A size rounded up to the alignment. */
export const paddedGguf = (length: number): number => Math.ceil(length / defaultAlignment) * defaultAlignment;

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
