import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeZip } from 'client-zip';
import * as z from 'zod';
import {
  ArtistError,
  answering,
  checkReplaceable,
  homeOf,
  kindOfPlace,
  openPlainFile,
  packageVersion,
  readError,
  renameOver,
  resolveOptions,
  syncFolder,
  systemClock,
  systemCode,
  writeError,
} from '../core/index.ts';
import { type HomeFile, isOutside, listRecords, listWorks, type Places, type Wanted } from './contents.ts';
import { type BackupManifest, backupVersion, type ListedFile, manifestName, prefix } from './format.ts';
import { removeOlder } from './keep.ts';

const createOptions = z.strictObject({
  /** Home folder. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home: z.string().optional(),
  /** Folder of the gallery, absolute. Default: that of the home. */
  gallery: z.string().optional(),
  /** A new file, or an existing folder, which gets `ai-artist-<time>.zip`. */
  out: z.string().min(1),
  /** With keys and tokens: of accounts, signatures, the server. Default true. */
  secrets: z.boolean().default(true),
  /** With downloaded models. Default false. */
  models: z.boolean().default(false),
  /** In a folder: how many backups stay, the newest; older ones are removed after the new one is complete. Default: all. */
  keep: z.int().min(1).optional(),
});

export type CreateBackupOptions = z.input<typeof createOptions> & {
  signal?: AbortSignal | undefined;
  /** Called as files are written: how many of those that are known so far. */
  onProgress?: ((done: number, total: number) => void) | undefined;
};

export interface Backup extends Omit<BackupManifest, 'files'> {
  /** Absolute. */
  path: string;
  /** Size of the archive. */
  bytes: number;
  /** Number of files in it. */
  files: number;
  /** Links that lead out of the home, unreadable folders: they are not in it. */
  leftOut: { path: string; reason: string }[];
  /** The gallery is outside the home; restored, it is inside, and the setting gallery.folder must change. */
  galleryOutside: boolean;
  /** Older backups that were removed. */
  removed: string[];
}

const pieces = 1 << 20;

/** Times that ZIP can store; files may have any. */
const [firstTime, lastTime] = [Date.UTC(1980, 0, 2), Date.UTC(2107, 11, 30)];

interface Entry {
  name: string;
  input: Uint8Array | AsyncIterable<Uint8Array>;
  lastModified: Date;
}

type ArchiveOptions = Pick<CreateBackupOptions, 'signal' | 'onProgress'> & Wanted;

class Archive {
  readonly #places: Places;
  readonly #options: ArchiveOptions;
  readonly files: ListedFile[] = [];
  readonly leftOut: Backup['leftOut'] = [];
  works = 0;
  #known = 0;

  constructor(places: Places, options: ArchiveOptions) {
    this.#places = places;
    this.#options = options;
  }

  async *entries(manifest: () => BackupManifest): AsyncGenerator<Entry> {
    const { signal } = this.#options;
    const records = await listRecords(this.#places, this.#options, signal);
    this.leftOut.push(...records.passed.map(({ path, reason }) => ({ path, reason })));
    this.#known = records.files.length;
    for (const file of records.files) yield* this.#entry(file);
    // Works that are filed meanwhile come with the next look, so that no picture is without its record.
    const taken = new Set<string>();
    for (;;) {
      const { files, passed } = await this.#works();
      const fresh = files.filter(({ path }) => !taken.has(path));
      if (fresh.length === 0) {
        this.leftOut.push(...passed.map(({ path, reason }) => ({ path, reason })));
        break;
      }
      this.#known += fresh.length;
      for (const file of fresh) {
        taken.add(file.path);
        yield* this.#entry(file);
      }
    }
    this.works = this.files.filter(({ path }) => taken.has(path) && path.endsWith('.json')).length;
    yield { name: manifestName, input: Buffer.from(`${JSON.stringify(manifest(), undefined, 1)}\n`), lastModified: new Date() };
  }

  async #works(): Promise<Awaited<ReturnType<typeof listWorks>>> {
    if ((await kindOfPlace(this.#places.gallery)) === 'nothing') return { files: [], passed: [] };
    return listWorks(this.#places, this.#options.signal);
  }

  async *#entry({ file, path }: HomeFile): AsyncGenerator<Entry> {
    this.#options.signal?.throwIfAborted();
    let handle: FileHandle;
    try {
      handle = await openPlainFile(file);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return; // removed since it was listed
      throw readError(file, 'a file of the home', error);
    }
    try {
      const { size, mtimeMs } = await handle.stat();
      const lastModified = new Date(Math.min(Math.max(mtimeMs, firstTime), lastTime));
      yield { name: prefix + path, input: this.#content(handle, file, path, size), lastModified };
    } finally {
      await handle.close();
    }
    this.#options.onProgress?.(this.files.length, this.#known);
  }

  /** The file as it was when it was opened: others are replaced by renaming, and logs grow at their end. */
  async *#content(handle: FileHandle, file: string, path: string, size: number): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    let at = 0;
    while (at < size) {
      this.#options.signal?.throwIfAborted();
      const { buffer, bytesRead } = await handle
        .read(Buffer.alloc(Math.min(pieces, size - at)), 0, Math.min(pieces, size - at), at)
        .catch((error: unknown) => {
          throw readError(file, 'a file of the home', error);
        });
      if (bytesRead === 0) break; // cut short meanwhile
      const part = buffer.subarray(0, bytesRead);
      hash.update(part);
      at += bytesRead;
      yield part;
    }
    this.files.push({ path, bytes: at, sha256: hash.digest('hex') });
  }
}

const nameAt = (time: number): string => `ai-artist-${new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')}.zip`;

async function write(path: string, archive: Archive, manifest: () => BackupManifest, signal: AbortSignal | undefined): Promise<number> {
  const temporary = join(dirname(path), `.${basename(path)}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const out = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(makeZip(archive.entries(manifest)), out, { signal });
    await checkReplaceable(path, { as: 'file', overwrite: false });
    await renameOver(temporary, path);
    await syncFolder(dirname(path));
    return out.bytesWritten;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to report
    signal?.throwIfAborted();
    throw error instanceof ArtistError || systemCode(error) === undefined ? error : writeError(path, error);
  }
}

/**
 * Writes a home into one ZIP file, also while a schedule, a server and workers run: records first, then works, until no new ones come. Each file is
 * whole, as it was when its turn came. Left out are models (unless wanted), logs, locks and what is made again by itself: caches, indexes, thumbnails.
 * The file can be read by its owner alone. Written as a whole or not at all.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT; ERR_NOT_FOUND: there is no home; ERR_ALREADY_EXISTS; ERR_READ; ERR_WRITE, ERR_DISK_FULL; the signal's reason
 */
export const createBackup = answering('createBackup', async (given: CreateBackupOptions): Promise<Backup> => {
  const { signal, onProgress, ...asked } = given ?? {};
  const options = resolveOptions('createBackup', createOptions, asked);
  const home = homeOf(options.home);
  if ((await kindOfPlace(home.folder)) !== 'folder')
    throw new ArtistError('ERR_NOT_FOUND', `home: expected a folder at ${home.folder}, got nothing. Name another with --home`);
  const isFolder = (await kindOfPlace(options.out)) === 'folder';
  const now = systemClock.now();
  const path = resolve(isFolder ? join(options.out, nameAt(now)) : options.out);
  if (options.keep !== undefined && !isFolder)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `keep: expected a folder of backups beside it, got the file ${options.out}`);
  await checkReplaceable(path, { as: 'file', overwrite: false });
  const places = { home, gallery: options.gallery ?? home.gallery };
  const { secrets, models } = options;
  const archive = new Archive(places, { signal, onProgress, secrets, models });
  const facts = (): Omit<BackupManifest, 'files'> => ({
    ...{ format: 'ai-artist backup' as const, version: backupVersion, made: new Date(now).toISOString(), by: packageVersion() },
    ...{ host: hostname(), from: home.folder },
    ...{ secrets, models, works: archive.works },
  });
  const bytes = await write(path, archive, () => ({ ...facts(), files: archive.files }), signal);
  const removed = options.keep === undefined ? [] : await removeOlder(dirname(path), basename(path), options.keep);
  const { files, leftOut } = archive;
  return { ...facts(), path, bytes, files: files.length, leftOut, galleryOutside: isOutside(places), removed };
});
