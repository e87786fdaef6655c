/** The only place in the package that removes folders with their content. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, realpath, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ArtistError, systemCode } from '../errors.ts';
import { renameOver, syncFolder, writeError } from './atomic-file.ts';
import { isAlive } from './process-birth.ts';
import { checkReplaceable, type FolderWish, ownEntries } from './replaceable.ts';

/** Names that this process uses now. In a container the next process may have the same pid. */
const inUse = new Set<string>();

/** A name beside the folder to be replaced: `.site-new-1234-ab12cd34`. */
function asideName(folder: string, part: 'new' | 'old'): string {
  const name = `.${basename(folder)}-${part}-${process.pid}-${randomBytes(4).toString('hex')}`;
  inUse.add(name);
  return join(dirname(folder), name);
}

/**
 * Replaces a folder. `fill` writes the new one under another name beside it; then the old one is renamed aside, the new one gets its name,
 * and our files in the old one are removed. After a crash at any point one whole folder exists; the next call restores an old folder whose
 * place is empty. Files that others put into the old folder meanwhile stay there.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS, ERR_INVALID_ARGUMENT: the place must stay, see checkReplaceable(); ERR_WRITE, ERR_DISK_FULL;
 *   and every error of `fill`
 */
export async function replaceFolder(path: string, wish: Omit<FolderWish, 'as'>, fill: (folder: string) => Promise<void>): Promise<void> {
  const folderWish: FolderWish = { ...wish, as: 'folder' };
  const folder = await checkReplaceable(path, folderWish);
  const made = asideName(folder, 'new');
  try {
    await mkdir(dirname(folder), { recursive: true });
    await takeUp(folder, folderWish);
    await mkdir(made);
    await fill(made);
    // Check again, because filling took a while.
    await checkReplaceable(path, folderWish);
    await swap(made, folder, wish.isOurs);
  } catch (error) {
    // Safe to remove: created above under a random name.
    await rm(made, { recursive: true, force: true }).catch(() => undefined); // the first error is the one to report
    throw error instanceof ArtistError || systemCode(error) === undefined ? error : writeError(path, error);
  }
}

async function swap(made: string, folder: string, isOurs: FolderWish['isOurs']): Promise<void> {
  const old = asideName(folder, 'old');
  const stood = await rename(folder, old).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await renameOver(made, folder);
  } catch (error) {
    if (stood) await rename(old, folder);
    throw error;
  }
  await syncFolder(dirname(folder));
  if (stood) await removeOwn(old, isOurs);
}

/** Removes our files below a folder, and then the empty folders. */
async function removeOwn(folder: string, isOurs: FolderWish['isOurs']): Promise<void> {
  const entries = await ownEntries(folder, isOurs);
  for (const { path, kind } of entries) if (kind === 'file') await unlink(path);
  for (const path of [...entries.flatMap((entry) => (entry.kind === 'folder' ? entry.path : [])).reverse(), folder]) {
    await rmdir(path).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOTEMPTY' && systemCode(error) !== 'EEXIST') throw error;
    });
  }
}

/** Cleans up after a killed call: removes its half-made folder, and restores the old folder if its place is empty. */
async function takeUp(folder: string, wish: FolderWish): Promise<void> {
  const above = dirname(folder);
  const left = (await readdir(above)).flatMap((name) => {
    const [, part, pid] = new RegExp(`^\\.${escaped(basename(folder))}-(new|old)-(\\d+)-[0-9a-f]{8}$`).exec(name) ?? [];
    return part === undefined || (Number(pid) === process.pid ? inUse.has(name) : isAlive(Number(pid)))
      ? []
      : [{ part, path: join(above, name) }];
  });
  for (const { part, path } of left) {
    const names = await readdir(path);
    if (part === 'old' && names.includes(wish.mark) && !(await readdir(above)).includes(basename(folder))) await rename(path, folder);
    else await removeOwn(path, wish.isOurs);
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Removes a folder of ours with its content, or a file. Does nothing if it is not there.
 *
 * @param inside a folder known to be ours; `path` must lie below it, with links followed
 * @throws ArtistError ERR_WRITE; ERR_INTERNAL: it does not lie there
 */
export async function removeTree(path: string, { inside }: { inside: string }): Promise<void> {
  try {
    const [root, above] = await Promise.all([realpath(inside), realpath(dirname(resolve(path)))]);
    const way = relative(root, join(above, basename(path)));
    if (way === '' || way === '..' || way.startsWith(`..${sep}`) || resolve(root, way) !== join(above, basename(path)))
      throw new ArtistError('ERR_INTERNAL', `${path}: expected a place below ${inside} to be removed`);
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error instanceof ArtistError ? error : writeError(path, error);
  }
}
