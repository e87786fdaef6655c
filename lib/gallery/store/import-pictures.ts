import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ArtistError, answering, display, isArtistError, resolveOptions, systemCode, walkFolder } from '../../core/index.ts';
import { unreadPicture } from '../../image/index.ts';
import type { Artwork } from '../artwork.ts';
import type { Gallery } from '../gallery.ts';
import { pictureOf, type ReadPicture, readPicture } from './read-picture.ts';
import { changeSchema, type SidecarChange } from './sidecar.ts';

export interface ImportOptions {
  /** Fields for all of them: tags, collections, licence … … */
  about?: SidecarChange;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number, path: string) => void) | undefined;
}

export type ImportResult =
  | { status: 'imported'; path: string; work: Artwork }
  /** Files whose bytes are in the gallery already. */
  | { status: 'known'; path: string; id: string }
  | { status: 'failed'; path: string; code: string; message: string }
  /** Skipped in a folder: pictures of another format, places of other programs, links. */
  | { status: 'passed'; path: string; reason: string };

/** Endings of pictures that the gallery stores; the format is then read from the content. */
const filed = /\.(a?png|p?jpe?g|jpe|jfif|webp)$/i;
/** Endings of pictures that can be read but are not stored. */
const unfiled = /\.(avif|tiff?|gif)$/i;

interface Found {
  files: string[];
  passed: { path: string; reason: string }[];
}

/** Folders of a gallery or site that contain copies of works. */
const copiesOf = (_folder: string, names: readonly string[]): string | undefined =>
  names.includes('.ai-artist-site') ? 'a site that was exported from a gallery' : undefined;

/** Pictures at and below the paths, sorted by name; each real folder is read once. */
async function picturesBelow(paths: readonly string[], signal: AbortSignal | undefined): Promise<Found> {
  const found: Found = { files: [], passed: [] };
  for (const path of paths) {
    const info = await stat(path).catch((cause: unknown) => {
      throw new ArtistError('ERR_READ', `${path}: expected a picture or a folder, got ${systemCode(cause) ?? String(cause)}`, { cause });
    });
    if (info.isFile()) found.files.push(resolve(path));
    else if (info.isDirectory()) await takeFolder(path, found, signal);
    else throw new ArtistError('ERR_READ', `${path}: expected a picture or a folder, got a pipe, a socket or a device`);
  }
  return { files: [...new Set(found.files)], passed: found.passed };
}

async function takeFolder(path: string, found: Found, signal: AbortSignal | undefined): Promise<void> {
  const walk = await walkFolder(path, { signal, leaveOut: copiesOf });
  found.passed.push(...walk.passed.filter(({ kind, name }) => kind !== 'foreign' || !isHidden(name)));
  for (const { folder, names } of walk.folders) {
    for (const name of names) {
      const file = join(folder, name);
      // Skip the file with a work's candidates.
      if (/^[0-7][0-9A-HJKMNP-TV-Z]{25}\.candidates\.webp$/.test(name)) continue;
      if (filed.test(name)) {
        found.files.push(file);
        continue;
      }
      const reason = unfiled.test(name) ? 'the gallery files PNG, JPEG and WebP. Save them as one of these' : await unreadPicture(file);
      if (reason !== undefined) found.passed.push({ path: file, reason });
    }
  }
}

/** Almost every folder of macOS or Windows has some. */
const isHidden = (name: string): boolean => /(^|\/)(\.|thumbs\.db$|desktop\.ini$)[^/]*$/i.test(name);

/**
 * Takes pictures from elsewhere in: a copy of each file, byte for byte, with the recipe that A1111, Forge, ComfyUI, InvokeAI, NovelAI, Fooocus,
 * SwarmUI, stable-diffusion.cpp or Draw Things wrote into it. They are dated by their files. One that cannot be read stops none of the others.
 *
 * @throws ArtistError ERR_READ: a path does not exist; ERR_WRITE, ERR_DISK_FULL, ERR_LOCKED; the signal's reason
 */
export const importPictures = answering(
  'importPictures',
  async (gallery: Gallery, paths: readonly string[], options: ImportOptions = {}): Promise<ImportResult[]> => {
    // A text is a list of characters, and "/" one of them.
    if (!Array.isArray(paths))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `paths: expected a list of files and folders, got ${display(paths)}`);
    const about = resolveOptions('importPictures', changeSchema, options.about ?? {});
    const { files, passed } = await picturesBelow(paths, options.signal);
    const known = await gallery.hashes();
    const results: ImportResult[] = passed.map(({ path, reason }) => ({ status: 'passed', path, reason }));
    for (const [index, path] of files.entries()) {
      options.signal?.throwIfAborted();
      options.onProgress?.(index, files.length, path);
      results.push(await importOne(gallery, path, known, about));
    }
    return results;
  },
);

/** Files may have any date, but a folder of works is named by a four-digit year. */
const latestDate = Date.UTC(9999, 11, 31);

/** Errors of the disk or the gallery: the next picture would fail in the same way. */
const stopping: readonly string[] = ['ERR_DISK_FULL', 'ERR_WRITE', 'ERR_LOCKED'];

/** One failed picture does not stop the others. */
async function importOne(gallery: Gallery, path: string, known: Map<string, string>, about: SidecarChange): Promise<ImportResult> {
  try {
    return await fileOne(gallery, path, known, about);
  } catch (error) {
    if (!isArtistError(error)) return { status: 'failed', path, code: 'ERR_INTERNAL', message: `${path}: ${String(error)}` };
    if (stopping.includes(error.code)) throw error;
    return { status: 'failed', path, code: error.code, message: error.message };
  }
}

async function fileOne(gallery: Gallery, path: string, known: Map<string, string>, about: SidecarChange): Promise<ImportResult> {
  const picture = await readPicture(path);
  const hash = createHash('sha256').update(picture.file.bytes).digest('hex');
  const id = known.get(hash);
  if (id !== undefined) return { status: 'known', path, id };
  const work = await addRead(gallery, picture, about);
  known.set(hash, work.id);
  return { status: 'imported', path, work };
}

const addRead = (gallery: Gallery, { file, recipe, imported, modifiedAt }: ReadPicture, about: SidecarChange): Promise<Artwork> =>
  gallery.add({
    image: file,
    createdAt: Math.floor(Math.min(Math.max(modifiedAt, 1), latestDate)), // 0 would be now
    about,
    ...(recipe && { recipe }),
    ...(imported && { imported }),
  });

/**
 * Files one picture that is in memory, byte for byte, with the recipe in it. It is dated `at`, milliseconds since 1970. If a work, in the trash or not, has
 * the same bytes, that work is returned and `filed` is false.
 *
 * @param name of its file, recorded as its origin
 * @throws ArtistError ERR_IMAGE_DECODE: not a PNG, JPEG or WebP, damaged, or larger than `maxPixels`; and every error of Gallery.add()
 */
export const importPicture = answering(
  'importPicture',
  async (
    gallery: Gallery,
    { bytes, name, at, maxPixels }: { bytes: Uint8Array; name: string; at: number; maxPixels?: number },
    about: SidecarChange = {},
  ): Promise<{ work: Artwork; filed: boolean }> => {
    const checked = resolveOptions('importPicture', changeSchema, about);
    const picture = await pictureOf(bytes, name, at, maxPixels);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const query = `sha256:${sha256}`;
    const same = (await gallery.select(query))[0] ?? (await gallery.select(query, { trashed: true }))[0];
    return same === undefined
      ? { work: await addRead(gallery, picture, checked), filed: true }
      : { work: await gallery.get(same), filed: false };
  },
);
