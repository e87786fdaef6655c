import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ArtistError, systemCode } from '../errors.ts';
import { makePrivateFolder, privateMode } from './private-folder.ts';

/**
 * Whether a write failed because there is no space: on the disk (ENOSPC), in the user's quota (EDQUOT), or within a limit of the process
 * (EFBIG).
 */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(systemCode(error) ?? '');
}

/** The error of a failed write to `path`: ERR_DISK_FULL if isDiskFull(), else ERR_WRITE. */
export function writeError(path: string, cause: unknown): ArtistError {
  const code = systemCode(cause);
  if (isDiskFull(cause)) {
    return new ArtistError('ERR_DISK_FULL', `${path}: expected room on the disk, got ${code}. Free some space or save elsewhere`, {
      cause,
    });
  }
  const got =
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
      ? `no permission to write there (${code})`
      : code === 'ENOTDIR' || code === 'EEXIST'
        ? 'a file where a folder should be'
        : code === 'ENOENT'
          ? 'a folder that is not there (ENOENT)'
          : cause instanceof Error
            ? cause.message
            : String(cause);
  return new ArtistError('ERR_WRITE', `${path}: expected a place that can be written, got ${got}`, { cause });
}

function existsError(path: string): ArtistError {
  return new ArtistError(
    'ERR_ALREADY_EXISTS',
    `${path}: expected no file there, got an existing one. Choose another name or pass overwrite: true`,
  );
}

/** fs.rename(), tried again on Windows, where virus scanners and indexers hold a new file open for some milliseconds. */
export async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const code = systemCode(error);
      if (process.platform !== 'win32' || attempt >= 9 || (code !== 'EPERM' && code !== 'EBUSY' && code !== 'EACCES')) throw error;
      await new Promise((done) => setTimeout(done, 10 * 2 ** Math.min(attempt, 5)));
    }
  }
}

/**
 * Makes a new name in the folder survive a power cut. Windows cannot open folders and some network drives cannot sync them; the file's
 * content is safe there too.
 */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // See above: the file is complete under its name.
  } finally {
    await handle?.close();
  }
}

async function writeWhole(path: string, bytes: Uint8Array | string, flags: string, mode?: number): Promise<void> {
  const handle = await open(path, flags);
  try {
    if (mode !== undefined) await handle.chmod(mode & 0o777);
    await handle.writeFile(bytes);
    // Pipes and devices cannot be synced.
    if (flags === 'wx') await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file completely or not at all: a temporary file in the same folder, fsync, rename, fsync of the folder. Missing folders are
 * created. Text is written as UTF-8. A link is followed; a pipe or device is written to directly. A file that is replaced keeps its mode; a
 * new one has `mode`, by default that of the process's umask. `private`: only the owner may read a new file, and enter a folder that is made for it.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS, ERR_DISK_FULL, ERR_WRITE
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array | string,
  { overwrite = true, mode, private: isPrivate = false }: { overwrite?: boolean; mode?: number; private?: boolean } = {},
): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = await realpath(path).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return resolve(path);
      throw error;
    });
    const existing = await stat(target).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (existing?.isDirectory())
      throw new ArtistError('ERR_WRITE', `${path}: expected the path of a file, got a directory. Add a file name`);
    if (existing !== undefined && !existing.isFile()) return await writeWhole(target, bytes, 'w');
    if (existing !== undefined && !overwrite) throw existsError(path);
    const folder = dirname(target);
    if (isPrivate) await makePrivateFolder(folder);
    else await mkdir(folder, { recursive: true });
    temporary = join(folder, `.ai-artist-${randomBytes(8).toString('hex')}.tmp`);
    await writeWhole(temporary, bytes, 'wx', existing?.mode ?? mode ?? (isPrivate ? privateMode : undefined));
    if (overwrite) await renameOver(temporary, target);
    else await linkNew(temporary, target, path);
    await syncFolder(folder);
  } catch (error) {
    if (temporary !== undefined) await unlink(temporary).catch(() => undefined); // The first error is the one to report.
    throw error instanceof ArtistError ? error : writeError(path, error);
  }
}

/** Gives the file its name only if the name is free: `link` is atomic, whereas `rename` replaces. */
async function linkNew(temporary: string, target: string, path: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') throw existsError(path);
    // FAT and some network drives have no hard links; there only the check above guards the name.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS' || code === 'EMLINK') return await renameOver(temporary, target);
    throw error;
  }
  await unlink(temporary);
}
