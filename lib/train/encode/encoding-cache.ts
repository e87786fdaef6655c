import { createHash } from 'node:crypto';
import { readdir, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtistError, isArtistError, readError, systemCode, writeFileAtomic } from '../../core/index.ts';
import { canonicalJson } from '../../image/index.ts';
import { encodeSafetensors, type FloatTensor, readFloatTensors, readModelHeader } from '../../models/index.ts';
import type { Frame } from '../data/buckets.ts';

/** Output of the autoencoder for a picture. Row by row, channel by channel: [channels, height, width] in latent pixels. */
export interface LatentEncoding {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly mean: Float32Array;
  /** Standard deviation, if the autoencoder gives one. */
  readonly deviation?: Float32Array;
}

/** Output of the text encoders for a caption: `tokens` rows of `width` numbers, and a pooled vector if the family has one. */
export interface TextEncoding {
  readonly width: number;
  readonly tokens: number;
  readonly context: Float32Array;
  readonly vector?: Float32Array;
}

/** Everything that determines a latent. */
export interface LatentKey {
  /** SHA-256 of the picture file. */
  readonly picture: string;
  readonly frame: Frame;
  /** Hash of the autoencoder's weights and of everything else that changes its result (weight type). */
  readonly encoder: string;
}

/** Everything that determines a caption's embedding. */
export interface TextKey {
  readonly caption: string;
  /** Hash of the text encoders' weights and of everything else that changes the result, such as clip skip. */
  readonly encoder: string;
  /** Size of the picture, if the family's conditions contain it (SDXL). */
  readonly width?: number;
  readonly height?: number;
}

export interface CacheUsage {
  readonly hits: number;
  readonly misses: number;
  /** Damaged entries that were encoded again. */
  readonly damaged: number;
  /** Bytes written by this object. */
  readonly written: number;
}

/** Increase it when the content of an entry changes its meaning. */
const layout = 1;

export interface EncodingCacheOptions {
  /** Folder of the cache; created with the first entry. */
  readonly folder: string;
  /** Called with messages about damaged entries and a full disk. */
  readonly onNote?: (note: string) => void;
}

/**
 * Stores latents and text embeddings on disk, one safetensors file each, named by a hash of everything that determines them. A damaged
 * entry is encoded again. If the cache cannot be written, that is a note and not an error; encoding continues without it.
 */
export class EncodingCache {
  readonly #folder: string;
  readonly #onNote: (note: string) => void;
  readonly #usage = { hits: 0, misses: 0, damaged: 0, written: 0 };
  #writable = true;

  constructor({ folder, onNote = () => undefined }: EncodingCacheOptions) {
    this.#folder = folder;
    this.#onNote = onNote;
  }

  get usage(): CacheUsage {
    return { ...this.#usage };
  }

  /** Returns the latent of a picture from disk, or calls `encode` and stores the result. */
  async latent(key: LatentKey, encode: () => Promise<LatentEncoding>): Promise<LatentEncoding> {
    const file = this.#file('latents', key);
    const found = await this.#read(file, latentOf);
    if (found) return found;
    const made = await encode();
    const { width, height, channels, mean, deviation } = made;
    const shape = [channels, height, width];
    await this.#write(file, [
      { name: 'mean', shape, data: mean },
      ...(deviation === undefined ? [] : [{ name: 'deviation', shape, data: deviation }]),
    ]);
    return made;
  }

  /** Returns the embeddings of captions in order. Calls `encode` at most once, with the missing ones. */
  async texts(
    keys: readonly TextKey[],
    encode: (missing: readonly TextKey[]) => Promise<readonly TextEncoding[]>,
  ): Promise<TextEncoding[]> {
    const files = keys.map((key) => this.#file('texts', key));
    const found = new Map<string, TextEncoding>();
    const missing = new Map<string, TextKey>();
    for (const [index, file] of files.entries()) {
      if (found.has(file) || missing.has(file)) continue;
      const entry = await this.#read(file, textOf);
      if (entry) found.set(file, entry);
      else missing.set(file, keys[index] as TextKey);
    }
    const made = missing.size > 0 ? await encode([...missing.values()]) : [];
    if (made.length !== missing.size)
      throw new ArtistError(
        'ERR_INTERNAL',
        `texts: expected ${missing.size} embeddings of the encoder, got ${made.length}. Please report this`,
      );
    for (const [index, file] of [...missing.keys()].entries()) {
      const entry = made[index] as TextEncoding;
      found.set(file, entry);
      await this.#write(file, [
        { name: 'context', shape: [entry.tokens, entry.width], data: entry.context },
        ...(entry.vector === undefined || entry.vector.length === 0
          ? []
          : [{ name: 'vector', shape: [entry.vector.length], data: entry.vector }]),
      ]);
    }
    return files.map((file) => found.get(file) as TextEncoding);
  }

  #file(kind: 'latents' | 'texts', key: LatentKey | TextKey): string {
    const hash = createHash('sha256').update(canonicalJson({ layout, kind, key })).digest('hex');
    return join(this.#folder, kind, hash.slice(0, 2), `${hash}.safetensors`);
  }

  async #read<T>(file: string, build: (tensors: ReadonlyMap<string, FloatTensor>) => T | undefined): Promise<T | undefined> {
    try {
      const header = await readModelHeader(file);
      const tensors = await readFloatTensors(header);
      const content = new Map(tensors.map((tensor) => [tensor.name, tensor]));
      const entry = header.metadata['sum'] === sumOf(tensors) ? build(content) : undefined;
      if (entry !== undefined) {
        this.#usage.hits++;
        // trimCache() removes entries by time of last use. In a read-only cache the time stays as it is.
        await utimes(file, new Date(), new Date()).catch(() => undefined);
        return entry;
      }
    } catch (error) {
      if (isArtistError(error, 'ERR_MODEL_NOT_FOUND')) {
        this.#usage.misses++;
        return undefined;
      }
      if (!(error instanceof ArtistError)) throw error;
    }
    this.#usage.misses++;
    this.#usage.damaged++;
    this.#onNote(`cache: ${file} is damaged and is encoded again`);
    return undefined;
  }

  async #write(file: string, tensors: readonly FloatTensor[]): Promise<void> {
    if (!this.#writable) return;
    const { bytes } = encodeSafetensors(tensors, 'F32', { sum: sumOf(tensors) });
    try {
      await writeFileAtomic(file, bytes, { overwrite: true });
      this.#usage.written += bytes.length;
    } catch (error) {
      if (!isArtistError(error, 'ERR_DISK_FULL') && !isArtistError(error, 'ERR_WRITE')) throw error;
      this.#writable = false;
      this.#onNote(`cache: nothing more is stored, because ${error.message}`);
    }
  }
}

/** SHA-256 of names and values, which also detects a single damaged number. */
function sumOf(tensors: readonly FloatTensor[]): string {
  const hash = createHash('sha256');
  for (const { name, shape, data } of [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(`${name} ${shape.join(' ')}\n`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

function latentOf(tensors: ReadonlyMap<string, FloatTensor>): LatentEncoding | undefined {
  const mean = tensors.get('mean');
  const deviation = tensors.get('deviation');
  const [channels, height, width] = mean?.shape ?? [];
  if (mean === undefined || channels === undefined || height === undefined || width === undefined) return undefined;
  return { width, height, channels, mean: mean.data, ...(deviation === undefined ? {} : { deviation: deviation.data }) };
}

function textOf(tensors: ReadonlyMap<string, FloatTensor>): TextEncoding | undefined {
  const context = tensors.get('context');
  const vector = tensors.get('vector');
  const [tokens, width] = context?.shape ?? [];
  if (context === undefined || tokens === undefined || width === undefined) return undefined;
  return { width, tokens, context: context.data, ...(vector === undefined ? {} : { vector: vector.data }) };
}

interface CacheFile {
  readonly path: string;
  readonly bytes: number;
  readonly used: number;
}

async function cacheFiles(folder: string): Promise<CacheFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw readError(folder, 'a folder', error);
  });
  const names = entries.filter((entry) => entry.isFile() && /^[0-9a-f]{64}\.safetensors$/.test(entry.name));
  const files = await Promise.all(
    names.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const info = await stat(path).catch(() => undefined); // removed in the meantime by another run
      return info && { path, bytes: info.size, used: info.mtimeMs };
    }),
  );
  return files.filter((file) => file !== undefined);
}

/**
 * Counts the bytes and entries of a cache folder.
 *
 * @throws ArtistError ERR_READ when the folder cannot be read
 */
export async function cacheSize(folder: string): Promise<{ entries: number; bytes: number }> {
  const files = await cacheFiles(folder);
  return { entries: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/**
 * Removes the least recently used entries until the folder has at most `maxBytes`. Touches only files written by a cache.
 *
 * @throws ArtistError ERR_READ when the folder cannot be read
 */
export async function trimCache(folder: string, maxBytes: number): Promise<{ removed: number; bytes: number }> {
  const files = (await cacheFiles(folder)).sort((a, b) => a.used - b.used);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let removed = 0;
  for (const file of files) {
    if (bytes <= maxBytes) break;
    await unlink(file.path).catch(() => undefined); // another run removed it first
    bytes -= file.bytes;
    removed++;
  }
  return { removed, bytes };
}
