import { display } from '../../core/index.ts';
import { foreignSafetensorsTypes, safetensorsTypes } from './dtypes.ts';
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

const lengthBytes = 8;

/** Whether the first 9 bytes can start a safetensors file: a plausible header length, then JSON. */
export function looksLikeSafetensors(start: Buffer, size: number): boolean {
  if (start.length < lengthBytes + 1) return false;
  return start[lengthBytes] === 0x7b && start.readBigUInt64LE(0) < BigInt(Math.max(size, maxHeaderBytes)) * 1024n;
}

/**
 * Reads and checks the header of a safetensors file (format: github.com/huggingface/safetensors): 8 bytes of length,
 * JSON `{ name: { dtype, shape, data_offsets: [begin, end) } }`, then the data without holes.
 *
 * @throws ArtistError ERR_MODEL_FORMAT, naming file, tensor and value
 */
export async function readSafetensors(file: ModelFile): Promise<ModelHeader> {
  const { path, size } = file;
  const prefix = await file.read(0, lengthBytes);
  if (prefix.length < lengthBytes) throw formatError(path, `expected a safetensors header, got a file of ${size} bytes`);
  const length64 = prefix.readBigUInt64LE(0);
  if (length64 > BigInt(maxHeaderBytes))
    throw formatError(path, `safetensors header length: expected at most ${maxHeaderBytes} bytes, got ${length64}`);
  const length = Number(length64);
  if (lengthBytes + length > size)
    throw formatError(
      path,
      `safetensors header length: expected at most ${size - lengthBytes} bytes, got ${length}. The file is truncated: download it again`,
    );
  const json = await file.read(lengthBytes, length);
  if (json.length < length) throw formatError(path, 'the file ended while its header was read');
  // The engine reads the header as a C string and would ignore everything after a NUL.
  if (json.includes(0)) throw formatError(path, 'the safetensors header contains a null byte');

  let header: unknown;
  try {
    header = JSON.parse(json.toString('utf8'));
  } catch (error) {
    throw formatError(path, `the safetensors header is not valid JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isRecord(header)) throw formatError(path, `safetensors header: expected a JSON object, got ${display(header)}`);

  const dataOffset = lengthBytes + length;
  const tensors: TensorInfo[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') tensors.push(readTensor(path, name, value, dataOffset));
  }
  if (tensors.length === 0) throw formatError(path, 'the file contains no tensors');
  checkLayout(path, tensors, size);
  checkNoHoles(path, tensors, dataOffset, size);
  return { path, format: 'safetensors', bytes: size, tensors, metadata: readMetadata(path, header.__metadata__), dataOffset };
}

function readTensor(path: string, name: string, value: unknown, dataOffset: number): TensorInfo {
  const where = `tensor ${JSON.stringify(name.slice(0, 120))}`;
  checkTensorName(path, name);
  if (!isRecord(value)) throw formatError(path, `${where}: expected an object with dtype, shape and data_offsets, got ${display(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') throw formatError(path, `${where}: dtype: expected a string, got ${display(dtype)}`);
  const type = safetensorsTypes.get(dtype);
  if (!type) {
    const known = [...safetensorsTypes.keys()].join(', ');
    const why = foreignSafetensorsTypes.includes(dtype)
      ? `the engine cannot read ${dtype}; it reads ${known}`
      : `expected one of ${known}, got ${display(dtype)}`;
    throw formatError(path, `${where}: dtype: ${why}`);
  }
  if (!Array.isArray(shape)) throw formatError(path, `${where}: shape: expected an array, got ${display(shape)}`);
  if (shape.length > maxDimensions)
    throw formatError(path, `${where}: shape: expected at most ${maxDimensions} dimensions, got ${shape.length}`);
  const sizes = shape.map((entry: unknown) => (typeof entry === 'number' ? entry : Number.NaN));
  const elements = countElements(sizes);
  if (elements === undefined)
    throw formatError(path, `${where}: shape: expected positive integers, got [${shape.map(display).join(', ')}]`);
  if (!Array.isArray(offsets) || offsets.length !== 2)
    throw formatError(path, `${where}: data_offsets: expected [begin, end], got ${display(offsets)}`);
  const [begin, end]: unknown[] = offsets;
  if (!isOffset(begin) || !isOffset(end) || end < begin)
    throw formatError(path, `${where}: data_offsets: expected two ascending integers, got [${display(begin)}, ${display(end)}]`);
  const bytes = elements * type.bytes;
  if (end - begin !== bytes)
    throw formatError(path, `${where}: ${dtype} of shape [${sizes.join(', ')}] takes ${bytes} bytes, data_offsets say ${end - begin}`);
  return { name, dtype, shape: sizes, bytes, offset: dataOffset + begin };
}

/** The format forbids holes: hidden bytes would not belong to any tensor, and they are a sign of a faulty writer. */
function checkNoHoles(path: string, tensors: readonly TensorInfo[], dataOffset: number, size: number): void {
  let expected = dataOffset;
  for (const tensor of [...tensors].sort((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (tensor.offset !== expected)
      throw formatError(
        path,
        `tensor ${JSON.stringify(tensor.name)}: expected its data at byte ${expected}, got ${tensor.offset}: ${tensor.offset - expected} bytes belong to no tensor`,
      );
    expected += tensor.bytes;
  }
  if (expected !== size)
    throw formatError(path, `expected ${expected} bytes by the header, got ${size}: the file was cut or something was appended`);
}

function readMetadata(path: string, value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw formatError(path, `__metadata__: expected an object of strings, got ${display(value)}`);
  const metadata: Record<string, string> = {};
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== 'string') throw formatError(path, `__metadata__.${key.slice(0, 60)}: expected a string, got ${display(entry)}`);
    metadata[key] = entry;
  }
  return metadata;
}

const isOffset = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
