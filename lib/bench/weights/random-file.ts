/** Writes a model of random weights, a megabyte at a time. */
import { type FileHandle, mkdir, open, stat, statfs, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ArtistError, isDiskFull, renameOver, syncFolder, writeError } from '../../core/index.ts';
import { type GgufHeader, type GgufTensorInfo, ggufHeader, paddedGguf } from './gguf-writer.ts';
import type { Layout } from './layouts/layout.ts';
import { type RandomType, type Tile, tileOf } from './random-values.ts';

/** A file of random weights. */
export interface RandomFile {
  /** File name, without the number that its content gives it: `flux-q4_0`. */
  readonly name: string;
  /** Type of the matrices; kernels of convolutions are F16, vectors F32. */
  readonly type: Exclude<RandomType, 'F32'>;
  readonly layout: () => Layout;
}

/** Counted up when the values change, so that files of before are written anew. */
const valuesVersion = 1;
/** Matrices below this number of values stay in half precision, as in files that people use. */
const smallMatrix = 8192;
const blockOf = { F16: 1, Q8_0: 32, Q4_0: 32 } as const;

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/** The map of CLIP's tokens to the rows of a short table is no weight but a list. */
const isTokenIndex = (name: string): boolean => name.endsWith('token_index.weight');
const isNorm = (name: string, shape: readonly number[]): boolean => shape.length === 1 && /(weight|scale|gamma)$/.test(name);

function dtypeOf(name: string, shape: readonly number[], type: RandomFile['type']): RandomType | 'I32' {
  if (isTokenIndex(name)) return 'I32';
  if (shape.length === 1) return 'F32';
  const isLarge = shape.length === 2 && product(shape) >= smallMatrix && (shape[1] ?? 1) % blockOf[type] === 0;
  return isLarge ? type : 'F16';
}

interface Planned {
  readonly tensors: readonly (GgufTensorInfo & { readonly dtype: RandomType | 'I32' })[];
  readonly header: GgufHeader;
  readonly bytes: number;
}

function plan({ name, type, layout }: RandomFile): Planned {
  const tensors = Object.entries(layout()).map(([tensor, shape]) => ({ name: tensor, shape, dtype: dtypeOf(tensor, shape, type) }));
  const header = ggufHeader(name, tensors, {
    'general.name': `${name}: random weights of ai-artist bench`,
    'general.description': 'Random numbers in the shape of a model, to measure speed. It paints noise.',
    'ai_artist.random_weights': valuesVersion,
  });
  const bytes = header.tensorBytes.reduce((sum, size) => sum + paddedGguf(size), header.bytes.length);
  return { tensors, header, bytes };
}

/** Size of the file, bytes. */
export const randomBytes = (file: RandomFile): number => plan(file).bytes;

/** Whether `path` is the complete file: its size and header are those that would be written now. */
export async function isWritten(path: string, file: RandomFile): Promise<boolean> {
  const { header, bytes } = plan(file);
  const found = await stat(path).catch(() => undefined); // not there, or not to be read: it is written
  if (found?.isFile() !== true || found.size !== bytes) return false;
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return false;
  try {
    const { buffer } = await handle.read(Buffer.alloc(header.bytes.length), 0, header.bytes.length, 0);
    return buffer.equals(header.bytes);
  } finally {
    await handle.close();
  }
}

/** Deviations and means of the values: norms are 1, biases small, and a product keeps the size of its input. */
function spreadOf(name: string, shape: readonly number[]): { deviation: number; mean: number } {
  if (isNorm(name, shape)) return { deviation: 0.02, mean: 1 };
  if (shape.length === 1) return { deviation: 0.02, mean: 0 };
  return { deviation: 1 / Math.sqrt(product(shape.slice(1))), mean: 0 };
}

/** Tiles of one file: most of its tensors share a few deviations. */
class Tiles {
  readonly #known = new Map<string, Tile>();

  get(dtype: RandomType, { deviation, mean }: { deviation: number; mean: number }): Tile {
    const key = `${dtype} ${deviation} ${mean}`;
    const known = this.#known.get(key) ?? tileOf(dtype, deviation, mean);
    this.#known.set(key, known);
    return known;
  }
}

async function fill(handle: FileHandle, { bytes, unit }: Tile, want: number, at: number, signal: AbortSignal | undefined): Promise<void> {
  // Tensors begin at different places of the tile, so that those of equal shape differ.
  let from = ((at * 7919) % Math.floor(bytes.length / unit)) * unit;
  for (let left = want; left > 0; ) {
    signal?.throwIfAborted();
    const piece = bytes.subarray(from, Math.min(bytes.length, from + left));
    await handle.writeFile(piece);
    left -= piece.length;
    from = 0;
  }
}

const tokenIndex = (count: number, rows: number): Buffer => Buffer.from(Int32Array.from({ length: count }, (_, id) => id % rows).buffer);

async function writeAll(handle: FileHandle, { tensors, header }: Planned, options: WriteOptions): Promise<void> {
  const { signal, onProgress } = options;
  const tiles = new Tiles();
  await handle.writeFile(header.bytes);
  let written = header.bytes.length;
  for (const [at, { name, shape, dtype }] of tensors.entries()) {
    const want = header.tensorBytes[at] ?? 0;
    if (dtype === 'I32') {
      const table = tensors.find((one) => one.name.endsWith('token_embedding.weight'));
      await handle.writeFile(tokenIndex(shape[0] ?? 0, table?.shape[0] ?? 1));
    } else await fill(handle, tiles.get(dtype, spreadOf(name, shape)), want, at, signal);
    await handle.writeFile(Buffer.alloc(paddedGguf(want) - want));
    written += paddedGguf(want);
    onProgress?.(written);
  }
}

export interface WriteOptions {
  signal?: AbortSignal | undefined;
  /** Hears the bytes written so far. */
  onProgress?: ((bytes: number) => void) | undefined;
}

/** Left free for what else writes meanwhile. */
const reserveBytes = 2 ** 30;

/**
 * Writes the file. It gets its name when it is complete; what an interruption leaves is removed.
 *
 * @throws ArtistError ERR_DISK_FULL, before anything is written if the space can be told; ERR_WRITE; the signal's reason
 */
export async function writeRandomFile(path: string, file: RandomFile, options: WriteOptions = {}): Promise<void> {
  const planned = plan(file);
  const folder = dirname(path);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => Promise.reject(writeError(path, error)));
  const space = await statfs(folder).catch(() => undefined); // some network drives do not tell
  const free = space && space.bavail * space.bsize;
  if (free !== undefined && free < planned.bytes + reserveBytes)
    throw new ArtistError(
      'ERR_DISK_FULL',
      `${folder}: expected ${gigabytes(planned.bytes + reserveBytes)} free for random weights, got ${gigabytes(free)}. Free some, or set AI_ARTIST_HOME to a folder on a larger disk`,
    );
  const part = `${path}.${process.pid}.part`;
  const handle = await open(part, 'w').catch((error: unknown) => Promise.reject(writeError(part, error)));
  try {
    await writeAll(handle, planned, options);
    await handle.sync();
    await handle.close();
    await renameOver(part, path);
    await syncFolder(folder);
  } catch (error) {
    await handle.close().catch(() => undefined); // closed already
    await unlink(part).catch(() => undefined); // renamed already
    throw options.signal?.aborted !== true && (isDiskFull(error) || error instanceof Error) && !(error instanceof ArtistError)
      ? writeError(path, error)
      : error;
  }
}

/** `6.94 GB` */
export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 1)} GB`;
