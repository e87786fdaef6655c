import { createHash } from 'node:crypto';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArtistError, readError, systemCode, writeError } from '../../core/index.ts';
import { Turns } from '../indexing/turns.ts';

/**
 * Embeddings of works by one CLIP, in one file of rows of equal length: id, scale, and the unit vector in bytes. A byte a dimension is a
 * quarter of the memory and moves a cosine by less than 0.005. They can be computed again from the pictures, so the file may be deleted.
 *
 * Header of 64 bytes: magic, then the dimensions (32 bits, little-endian). Row: 26 bytes id, 2 zero, scale (32-bit float), `dimensions`
 * signed bytes, zeros up to a multiple of four. If a work has several rows, the last one counts.
 */
const magic = 'AIAEMB1\n';
const headerBytes = 64;
const idBytes = 26;
const scaleAt = 28;
const valuesAt = 32;

/** A vector with as many numbers as the CLIP has dimensions. */
export type Vector = Float32Array;

export interface Similar {
  id: string;
  /** Cosine, -1..1. */
  similarity: number;
}

export interface Ranking {
  /** Best first. */
  best: Similar[];
  /** Number of works with a vector that were asked for; mean and standard deviation of their cosines. */
  compared: number;
  mean: number;
  deviation: number;
}

/** The file of a CLIP's embeddings. Each CLIP has its own, because vectors of two models cannot be compared. */
export function embeddingsFile(cache: string, model: string, dimensions: number): string {
  const slug = model
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  const hash = createHash('sha256').update(model).digest('hex').slice(0, 8);
  return join(cache, 'embeddings', `${slug}-${hash}-${dimensions}.bin`);
}

export class EmbeddingFile {
  readonly #stride: number;
  /** Place of each work's row. */
  readonly #rows = new Map<string, number>();
  #bytes: Buffer<ArrayBuffer> = Buffer.alloc(0);
  #count = 0;
  #inode: bigint | undefined;
  /** Serialises reads and writes, as in IndexLog. */
  readonly #turns = new Turns();

  constructor(
    readonly path: string,
    readonly dimensions: number,
  ) {
    this.#stride = Math.ceil((valuesAt + dimensions) / 4) * 4;
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  get size(): number {
    return this.#rows.size;
  }

  /**
   * Reads the rows written since the last call. A file of another format counts as empty.
   *
   * @throws ArtistError ERR_READ
   */
  refresh(): Promise<void> {
    return this.#turns.take(() => this.#refresh());
  }

  async #refresh(): Promise<void> {
    try {
      const info = await stat(this.path, { bigint: true });
      const rows = Math.floor((Number(info.size) - headerBytes) / this.#stride);
      if (info.ino !== this.#inode || rows < this.#count) this.#clear();
      this.#inode = info.ino;
      if (rows > this.#count) await this.#readRows(rows);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return this.#clear();
      throw error instanceof ArtistError ? error : readError(this.path, 'embeddings', error);
    }
  }

  async #readRows(rows: number): Promise<void> {
    const handle = await open(this.path, 'r');
    try {
      const header = Buffer.alloc(headerBytes);
      await handle.read(header, 0, headerBytes, 0);
      if (header.toString('latin1', 0, magic.length) !== magic || header.readUInt32LE(magic.length) !== this.dimensions) return;
      this.#reserve(rows);
      const [from, to] = [this.#count * this.#stride, rows * this.#stride];
      const { bytesRead } = await handle.read(this.#bytes, from, to - from, headerBytes + from);
      this.#take(this.#count + Math.floor(bytesRead / this.#stride));
    } finally {
      await handle.close();
    }
  }

  /**
   * Adds rows. Only under the gallery's lock, after refresh().
   *
   * @throws ArtistError ERR_WRITE, ERR_DISK_FULL
   */
  append(entries: readonly { id: string; vector: Vector }[]): Promise<void> {
    return this.#turns.take(() => this.#append(entries));
  }

  async #append(entries: readonly { id: string; vector: Vector }[]): Promise<void> {
    const rows = Buffer.concat(entries.map(({ id, vector }) => this.#encode(id, vector)));
    try {
      await mkdir(dirname(this.path), { recursive: true });
      const handle = await open(this.path, 'a');
      try {
        const whole = this.#count === 0 ? 0 : headerBytes + this.#count * this.#stride;
        if ((await handle.stat()).size !== whole) await handle.truncate(whole); // half a row, or not ours
        if (whole === 0) await handle.appendFile(this.#header());
        await handle.appendFile(rows);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw writeError(this.path, error);
    }
    await this.#refresh();
  }

  /** The works whose vectors have the largest cosines with `wanted`, best first. `among` limits them, by ids or by a predicate. */
  nearest(wanted: Vector, limit: number, among?: readonly string[] | ((id: string) => boolean)): Similar[] {
    return this.rank(wanted, limit, among).best;
  }

  /** As nearest(), with the spread of the cosines of all works that were compared. */
  rank(wanted: Vector, limit: number, among?: readonly string[] | ((id: string) => boolean)): Ranking {
    const query = unit(wanted);
    const { buffer, byteOffset, byteLength } = this.#bytes;
    const values = new Int8Array(buffer, byteOffset, byteLength);
    const scales = new DataView(buffer, byteOffset, byteLength);
    const ranking = { best: [] as Similar[], compared: 0, mean: 0, deviation: 0 };
    let [worst, sum, squares] = [Number.NEGATIVE_INFINITY, 0, 0];
    const [ids, isAsked] = typeof among === 'function' ? [this.#rows.keys(), among] : [among ?? this.#rows.keys(), undefined];
    for (const id of ids) {
      const row = this.#rows.get(id);
      if (row === undefined || (isAsked && !isAsked(id))) continue;
      const similarity = dot(query, values, row * this.#stride + valuesAt) * scales.getFloat32(row * this.#stride + scaleAt, true);
      ranking.compared++;
      sum += similarity;
      squares += similarity * similarity;
      if (ranking.best.length === limit && similarity <= worst) continue;
      insert(ranking.best, { id, similarity }, limit);
      worst = ranking.best.at(-1)?.similarity ?? worst;
    }
    if (ranking.compared > 0) ranking.mean = sum / ranking.compared;
    if (ranking.compared > 1) ranking.deviation = Math.sqrt(Math.max(0, squares / ranking.compared - ranking.mean ** 2));
    return ranking;
  }

  /** The unit vector of a work; undefined if it has none. */
  vectorOf(id: string): Vector | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    const at = row * this.#stride;
    const scale = this.#bytes.readFloatLE(at + scaleAt);
    return Float32Array.from({ length: this.dimensions }, (_, index) => this.#bytes.readInt8(at + valuesAt + index) * scale);
  }

  #header(): Buffer {
    const header = Buffer.alloc(headerBytes);
    header.write(magic, 'latin1');
    header.writeUInt32LE(this.dimensions, magic.length);
    return header;
  }

  #encode(id: string, vector: Vector): Buffer {
    if (vector.length !== this.dimensions)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `vector: expected ${this.dimensions} numbers, got ${vector.length}`);
    const values = unit(vector);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = largest / 127 || 1;
    const row = Buffer.alloc(this.#stride);
    row.write(id, 'latin1');
    row.writeFloatLE(scale, scaleAt);
    for (const [index, value] of values.entries()) row.writeInt8(Math.round(value / scale), valuesAt + index);
    return row;
  }

  #reserve(rows: number): void {
    const size = rows * this.#stride;
    if (size <= this.#bytes.length) return;
    const larger = Buffer.alloc(this.#count === 0 ? size : Math.max(size, Math.ceil(this.#bytes.length * 1.25)));
    this.#bytes.copy(larger, 0, 0, this.#count * this.#stride);
    this.#bytes = larger;
  }

  #take(rows: number): void {
    for (let row = this.#count; row < rows; row++) {
      const at = row * this.#stride;
      this.#rows.set(this.#bytes.toString('latin1', at, at + idBytes), row);
    }
    this.#count = rows;
  }

  #clear(): void {
    this.#count = 0;
    this.#rows.clear();
  }
}

function unit(vector: Vector): Vector {
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (!Number.isFinite(sum) || sum === 0)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `vector: expected finite numbers that are not all zero, got a length of ${Math.sqrt(sum)}`,
    );
  const length = Math.sqrt(sum);
  return vector.map((value) => value / length);
}

/** Four sums, so that the CPU can add them in parallel. */
function dot(query: Vector, values: Int8Array, at: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const { length } = query;
  let index = 0;
  for (; index + 3 < length; index += 4) {
    a += (query[index] as number) * (values[at + index] as number);
    b += (query[index + 1] as number) * (values[at + index + 1] as number);
    c += (query[index + 2] as number) * (values[at + index + 2] as number);
    d += (query[index + 3] as number) * (values[at + index + 3] as number);
  }
  for (; index < length; index++) a += (query[index] as number) * (values[at + index] as number);
  return a + b + c + d;
}

/** Inserts into a sorted list, best first. */
function insert(best: Similar[], one: Similar, limit: number): void {
  let [low, high] = [0, best.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((best[middle]?.similarity ?? 0) >= one.similarity) low = middle + 1;
    else high = middle;
  }
  best.splice(low, 0, one);
  if (best.length > limit) best.pop();
}
