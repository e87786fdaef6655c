import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtistError, isArtistError, readError, systemCode } from '../../core/index.ts';
import { type FileStamp, folderLine, goneLine, type IndexLog, textOf, workLine } from './index-file.ts';
import { folderOf, idOfSidecar, isMonth, isYear } from './layout.ts';
import { parseSidecar, type Sidecar } from './sidecar.ts';

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

/** Index lines that reflect the current files. */
export async function scanFolders(root: string, log: IndexLog, options: ScanOptions = {}): Promise<string[]> {
  const folders = await monthFolders(root);
  const changed = [...folders].filter(([folder, time]) => options.everyFile || log.folders.get(folder) !== time);
  const lines: string[] = [];
  const present = new Set<string>();
  const jobs: { id: string; path: string }[] = [];
  for (const [folder] of changed) {
    for (const name of await names(join(root, folder))) {
      const id = idOfSidecar(name);
      // A sidecar moved by hand into another month cannot be found by its id. verifyGallery() reports it.
      if (id === undefined || folderOf(id) !== folder) continue;
      present.add(id);
      jobs.push({ id, path: join(root, folder, name) });
    }
  }
  let done = 0;
  const work = async ({ id, path }: { id: string; path: string }): Promise<void> => {
    const stamp = await stampOf(path);
    const known = log.stampOf(id);
    if (stamp && (known?.mtimeNs !== stamp.mtimeNs || known.size !== stamp.size)) {
      const read = await readWork(id, path);
      if (read) lines.push(workLine({ id, stamp, sidecar: read.sidecar }));
    }
    if (++done % 1000 === 0) options.onProgress?.(done, jobs.length);
  };
  await inParallel(jobs, work, options.signal);
  const looked = new Set(changed.map(([folder]) => folder));
  const vanished = [...log.folders.keys()].filter((folder) => !folders.has(folder));
  if (looked.size > 0 || vanished.length > 0) {
    for (const id of log.rows.keys()) {
      const folder = folderOf(id);
      if (!present.has(id) && (looked.has(folder) || !folders.has(folder))) lines.push(goneLine(id));
    }
  }
  // Use the times from before reading, so that changes in between are found next time.
  for (const [folder, time] of changed) lines.push(folderLine(folder, time));
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
