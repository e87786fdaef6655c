import { formatError } from './model-file.ts';

/** One tensor as a file stores it. `shape` is in the usual (PyTorch) order: [out, in, kh, kw]; ggml's `ne` is the reverse. */
export interface TensorInfo {
  readonly name: string;
  /** "F16", "Q8_0", …: see dtypes.ts. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes in the file. */
  readonly bytes: number;
  /** Position of the first byte in the file. */
  readonly offset: number;
}

export type ModelFormat = 'safetensors' | 'gguf' | 'torch-zip' | 'torch-legacy' | 'diffusers';

export interface ModelHeader {
  readonly path: string;
  readonly format: ModelFormat;
  /** Size of the file, or of all files of a diffusers folder. */
  readonly bytes: number;
  /** Empty for torch checkpoints: only the engine reads their pickled index. */
  readonly tensors: readonly TensorInfo[];
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  /** Position of the first byte of tensor data. */
  readonly dataOffset: number;
}

/** Longest tensor name: the engine's ggml is compiled with GGML_MAX_NAME = 128, including the terminating NUL. */
export const maxTensorName = 127;
/** ggml has 4 dimensions; the engine's readers fold a fifth into its neighbour. */
export const maxDimensions = 5;
/** A larger header is damaged or an attack; the largest real ones (image models) are a few MB. */
export const maxHeaderBytes = 100 * 1024 * 1024;

/** Number of values of a shape; undefined if it is not a list of positive integers or too large to count exactly. */
export function countElements(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 1) return undefined;
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

export function checkTensorName(path: string, name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) throw formatError(path, 'a tensor has an empty name');
  if (bytes > maxTensorName)
    throw formatError(
      path,
      `tensor ${JSON.stringify(`${name.slice(0, 40)}…`)}: expected a name of at most ${maxTensorName} bytes, got ${bytes}`,
    );
}

/** Checks that tensors neither overlap nor reach past `end`. */
export function checkLayout(path: string, tensors: readonly TensorInfo[], end: number): void {
  const sorted = [...tensors].sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let previous: TensorInfo | undefined;
  for (const tensor of sorted) {
    if (tensor.offset + tensor.bytes > end)
      throw formatError(
        path,
        `tensor ${JSON.stringify(tensor.name)}: its data ends at byte ${tensor.offset + tensor.bytes}, the file at ${end}. The file is truncated: download it again`,
      );
    if (previous && tensor.offset < previous.offset + previous.bytes)
      throw formatError(
        path,
        `tensors ${JSON.stringify(previous.name)} and ${JSON.stringify(tensor.name)} share bytes of the file. The header is damaged`,
      );
    previous = tensor;
  }
}
