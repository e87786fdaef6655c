/** Random weights on the disk: written when first used, listed, removed. */
import { readdir, stat, unlink } from 'node:fs/promises';
import { acquireLock, homeOf, writeError } from '../../core/index.ts';
import type { PartRole } from '../../models/index.ts';
import { type RandomModel, randomModels } from './families.ts';
import { isWritten, type RandomFile, randomBytes, writeRandomFile } from './random-file.ts';

const ending = '.gguf';
const beginning = 'random-';

const pathOf = (home: string | undefined, { name }: RandomFile): string => homeOf(home).benchWeight(`${beginning}${name}${ending}`);

/** The files of a model as options of loadModel(). They need not exist. */
export function randomPaths(model: RandomModel, home?: string): Partial<Record<PartRole, string>> {
  return Object.fromEntries(Object.entries(model).map(([role, file]) => [role, pathOf(home, file)]));
}

/** Size of all files of a model, bytes. */
export const modelBytes = (model: RandomModel): number => Object.values(model).reduce((sum, file) => sum + randomBytes(file), 0);

/** Bytes of a model that are not on the disk yet. */
export async function missingBytes(model: RandomModel, home?: string): Promise<number> {
  let bytes = 0;
  for (const file of Object.values(model)) if (!(await isWritten(pathOf(home, file), file))) bytes += randomBytes(file);
  return bytes;
}

export interface WriteModelOptions {
  /** Default: AI_ARTIST_HOME or ~/.ai-artist. */
  home?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Hears the bytes of the file that is written. */
  onProgress?: ((event: { file: string; bytes: number; of: number }) => void) | undefined;
}

/**
 * Writes the files of a model that are missing or damaged. Two processes do not write at a time.
 *
 * @throws ArtistError ERR_DISK_FULL, ERR_WRITE, ERR_LOCKED; the signal's reason
 */
export async function writeRandomModel(model: RandomModel, { home, signal, onProgress }: WriteModelOptions = {}): Promise<void> {
  const lock = await acquireLock(homeOf(home).benchWeight('.lock'), { purpose: 'writing random weights', signal });
  try {
    for (const file of Object.values(model)) {
      signal?.throwIfAborted();
      const path = pathOf(home, file);
      if (await isWritten(path, file)) continue;
      const of = randomBytes(file);
      await writeRandomFile(path, file, { signal, onProgress: (bytes) => onProgress?.({ file: file.name, bytes, of }) });
    }
  } finally {
    await lock.release();
  }
}

export interface StoredWeights {
  readonly path: string;
  readonly bytes: number;
  /** Models of the suite that use it; none: of a version before, or left by a process that was ended. */
  readonly models: readonly string[];
}

const usersOf = (name: string): string[] =>
  Object.entries(randomModels)
    .filter(([, model]) => Object.values(model).some((file) => name === `${beginning}${file.name}${ending}`))
    .map(([family]) => family);

/** Files of random weights in the cache. */
export async function listWeights(home?: string): Promise<StoredWeights[]> {
  const folder = homeOf(home).benchWeights;
  const names = await readdir(folder).catch((): string[] => []); // not made yet
  const found: StoredWeights[] = [];
  for (const name of names.filter((one) => one.startsWith(beginning)).sort()) {
    const path = homeOf(home).benchWeight(name);
    const info = await stat(path).catch(() => undefined); // removed meanwhile
    if (info?.isFile() === true) found.push({ path, bytes: info.size, models: usersOf(name) });
  }
  return found;
}

/** Removes them. They are written again when they are used. @returns those removed. @throws ArtistError ERR_WRITE, ERR_LOCKED */
export async function removeWeights(home?: string): Promise<StoredWeights[]> {
  const found = await listWeights(home);
  if (found.length === 0) return [];
  const lock = await acquireLock(homeOf(home).benchWeight('.lock'), { purpose: 'removing random weights', waitMs: 0 });
  try {
    for (const { path } of found) await unlink(path).catch((error: unknown) => Promise.reject(writeError(path, error)));
  } finally {
    await lock.release();
  }
  return found;
}
