/** What is painted of a grid, in a folder of the home until the grid is complete: the same call again goes on. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import * as z from 'zod';
import {
  type Home,
  homeOf,
  makePrivateFolder,
  namesIn,
  readError,
  readPlainFile,
  removeTree,
  systemCode,
  writeError,
  writeFileAtomic,
} from '../../core/index.ts';
import { canonicalJson } from '../../image/index.ts';

const cellSchema = z.strictObject({ index: z.int().min(0), seed: z.int(), seconds: z.number(), model: z.string() });
export type RecordedCell = z.output<typeof cellSchema>;

const recordSchema = z.strictObject({
  version: z.literal(1),
  /** Drawn when the grid began; null: each cell has one of its own. */
  seed: z.int().nullable(),
  cells: z.array(cellSchema),
});
export type Recorded = z.output<typeof recordSchema>;

/** Cells of a grid that was not gone on with for this long are removed. */
const keptMs = 30 * 24 * 3600_000;

/** The bytes of a picture, as a digest. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return createHash('sha256').update(value).digest('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** A digest of what a grid paints. */
export function digestOfGrid(value: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(plain(value)))))
    .digest('hex')
    .slice(0, 32);
}

export class GridRecord {
  readonly #home: Home;
  readonly #digest: string;
  #recorded: Recorded;

  private constructor(home: Home, digest: string, recorded: Recorded) {
    this.#home = home;
    this.#digest = digest;
    this.#recorded = recorded;
  }

  /**
   * The record of an earlier call, else `fresh`. Removes cells of other grids that were left long ago.
   *
   * @throws ArtistError ERR_READ, ERR_WRITE
   */
  static async open(folder: string, digest: string, fresh: () => Omit<Recorded, 'version' | 'cells'>, now: number): Promise<GridRecord> {
    const home = homeOf(folder);
    await forget(home, digest, now);
    const recorded = await readRecord(home.grid(digest, 'grid.json'));
    if (!recorded) {
      await removeTree(home.grid(digest), { inside: home.grids });
      await makePrivateFolder(home.grids).catch((error: unknown) => {
        throw writeError(home.grids, error);
      });
    }
    return new GridRecord(home, digest, recorded ?? { version: 1, cells: [], ...fresh() });
  }

  static lockOf(folder: string, digest: string): string {
    return homeOf(folder).grid(`${digest}.lock`);
  }

  get seed(): number | undefined {
    return this.#recorded.seed ?? undefined;
  }

  /** A cell that an earlier call painted, with its picture as PNG. */
  async cell(index: number): Promise<(RecordedCell & { png: Buffer }) | undefined> {
    const cell = this.#recorded.cells.find((one) => one.index === index);
    const file = this.#home.grid(this.#digest, `${index}.png`);
    try {
      return cell && { ...cell, png: await readPlainFile(file) };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined; // lost in a power cut: it is painted again
      throw readError(file, 'a cell of a grid', error);
    }
  }

  /** @throws ArtistError ERR_WRITE, ERR_DISK_FULL */
  async add(cell: RecordedCell, png: Buffer): Promise<void> {
    await writeFileAtomic(this.#home.grid(this.#digest, `${cell.index}.png`), png, { private: true });
    const cells = [...this.#recorded.cells.filter(({ index }) => index !== cell.index), cell];
    await this.#write({ ...this.#recorded, cells });
  }

  /** @throws ArtistError ERR_WRITE */
  async remove(): Promise<void> {
    await removeTree(this.#home.grid(this.#digest), { inside: this.#home.grids });
  }

  async #write(recorded: Recorded): Promise<void> {
    this.#recorded = recorded;
    await writeFileAtomic(this.#home.grid(this.#digest, 'grid.json'), JSON.stringify(recorded), { private: true });
  }
}

async function readRecord(file: string): Promise<Recorded | undefined> {
  try {
    return recordSchema.safeParse(JSON.parse(await readPlainFile(file, 'utf8'))).data;
  } catch (error) {
    // Cut short, or of another version: the grid begins anew.
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw readError(file, 'the record of a grid', error);
  }
}

async function forget(home: Home, own: string, now: number): Promise<void> {
  for (const name of await namesIn(home.grids, 'grids that are not complete')) {
    if (name === own || name.endsWith('.lock')) continue;
    const info = await stat(home.grid(name)).catch(() => undefined); // another process removed it
    if (info && now - info.mtimeMs > keptMs) await removeTree(home.grid(name), { inside: home.grids });
  }
}
