import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtistError, isArtistError, readError, systemCode } from '../../core/index.ts';
import { folderOf, idOfSidecar, isMonth, isYear } from '../store/layout.ts';
import { parseSidecar, type Sidecar } from '../store/sidecar.ts';
import { textOf } from './index-file.ts';
import { type FileStamp, folderLine, goneLine, workLine } from './index-lines.ts';
import type { IndexRows } from './index-rows.ts';

/** A sidecar that cannot be used. */
export interface SidecarProblem {
  id: string;
  path: string;
  code: string;
  message: string;
}

/** Files read at a time. */
const width = 32;

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw readError(folder, 'a folder', error);
  }
}

/**
 * `2026/11` -> when its list of names last changed. This package and most editors change it by renaming; an editor that writes in place
 * does not.
 */
export async function monthFolders(root: string): Promise<Map<string, bigint>> {
  const folders = new Map<string, bigint>();
  const years = (await names(root)).filter(isYear).sort();
  for (const year of years) {
    const months = (await names(join(root, year))).filter(isMonth).sort();
    await Promise.all(
      months.map(async (month) => {
        const changed = await folderTime(root, `${year}/${month}`);
        if (changed !== undefined) folders.set(`${year}/${month}`, changed);
      }),
    );
  }
  return folders;
}

export async function folderTime(root: string, folder: string): Promise<bigint | undefined> {
  try {
    const info = await stat(join(root, folder), { bigint: true });
    return info.isDirectory() ? info.mtimeNs : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readError(join(root, folder), 'a folder', error);
  }
}

export async function stampOf(path: string): Promise<FileStamp | undefined> {
  try {
    const { mtimeNs, size } = await stat(path, { bigint: true });
    return { mtimeNs, size };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readError(path, 'a file', error);
  }
}

/** Reads a sidecar. A damaged one or one of a newer version becomes a problem; undefined if it is gone. */
export async function readWork(
  id: string,
  path: string,
): Promise<{ sidecar: Sidecar; problem?: undefined } | { sidecar?: undefined; problem: SidecarProblem } | undefined> {
  try {
    const text = await textOf(path);
    if (text === undefined) return undefined;
    const sidecar = parseSidecar(path, text);
    if (sidecar.id === id) return { sidecar };
    throw new ArtistError('ERR_DAMAGED', `${path}: id: expected ${id}, the name of the file, got ${sidecar.id}`);
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return { problem: { id, path, code: error.code, message: error.message } };
  }
}

export interface ScanOptions {
  /** Checks every sidecar, not only those in folders whose list of names changed. */
  everyFile?: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What a scan found. */
export interface Scanned {
  /** Index lines that reflect the current files. */
  lines: string[];
  /** Known works that are gone although nothing says that they were deleted: more likely, a disk is not mounted. They stay in the index. */
  missing: number;
}

/** More works than this, and more than half of all, are not deleted at once by hand. */
const mostGone = 20;

/** Compares the folders that changed with the index. */
export async function scanFolders(root: string, known: IndexRows, options: ScanOptions = {}): Promise<Scanned> {
  const folders = await monthFolders(root);
  const isKnown = ([folder, time]: [string, bigint]): boolean => known.folders.get(folder) === time && !known.isDamaged;
  const changed = [...folders].filter((one) => options.everyFile || !isKnown(one));
  const present = new Set<string>();
  const jobs: Sidecars = [];
  for (const [folder] of changed) {
    for (const one of await sidecarsOf(root, folder)) {
      present.add(one.id);
      jobs.push(one);
    }
  }
  const lines = await linesOf(jobs, known, options);
  const looked = new Set(changed.map(([folder]) => folder));
  const vanished = [...known.folders.keys()].filter((folder) => !folders.has(folder));
  const gone: string[] = [];
  if (looked.size > 0 || vanished.length > 0 || folders.size === 0) {
    let seen = 0;
    for (const id of [...known.rows.keys()]) {
      if (++seen % 2000 === 0) await new Promise((done) => setImmediate(done)); // for others on this thread
      const folder = folderOf(id);
      if (!present.has(id) && (looked.has(folder) || !folders.has(folder))) gone.push(id);
    }
  }
  const isMissing = gone.length > 0 && (folders.size === 0 || (gone.length >= mostGone && gone.length > known.rows.size / 2));
  if (!isMissing) for (const id of gone) lines.push(goneLine(id));
  // Use the times from before reading, so that changes in between are found next time.
  for (const [folder, time] of changed) lines.push(folderLine(folder, time));
  return { lines, missing: isMissing ? gone.length : 0 };
}

type Sidecars = { id: string; path: string }[];

async function sidecarsOf(root: string, folder: string): Promise<Sidecars> {
  return (await names(join(root, folder))).flatMap((name) => {
    const id = idOfSidecar(name);
    // A sidecar moved by hand into another month cannot be found by its id. verifyGallery() reports it.
    return id === undefined || folderOf(id) !== folder ? [] : [{ id, path: join(root, folder, name) }];
  });
}

/** Sidecars that the index does not have at all. */
export async function unknownSidecars(root: string, known: IndexRows): Promise<Sidecars> {
  const unknown: Sidecars = [];
  for (const [folder, time] of await monthFolders(root)) {
    if (known.folders.get(folder) === time && !known.isDamaged) continue;
    for (const one of await sidecarsOf(root, folder)) if (!known.rows.has(one.id)) unknown.push(one);
  }
  return unknown;
}

/** The lines of those sidecars that changed since the index was written. */
export async function linesOf(sidecars: Sidecars, known: IndexRows, { signal, onProgress }: ScanOptions = {}): Promise<string[]> {
  const lines: string[] = [];
  let done = 0;
  await inParallel(
    sidecars,
    async ({ id, path }) => {
      const stamp = await stampOf(path);
      const before = known.stampOf(id);
      if (stamp && (before?.mtimeNs !== stamp.mtimeNs || before.size !== stamp.size)) {
        const read = await readWork(id, path);
        if (read) lines.push(workLine({ id, stamp, sidecar: read.sidecar }));
      }
      if (++done % 1000 === 0) onProgress?.(done, sidecars.length);
    },
    signal,
  );
  return lines;
}

/** Does `work` for each item, at most 32 at a time. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>, signal?: AbortSignal): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const item = items[next++];
      if (item === undefined) return;
      signal?.throwIfAborted();
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}
