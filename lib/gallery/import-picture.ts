import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ArtistError, isArtistError, systemCode } from '../core/index.ts';
import { loadSharp, type PartialRecipe, readRecipe } from '../image/index.ts';
import type { Artwork } from './artwork.ts';
import type { Gallery } from './gallery.ts';
import type { PictureFile } from './pictures.ts';
import type { SidecarChange } from './sidecar.ts';

const endings = { png: 'png', jpeg: 'jpg', webp: 'webp' } as const;

export interface ReadPicture {
  file: PictureFile;
  /** As far as the file says it. */
  recipe: PartialRecipe | undefined;
  imported: { from: string; program?: string } | undefined;
  modifiedAt: number;
}

/**
 * A picture's file with size and recipe.
 *
 * @throws ArtistError ERR_READ, ERR_IMAGE_DECODE: no PNG, JPEG or WebP, or damaged
 */
export async function readPicture(path: string): Promise<ReadPicture> {
  const [bytes, info] = await Promise.all([readFile(path), stat(path)]).catch((cause: unknown) => {
    throw new ArtistError('ERR_READ', `${path}: expected a picture that can be read, got ${systemCode(cause) ?? String(cause)}`, { cause });
  });
  const sharp = await loadSharp();
  const { format, width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
      throw new ArtistError('ERR_IMAGE_DECODE', `${path}: expected a PNG, JPEG or WebP, got: ${reason}`, { cause });
    });
  if (!Object.hasOwn(endings, format)) throw new ArtistError('ERR_IMAGE_DECODE', `${path}: expected a PNG, JPEG or WebP, got ${format}`);
  const found = await readRecipe(bytes);
  return {
    file: { bytes, ending: endings[format as keyof typeof endings], width, height },
    recipe: found?.recipe,
    imported: { from: basename(path), ...(found && { program: found.source }) },
    modifiedAt: info.mtimeMs,
  };
}

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

/**
 * Takes pictures from elsewhere in: a copy of each file, byte for byte, with the recipe that A1111, Forge, ComfyUI, InvokeAI, NovelAI, Fooocus,
 * SwarmUI, stable-diffusion.cpp or Draw Things wrote into it. They are dated by their files. One that cannot be read stops none of the others.
 *
 * @throws ArtistError ERR_READ: a path does not exist; ERR_WRITE, ERR_DISK_FULL, ERR_LOCKED; the signal's reason
 */
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
