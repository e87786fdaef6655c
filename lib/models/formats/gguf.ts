import { ByteCursor, OutOfBytes } from './byte-cursor.ts';
import { ggmlTypes } from './dtypes.ts';
import { formatError, type ModelFile } from './model-file.ts';
import {
  checkLayout,
  checkTensorName,
  countElements,
  type ModelHeader,
  maxDimensions,
  maxHeaderBytes,
  type TensorInfo,
} from './tensor-list.ts';

export const ggufMagic = 'GGUF';
export const defaultAlignment = 32;
/** KV key that gives the true shape of a tensor stored flat; the convention of ComfyUI-GGUF (int32 array, PyTorch order). */
export const originalShapeKey = 'comfy.gguf.orig_shape.';

/** Bytes of the fixed-size value types by number; 8 is a string, 9 an array (ggml/include/gguf.h). */
const valueBytes: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);
const stringType = 8;
const arrayType = 9;
const maxKeyBytes = 4096;
/** Longer arrays (tokenizer vocabularies) are skipped; their length is kept. */
const keptArrayLength = 16;

type Value = string | number | boolean;
interface Parsed {
  metadata: Record<string, Value>;
  shapes: Map<string, number[]>;
  tensors: { name: string; ne: number[]; type: number; offset: number }[];
  alignment: number;
  end: number;
}

/**
 * Reads and checks the header of a GGUF file, version 2 or 3 (format: ggml/include/gguf.h).
 *
 * @throws ArtistError ERR_MODEL_FORMAT, naming file, tensor and value
 */
export async function readGguf(file: ModelFile): Promise<ModelHeader> {
  const parsed = await parseGrowing(file);
  const { path, size } = file;
  const dataOffset = Math.ceil(parsed.end / parsed.alignment) * parsed.alignment;
  const names = new Set<string>();
  const tensors = parsed.tensors.map(({ name, ne, type: typeNumber, offset }): TensorInfo => {
    const where = `tensor ${JSON.stringify(name)}`;
    if (names.has(name)) throw formatError(path, `${where} appears twice`);
    names.add(name);
    const type = ggmlTypes.get(typeNumber);
    if (!type) throw formatError(path, `${where}: type: expected a ggml type number, got ${typeNumber}`);
    const elements = countElements(ne);
    if (elements === undefined) throw formatError(path, `${where}: shape: expected positive sizes, got [${ne.join(', ')}]`);
    const row = ne[0] ?? 1;
    if (row % type.block !== 0)
      throw formatError(path, `${where}: ${type.name} needs rows of a multiple of ${type.block} values, got ${row}`);
    if (offset % parsed.alignment !== 0)
      throw formatError(path, `${where}: offset: expected a multiple of ${parsed.alignment}, got ${offset}`);
    const original = parsed.shapes.get(name);
    if (original && countElements(original) !== elements)
      throw formatError(path, `${where}: original shape [${original.join(', ')}] has another number of values than [${ne.join(', ')}]`);
    return {
      name,
      dtype: type.name,
      shape: original ?? [...ne].reverse(),
      bytes: (elements / type.block) * type.bytes,
      offset: dataOffset + offset,
    };
  });
  if (tensors.length === 0) throw formatError(path, 'the file contains no tensors');
  checkLayout(path, tensors, size);
  return { path, format: 'gguf', bytes: size, tensors, metadata: parsed.metadata, dataOffset };
}

/** The header's length is known only after parsing, so parse the first bytes and read four times as much if they end early. */
async function parseGrowing(file: ModelFile): Promise<Parsed> {
  for (let length = 1024 * 1024; ; length *= 4) {
    const capped = Math.min(length, file.size, maxHeaderBytes);
    const buffer = await file.read(0, capped);
    try {
      return parse(file.path, new ByteCursor(buffer), file.size);
    } catch (error) {
      if (!(error instanceof OutOfBytes)) throw error;
      if (buffer.length < capped || capped === file.size)
        throw formatError(file.path, 'the file ended inside its GGUF header. It is truncated: download it again');
      if (capped === maxHeaderBytes) throw formatError(file.path, `GGUF header: expected at most ${maxHeaderBytes} bytes`);
    }
  }
}

function parse(path: string, cursor: ByteCursor, size: number): Parsed {
  cursor.skip(ggufMagic.length);
  const version = cursor.u32();
  if (version === 1) throw formatError(path, 'GGUF version 1 is no longer readable. Convert the model again with a current tool');
  if (version !== 2 && version !== 3)
    throw formatError(path, `GGUF version: expected 2 or 3, got ${version}${(version & 0xffff) === 0 ? ' (a big-endian file?)' : ''}`);
  const tensorCount = readCount(path, cursor, 'number of tensors', size);
  const keyCount = readCount(path, cursor, 'number of keys', size);

  const parsed: Parsed = { metadata: {}, shapes: new Map(), tensors: [], alignment: defaultAlignment, end: 0 };
  const keys = new Set<string>();
  for (let index = 0; index < keyCount; index++) {
    const key = readString(path, cursor, `key ${index}`, Math.min(size, maxKeyBytes));
    if (keys.has(key)) throw formatError(path, `key ${JSON.stringify(key)} appears twice`);
    keys.add(key);
    readValue(path, cursor, key, parsed, size);
  }
  const alignment = parsed.metadata['general.alignment'];
  if (alignment !== undefined) {
    if (typeof alignment !== 'number' || alignment < 1 || alignment > 1 << 20 || (alignment & (alignment - 1)) !== 0)
      throw formatError(path, `general.alignment: expected a power of two up to ${1 << 20}, got ${String(alignment)}`);
    parsed.alignment = alignment;
  }
  for (let index = 0; index < tensorCount; index++) {
    const name = readString(path, cursor, `name of tensor ${index}`, maxKeyBytes);
    checkTensorName(path, name);
    const dimensions = cursor.u32();
    if (dimensions < 1 || dimensions > maxDimensions)
      throw formatError(path, `tensor ${JSON.stringify(name)}: expected 1 to ${maxDimensions} dimensions, got ${dimensions}`);
    const ne = Array.from({ length: dimensions }, () => cursor.u64());
    const type = cursor.u32();
    const offset = cursor.u64();
    if (!Number.isSafeInteger(offset)) throw formatError(path, `tensor ${JSON.stringify(name)}: offset ${offset} is outside the file`);
    parsed.tensors.push({ name, ne, type, offset });
  }
  parsed.end = cursor.position;
  return parsed;
}

/** No count can exceed the bytes of the file. Checked before allocating for a damaged header. */
function readCount(path: string, cursor: ByteCursor, what: string, size: number): number {
  const count = cursor.u64();
  if (count > size) throw formatError(path, `${what}: expected at most ${size}, got ${count}`);
  return count;
}

function readString(path: string, cursor: ByteCursor, what: string, limit: number): string {
  const length = cursor.u64();
  if (length > limit) throw formatError(path, `${what}: expected a string of at most ${limit} bytes, got ${length}`);
  return cursor.text(length);
}

function readValue(path: string, cursor: ByteCursor, key: string, parsed: Parsed, size: number): void {
  const type = cursor.u32();
  if (type !== arrayType) {
    parsed.metadata[key] = readScalar(path, cursor, key, type, size);
    return;
  }
  const elementType = cursor.u32();
  const length = cursor.u64();
  if (elementType !== stringType && !valueBytes.has(elementType))
    throw formatError(path, `key ${JSON.stringify(key)}: array of unknown type ${elementType}`);
  if (length > size) throw formatError(path, `key ${JSON.stringify(key)}: expected an array of at most ${size} values, got ${length}`);
  if (length > keptArrayLength) {
    if (elementType === stringType) for (let index = 0; index < length; index++) cursor.skip(cursor.u64());
    else cursor.skip(length * (valueBytes.get(elementType) ?? 0));
    parsed.metadata[key] = `[${length} values]`;
    return;
  }
  const values = Array.from({ length }, () => readScalar(path, cursor, key, elementType, size));
  if (key.startsWith(originalShapeKey)) parsed.shapes.set(key.slice(originalShapeKey.length), values.map(Number));
  else parsed.metadata[key] = values.join(', ');
}

function readScalar(path: string, cursor: ByteCursor, key: string, type: number, size: number): Value {
  switch (type) {
    case 0:
      return cursor.u8();
    case 1:
      return cursor.i8();
    case 2:
      return cursor.u16();
    case 3:
      return cursor.i16();
    case 4:
      return cursor.u32();
    case 5:
      return cursor.i32();
    case 6:
      return cursor.f32();
    case 7:
      return cursor.u8() !== 0;
    case stringType:
      return readString(path, cursor, `key ${JSON.stringify(key)}`, size);
    case 10:
      return cursor.u64();
    case 11:
      return cursor.i64();
    case 12:
      return cursor.f64();
    default:
      throw formatError(path, `key ${JSON.stringify(key)}: unknown value type ${type}`);
  }
}
