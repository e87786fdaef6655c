import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';

export interface DiskUse {
  /** Bytes of each folder of the home; 0: it does not exist. */
  parts: Record<string, number>;
  /** Bytes available to this user on that file system; null if the system does not report it. */
  freeBytes: number | null;
}

/** Bytes of all files below a folder. Unreadable folders, and files removed meanwhile, count as 0. */
async function bytesBelow(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  let sum = 0;
  for (const entry of entries) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) sum += await bytesBelow(inner);
    else if (entry.isFile())
      sum += await lstat(inner).then(
        (info) => info.size,
        () => 0,
      );
  }
  return sum;
}

/** Disk use of each folder, by name. Links are not followed. */
export async function diskUse(home: string, folders: Readonly<Record<string, string>>): Promise<DiskUse> {
  const parts: Record<string, number> = {};
  for (const [name, folder] of Object.entries(folders)) parts[name] = await bytesBelow(folder);
  const freeBytes = await statfs(home).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  return { parts, freeBytes };
}
