import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ArtistError, isArtistError, systemCode } from '../core/index.ts';
import type { Artwork } from './artwork.ts';
import type { Gallery } from './gallery.ts';
import { type ReadPicture, readPicture } from './read-picture.ts';
import type { SidecarChange } from './sidecar.ts';

export interface ImportOptions {
  /** What is said about all of them: tags, collections, licence … */
  about?: SidecarChange;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number, path: string) => void) | undefined;
}

export type ImportResult =
  | { status: 'imported'; path: string; work: Artwork }
  /** The same bytes are in the gallery already. */
  | { status: 'known'; path: string; id: string }
  | { status: 'failed'; path: string; code: string; message: string };

/** Files below the paths; folders give their pictures, by name. */
async function picturesBelow(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const info = await stat(path).catch((cause: unknown) => {
      throw new ArtistError('ERR_READ', `${path}: expected a picture or a folder, got ${systemCode(cause) ?? String(cause)}`, { cause });
    });
    if (!info.isDirectory()) files.push(resolve(path));
    else {
      const names = (await readdir(path, { recursive: true })).filter((name) => /\.(png|jpe?g|webp)$/i.test(name));
      files.push(...names.sort().map((name) => resolve(join(path, name))));
    }
  }
  return files;
}

/** See importPictures() in tools-on-demand.ts. */
export async function importPictures(gallery: Gallery, paths: readonly string[], options: ImportOptions = {}): Promise<ImportResult[]> {
  const files = await picturesBelow(paths);
  const known = await gallery.hashes();
  const results: ImportResult[] = [];
  for (const [index, path] of files.entries()) {
    options.signal?.throwIfAborted();
    options.onProgress?.(index, files.length, path);
    results.push(await importOne(gallery, path, known, options.about ?? {}));
  }
  return results;
}

async function importOne(gallery: Gallery, path: string, known: Map<string, string>, about: SidecarChange): Promise<ImportResult> {
  let picture: ReadPicture;
  try {
    picture = await readPicture(path);
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return { status: 'failed', path, code: error.code, message: error.message };
  }
  const { file, recipe, imported, modifiedAt } = picture;
  const hash = createHash('sha256').update(file.bytes).digest('hex');
  const id = known.get(hash);
  if (id !== undefined) return { status: 'known', path, id };
  const work = await gallery.add({
    image: file,
    createdAt: Math.floor(modifiedAt),
    about,
    ...(recipe && { recipe }),
    ...(imported && { imported }),
  });
  known.set(hash, work.id);
  return { status: 'imported', path, work };
}
