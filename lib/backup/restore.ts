import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  ArtistError,
  answering,
  homeOf,
  isArtistError,
  kindOfPlace,
  namesIn,
  removeTree,
  systemCode,
  writeError,
  writeFileAtomic,
} from '../core/index.ts';
import { BackupArchive } from './archive.ts';
import type { BackupManifest } from './format.ts';
import type { BackupOptions } from './verify.ts';

export interface RestoreOptions extends BackupOptions {
  /** Home folder that is made: nothing is there, or an empty folder. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
}

export interface Restored extends BackupManifest {
  home: string;
  /** Posts were open when the backup was made: nothing is posted until `publish on`, because they may be out already. */
  publishingOff: boolean;
}

/** The content of a file, with its folders. */
class FileWriter {
  readonly #root: string;
  #handle: FileHandle | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  async begin(path: string): Promise<(part: Uint8Array) => Promise<void>> {
    await this.end();
    const file = join(this.#root, ...path.split('/'));
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // Keys and tokens are among them, and the archive does not say which.
    const handle = await open(file, 'wx', path.startsWith('gallery/') ? 0o644 : 0o600);
    this.#handle = handle;
    return async (part) => {
      await handle.writeFile(part);
    };
  }

  async end(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

async function checkEmpty(folder: string): Promise<void> {
  const kind = await kindOfPlace(folder);
  if (kind === 'nothing') return;
  if (kind === 'folder' && (await namesIn(folder, 'a home')).length === 0) return;
  throw new ArtistError(
    'ERR_ALREADY_EXISTS',
    `home: expected nothing at ${folder}, got a home or other files. Move it away first, or name another with --home`,
  );
}

/** Files of posts: with one that is not out yet, the backup may be older than what was sent since. */
const isPost = (path: string): boolean => path.startsWith('outbox/') && path.endsWith('.json');

/**
 * Makes a home from a backup, whole or not at all: beside its place, and renamed when each file has the SHA-256 that the backup names. The index and
 * thumbnails are made again at the first use. With posts in the backup, publishing is off until `publish on`.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS: there is a home; ERR_READ; ERR_DAMAGED: it is no backup, was cut off or changed; ERR_NEWER_VERSION;
 *   ERR_WRITE, ERR_DISK_FULL; the signal's reason
 */
export const restoreBackup = answering('restoreBackup', async (path: string, options: RestoreOptions = {}): Promise<Restored> => {
  const home = homeOf(options.home);
  const folder = resolve(home.folder);
  await checkEmpty(folder);
  const archive = await BackupArchive.open(path);
  const made = `${folder}.restoring-${process.pid}`;
  const writer = new FileWriter(made);
  try {
    await mkdir(made, { recursive: true, mode: 0o700 });
    let done = 0;
    await archive.readAll(async (file) => {
      options.onProgress?.(done++, archive.manifest.files.length);
      return writer.begin(file);
    }, options.signal);
    await writer.end();
    const publishingOff = archive.manifest.files.some((file) => isPost(file.path));
    if (publishingOff) await writeFileAtomic(homeOf(made).publishingOff, '');
    await checkEmpty(folder);
    await rename(made, folder);
    return { ...archive.manifest, home: folder, publishingOff };
  } catch (error) {
    await writer.end().catch(() => undefined); // the first error is the one to report
    await removeTree(made, { inside: dirname(folder) });
    throw isArtistError(error) || systemCode(error) === undefined ? error : writeError(folder, error);
  } finally {
    archive.close();
  }
});
