import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, parse, relative, resolve, sep } from 'node:path';
import { ArtistError, isArtistError, systemCode } from '../core/index.ts';
import { decodeImage } from '../image/index.ts';
import { captionEndings, captionLists, captionOfName, type FoundCaption, readCaptionLists, readSidecar } from './caption-files.ts';

/** A picture of the folder that can be read. */
export interface FoundPicture {
  /** Absolute path. */
  readonly file: string;
  /** Path below the data set's root, with slashes. */
  readonly name: string;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
  /** Pixels, with the EXIF orientation applied. */
  readonly width: number;
  readonly height: number;
  readonly caption: FoundCaption;
  /** Times per epoch: the number of a `10_name` folder, else 1. */
  readonly repeats: number;
  /** The name of a `10_name` folder, else ''. */
  readonly concept: string;
  /** Absolute path of `name.mask.png`: white is learned, black is not. */
  readonly mask?: string;
}

export interface FoundFiles {
  readonly root: string;
  readonly pictures: readonly FoundPicture[];
  /** Files that look like pictures and cannot be read, with the reason. */
  readonly unreadable: readonly { readonly name: string; readonly reason: string }[];
  /** Captions (files, or names in a list) without a picture. */
  readonly orphans: readonly string[];
  /** Folders with a repeat count of 0. */
  readonly silenced: readonly string[];
}

const pictureEndings: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.avif', '.tif', '.tiff', '.gif'];
const isPicture = (name: string): boolean => pictureEndings.includes(parse(name).ext.toLowerCase());
const maskOf = (name: string): string => `${parse(name).name}.mask.png`;
const isMask = (name: string): boolean => /\.mask\.png$/i.test(name);

/** Pictures that are decoded at a time: sharp works in threads of its own. */
const atOnce = 4;
/** A folder deeper than this is a loop or a mistake. */
const maxDepth = 16;

interface Place {
  readonly folder: string;
  readonly names: readonly string[];
}

/** Every folder below `root` with its files, in the order of their names; what begins with a dot is left out, links are followed. */
async function walk(folder: string, depth = 0): Promise<Place[]> {
  if (depth > maxDepth)
    throw new ArtistError('ERR_TRAIN_DATA', `${folder}: expected at most ${maxDepth} folders inside each other, got more`);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw folderError(folder, error);
  });
  const visible = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  const names: string[] = [];
  const below: Place[] = [];
  for (const entry of visible) {
    const path = join(folder, entry.name);
    const kind = await kindOf(entry, path);
    if (kind === 'file') names.push(entry.name);
    else if (kind === 'folder') below.push(...(await walk(path, depth + 1)));
  }
  return [{ folder, names }, ...below];
}

async function kindOf(entry: Dirent, path: string): Promise<'file' | 'folder' | 'other'> {
  const info = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry; // a link that leads nowhere is nothing
  return info?.isFile() ? 'file' : info?.isDirectory() ? 'folder' : 'other';
}

function folderError(folder: string, error: unknown): ArtistError {
  const code = systemCode(error);
  const got = code === 'ENOENT' ? 'nothing there. Check the path' : code === 'ENOTDIR' ? 'a file' : (code ?? String(error));
  return new ArtistError('ERR_READ', `${folder}: expected a folder with pictures, got ${got}`, { cause: error });
}

/** kohya's layout: "10_fox dog" is ten repeats of the concept "fox dog". The nearest such folder below the root counts. */
function kohyaFolder(root: string, folder: string): { repeats: number; concept: string } {
  for (let place = folder; place !== root && place.length > root.length; place = dirname(place)) {
    const [, count, concept = ''] = /^(\d{1,6})_(.*)$/.exec(parse(place).base) ?? [];
    if (count !== undefined) return { repeats: Number(count), concept: concept.trim() };
  }
  return { repeats: 1, concept: '' };
}

/** SHA-256 of a file, hex; reads it in pieces. */
export async function hashPicture(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/**
 * Reads a folder of training pictures: every picture is decoded once and hashed, so that what cannot be used is known before a model is
 * loaded. Nothing is written. Captions, first that is there: `name.txt` or `name.caption`, `metadata.jsonl`, `captions.txt`, the concept of
 * a `10_name` folder, the file's name.
 *
 * @throws ArtistError ERR_READ: no such folder, a caption that cannot be read; ERR_TRAIN_DATA: a caption list with a wrong line;
 *   `signal.reason` when aborted
 */
export async function scanFolder(folder: string, options: { signal?: AbortSignal | undefined } = {}): Promise<FoundFiles> {
  const root = resolve(folder);
  const places = await walk(root);
  const jobs: (() => Promise<FoundPicture | { name: string; reason: string }>)[] = [];
  const orphans: string[] = [];
  const silenced: string[] = [];
  const known = new Set(places.flatMap((place) => place.names.map((name) => join(place.folder, name))));
  const listed = new Map<string, FoundCaption>();
  const shown = (path: string): string => relative(root, path).split(sep).join('/');
  for (const { folder: place, names } of places) {
    for (const [name, caption] of await readCaptionLists(place, names)) {
      const path = join(place, name);
      if (known.has(path)) listed.set(path, caption);
      else orphans.push(shown(path));
    }
  }
  for (const { folder: place, names } of places) {
    const kohya = kohyaFolder(root, place);
    const pictures = names.filter((name) => isPicture(name) && !isMask(name));
    const stems = new Set(pictures.map((name) => parse(name).name));
    orphans.push(
      ...names
        .filter((name) => captionEndings.includes(parse(name).ext) && !captionLists.includes(name) && !isNotice(name))
        .filter((name) => !stems.has(parse(name).name))
        .map((name) => shown(join(place, name))),
    );
    if (kohya.repeats === 0) {
      if (pictures.length > 0) silenced.push(shown(place));
      continue;
    }
    const all = new Set(names);
    for (const name of pictures) {
      const file = join(place, name);
      jobs.push(async () => {
        const read = await readPicture(file);
        if (typeof read === 'string') return { name: shown(file), reason: read };
        const fallback: FoundCaption | undefined = kohya.concept === '' ? undefined : { text: kohya.concept, source: 'folder' };
        const caption = (await readSidecar(file, all)) ?? listed.get(file) ?? fallback ?? captionOfName(file);
        const mask = all.has(maskOf(name)) ? { mask: join(place, maskOf(name)) } : {};
        return { file, name: shown(file), ...read, caption, ...kohya, ...mask };
      });
    }
  }
  const results = await inTurns(jobs, options.signal);
  const pictures = results.filter((result): result is FoundPicture => 'file' in result);
  const unreadable = results.filter((result): result is { name: string; reason: string } => 'reason' in result);
  return { root, pictures, unreadable, orphans, silenced };
}

const isNotice = (name: string): boolean => /^(?:licen[cs]e|readme|notice|credits|copying|attribution)\b/i.test(name);

/** Size and hash of a picture, or why it cannot be read. */
async function readPicture(file: string): Promise<{ hash: string; width: number; height: number } | string> {
  try {
    const { width, height } = await decodeImage(file);
    return { hash: await hashPicture(file), width, height };
  } catch (error) {
    if (!isArtistError(error, 'ERR_IMAGE_DECODE') && !isArtistError(error, 'ERR_READ')) throw error;
    return error.message.replace(`${file}: `, '').replace(/^.*?, got /, '');
  }
}

/** Runs the jobs, a few at a time, and keeps their order. */
async function inTurns<T>(jobs: readonly (() => Promise<T>)[], signal: AbortSignal | undefined): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      signal?.throwIfAborted();
      results[index] = await (jobs[index] as () => Promise<T>)();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, worker));
  signal?.throwIfAborted();
  return results;
}
