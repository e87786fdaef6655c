import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { answering, isArtistError, readError, systemCode } from '../../core/index.ts';
import type { Gallery } from '../gallery.ts';
import { inParallel, monthFolders, readWork } from '../indexing/scan.ts';
import { folderOf, idOfSidecar, picturePattern } from './layout.ts';
import { readPicture } from './read-picture.ts';
import { idOfUnconfirmed, unconfirmedEnding } from './tasks.ts';

export const findingKinds = [
  'damaged',
  'newer',
  'picture-missing',
  'picture-changed',
  'picture-damaged',
  'candidates-missing',
  'orphan',
  'misplaced',
  'leftover',
  'foreign',
  'unreadable',
] as const;

export interface Finding {
  kind: (typeof findingKinds)[number];
  path: string;
  id?: string;
  message: string;
}

export interface VerifyOptions {
  /** false: only checks that pictures exist, without reading them. Default true. */
  hashes?: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface Verified {
  works: number;
  /** Size of all files in the month folders. */
  bytes: number;
  findings: Finding[];
}

/** A temporary file older than this was left by a killed write. */
const leftoverMs = 3_600_000;

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readError(path, 'a file', error);
  }
}

/**
 * Compares every record with the files: are the pictures there, are they those that were filed, does everything belong to something. Changes nothing.
 *
 * @throws ArtistError ERR_READ; the signal's reason
 */
export const verifyGallery = answering(
  'verifyGallery',
  async (gallery: Gallery, { hashes = true, signal, onProgress }: VerifyOptions = {}): Promise<Verified> => {
    const result: Verified = { works: 0, bytes: 0, findings: [] };
    const folders = await monthFolders(gallery.folder);
    const listed = await Promise.all(
      [...folders.keys()].map(async (folder) => ({ folder, names: await namesOf(join(gallery.folder, folder), result) })),
    );
    const total = listed.reduce((sum, { names }) => sum + names.length, 0);
    let done = 0;
    for (const { folder, names } of listed) {
      const present = new Set(names);
      await inParallel(
        names,
        async (name) => {
          await verifyFile(gallery, { folder, name, present, hashes }, result).catch((error: unknown) => {
            if (!isArtistError(error) && systemCode(error) === undefined) throw error;
            const path = join(gallery.folder, folder, name);
            result.findings.push({ kind: 'unreadable', path, message: error instanceof Error ? error.message : String(error) });
          });
          if (++done % 100 === 0) onProgress?.(done, total);
        },
        signal,
      );
    }
    result.findings.sort((a, b) => (a.path < b.path ? -1 : 1));
    return result;
  },
);

async function namesOf(folder: string, result: Verified): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    result.findings.push({ kind: 'unreadable', path: folder, message: `cannot be read (${systemCode(error) ?? String(error)})` });
    return [];
  });
}

interface Place {
  folder: string;
  name: string;
  /** Names in the same folder. */
  present: ReadonlySet<string>;
  hashes: boolean;
}

async function verifyFile(gallery: Gallery, place: Place, result: Verified): Promise<void> {
  const { folder, name, present } = place;
  const path = join(gallery.folder, folder, name);
  const bytes = (await sizeOf(path)) ?? 0;
  result.bytes += bytes; // added after the await, because other calls add meanwhile
  const found = (kind: Finding['kind'], message: string, id?: string): void => {
    result.findings.push({ kind, path, message, ...(id !== undefined && { id }) });
  };
  const id = idOfSidecar(name);
  if (id !== undefined) {
    if (folderOf(id) !== folder) return found('misplaced', `belongs into ${folderOf(id)}`, id);
    return verifyRecord(gallery, { ...place, id, path }, result);
  }
  const pictured = picturePattern.exec(name)?.[1] ?? /^([0-7][0-9A-Z]{25})\.candidates\.webp$/.exec(name)?.[1];
  if (pictured !== undefined) {
    if (!present.has(`${pictured}.json`) && !present.has(`${pictured}${unconfirmedEnding}`)) found('orphan', 'has no record', pictured);
  } else if (/^\.ai-artist-\w+\.tmp$/.test(name) || idOfUnconfirmed(name) !== undefined) {
    const info = await stat(path).catch(() => undefined); // renamed in the meantime, so it was no leftover
    if (info && Date.now() - info.mtimeMs > leftoverMs) found('leftover', 'was left by a write that was killed');
  } else if (!name.startsWith('.')) found('foreign', 'is no file of the gallery');
}

const problemKinds: Readonly<Record<string, Finding['kind']>> = { ERR_NEWER_VERSION: 'newer', ERR_READ: 'unreadable' };

async function verifyRecord(
  gallery: Gallery,
  { id, path, folder, hashes }: Place & { id: string; path: string },
  result: Verified,
): Promise<void> {
  const read = await readWork(id, path);
  const found = (kind: Finding['kind'], file: string, message: string): void => {
    result.findings.push({ kind, path: file, id, message });
  };
  if (!read) return;
  if (read.problem) return found(problemKinds[read.problem.code] ?? 'damaged', path, read.problem.message);
  result.works++;
  const { file, image, candidates, trashedAt, imported } = read.sidecar;
  const picture = join(gallery.folder, folder, file);
  const size = await sizeOf(picture);
  if (size === undefined) {
    if (trashedAt === undefined)
      found('picture-missing', picture, 'the picture of this work is gone. To throw the work away: ai-artist gallery verify --drop');
  } else if (size !== image.bytes) found('picture-changed', picture, `expected ${image.bytes} bytes, got ${size}`);
  else if (hashes && (await hashOf(picture)) !== image.sha256) found('picture-changed', picture, 'is not the picture that was filed');
  else if (hashes && imported) {
    // Only imported pictures need this: one painted here was valid when written, and its hash matches.
    const problem = await readPicture(picture).then(
      () => undefined,
      (error: unknown) => (isArtistError(error) ? error.message.slice(picture.length + 2) : String(error)),
    );
    if (problem !== undefined) found('picture-damaged', picture, problem);
  }
  if (candidates && (await sizeOf(join(gallery.folder, folder, candidates.file))) === undefined)
    found('candidates-missing', join(gallery.folder, folder, candidates.file), 'the pictures of the candidates are gone');
}
