import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { monthFolders, readWork } from '../indexing/scan.ts';
import { idOfSidecar } from '../store/layout.ts';
import type { Sidecar } from '../store/sidecar.ts';

/** A work as a shell offers it. */
export interface OfferedWork {
  id: string;
  /** Its title, else its prompt; undefined: neither, or its record cannot be read. */
  about: string | undefined;
}

const titleOf = ({ title, recipe }: Sidecar): string | undefined => title ?? recipe?.prompt;

/**
 * The newest works whose ids begin with `beginning`, newest first: by the names of the files alone, without the index and without a lock, because a
 * person waits for the answer at a prompt. What cannot be read is left out.
 *
 * @param folder the folder of the gallery
 */
export async function newestWorks(
  folder: string,
  { beginning = '', most = 30 }: { beginning?: string; most?: number } = {},
): Promise<OfferedWork[]> {
  const months = [...(await monthFolders(folder)).keys()].reverse();
  const found: { id: string; path: string }[] = [];
  for (const month of months) {
    if (found.length >= most) break;
    const names = await readdir(join(folder, month)).catch(() => []);
    const ids = names.map(idOfSidecar).filter((id) => id?.startsWith(beginning.toUpperCase()) === true);
    for (const id of ids.sort().reverse()) if (id !== undefined) found.push({ id, path: join(folder, month, `${id}.json`) });
  }
  return Promise.all(
    found.slice(0, most).map(async ({ id, path }) => {
      const read = await readWork(id, path).catch(() => undefined);
      return { id, about: read?.sidecar && titleOf(read.sidecar) };
    }),
  );
}
