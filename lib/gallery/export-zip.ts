import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Zip } from 'fflate';
import { ArtistError, checkReplaceable, renameOver, syncFolder, systemCode, writeError } from '../core/index.ts';
import type { Artwork } from './artwork.ts';
import { jsonLdOf, pictureName } from './describe.ts';
import { type Exported, worksWithPictures } from './export-site.ts';
import type { Gallery } from './gallery.ts';

export interface ZipOptions {
  /** Replaces an existing file. Default false. */
  overwrite?: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** The plain format counts files in 16 bits and bytes in 32. */
const mostFiles = 65_535;
const mostBytes = 2 ** 32 - 1;

/** Writes what fflate hands out, in order. */
class ZipFile {
  readonly zip: Zip;
  readonly #fflate: typeof import('fflate');
  readonly #handle: FileHandle;
  #chunks: Uint8Array[] = [];
  #failure: Error | undefined;

  constructor(fflate: typeof import('fflate'), handle: FileHandle) {
    this.#fflate = fflate;
    this.#handle = handle;
    this.zip = new fflate.Zip((error, chunk) => {
      if (error) this.#failure = error;
      else this.#chunks.push(chunk);
    });
  }

  /** @param packed true: it is compressed already */
  async add(name: string, bytes: Uint8Array, when: string, packed: boolean): Promise<void> {
    const { ZipDeflate, ZipPassThrough } = this.#fflate;
    const file = packed ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
    file.mtime = when;
    this.zip.add(file);
    file.push(bytes, true);
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#failure) throw this.#failure;
    const chunks = this.#chunks;
    this.#chunks = [];
    for (const chunk of chunks) await this.#handle.writeFile(chunk);
  }
}

function checkSize(works: readonly Artwork[]): void {
  const bytes = works.reduce((sum, { image }) => sum + image.bytes + 20_000, 0);
  if (2 * works.length + 1 > mostFiles || bytes > mostBytes)
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      `zip: expected at most ${Math.floor(mostFiles / 2)} works and 4 GiB, got ${works.length} works of ${bytes} bytes. Export them in parts, with a query such as date:2026`,
    );
}

/** See exportZip() in tools-on-demand.ts. */
export async function exportZip(gallery: Gallery, ids: readonly string[], out: string, options: ZipOptions = {}): Promise<Exported> {
  const path = resolve(out);
  await checkReplaceable(path, { as: 'file', overwrite: options.overwrite === true });
  const { works, missing } = await worksWithPictures(gallery, ids);
  checkSize(works);
  const temporary = join(dirname(path), `.${basename(path)}-${randomBytes(4).toString('hex')}`);
  let handle: FileHandle | undefined;
  try {
    await mkdir(dirname(path), { recursive: true });
    handle = await open(temporary, 'wx');
    const file = new ZipFile(await import('fflate'), handle);
    for (const [index, work] of works.entries()) {
      options.signal?.throwIfAborted();
      options.onProgress?.(index, works.length);
      await file.add(pictureName(work), await readFile(work.path), work.createdAt, true);
      await file.add(`${work.id}.json`, await readFile(work.sidecarPath), work.createdAt, false);
    }
    const labels = works.map((work) => jsonLdOf(work, { picture: pictureName(work) }));
    await file.add(
      'works.jsonld',
      Buffer.from(`${JSON.stringify(labels, undefined, 2)}\n`),
      works[0]?.createdAt ?? '1980-01-01T00:00:00.000Z',
      false,
    );
    file.zip.end();
    await file.flush();
    await handle.sync();
    await handle.close();
    handle = undefined;
    await renameOver(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await handle?.close();
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to report
    throw error instanceof ArtistError || systemCode(error) === undefined ? error : writeError(path, error);
  }
  return { path, works: works.length, missing };
}
