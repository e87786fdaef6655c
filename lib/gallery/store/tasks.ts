import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isArtistError, isUlid, readError } from '../../core/index.ts';
import { textOf } from '../indexing/index-file.ts';
import type { IndexRows, Row } from '../indexing/index-rows.ts';
import { monthFolders } from '../indexing/scan.ts';
import { assigned, normalise, separator, taskKey } from '../search/search-text.ts';
import { parseSidecar, type Sidecar } from './sidecar.ts';

/** Ending of the future sidecar of a work that is on the disk but not confirmed. */
export const unconfirmedEnding = '.json.unconfirmed';

/** The id in the name `<ULID>.json.unconfirmed`; undefined for other names. */
export function idOfUnconfirmed(name: string): string | undefined {
  const id = name.endsWith(unconfirmedEnding) ? name.slice(0, -unconfirmedEnding.length) : '';
  return isUlid(id) ? id : undefined;
}

/**
 * Ids of works that may belong to this task; the index stores task names in lower case. One search through the bytes for any number of
 * works.
 */
export function idsOfTask(log: IndexRows, byBytes: readonly Row[], task: string): string[] {
  const needle = Buffer.from(`${separator}${taskKey}${assigned}${normalise(task)}${separator}`);
  const found: string[] = [];
  const end = log.length;
  for (let at = log.bytes.indexOf(needle); at >= 0 && at < end; at = log.bytes.indexOf(needle, at + 1)) {
    const row = rowAt(byBytes, at);
    if (row) found.push(row.id);
  }
  return found;
}

/** The row whose text contains this byte; undefined if its line was replaced. */
function rowAt(byBytes: readonly Row[], at: number): Row | undefined {
  let [low, high] = [0, byBytes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((byBytes[middle]?.to ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  const row = byBytes[low];
  return row && row.from <= at ? row : undefined;
}

export async function findUnconfirmed(root: string): Promise<Sidecar[]> {
  const found: Sidecar[] = [];
  for (const folder of (await monthFolders(root)).keys()) {
    for (const name of await namesIn(join(root, folder))) {
      if (idOfUnconfirmed(name) === undefined) continue;
      const path = join(root, folder, name);
      const text = await textOf(path);
      if (text === undefined) continue;
      try {
        found.push(parseSidecar(path, text));
      } catch (error) {
        if (!isArtistError(error)) throw error; // verifyGallery() reports it
      }
    }
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw readError(folder, 'a folder', cause);
  }
}
