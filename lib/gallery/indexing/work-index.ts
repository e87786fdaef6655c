import { isArtistError, withLock } from '../../core/index.ts';
import type { Artwork } from '../artwork.ts';
import { folderOf } from '../store/layout.ts';
import type { Sidecar } from '../store/sidecar.ts';
import { idsOfTask } from '../store/tasks.ts';
import type { WorkFiles } from '../store/work-files.ts';
import { IndexLog } from './index-file.ts';
import { folderLine, goneLine, newHeader, workFlags, workLine } from './index-lines.ts';
import { IndexRows, type Row } from './index-rows.ts';
import { folderTime, linesOf, monthFolders, type ScanOptions, scanFolders, stampOf, unknownSidecars } from './scan.ts';

/** Sidecars read between two short holds of the lock, while an index is made from many files. */
const batch = 500;
/** How long a reader waits for a process that writes, milliseconds, before it makes do with the index as it is. */
const patienceMs = 1000;

export interface IndexOptions {
  /** How long to wait for another process that writes, milliseconds. */
  waitMs: number | undefined;
  warn: (message: string) => void;
}

/** The index of one gallery, kept up to date with its files, and the lock under which works are written. */
export class WorkIndex {
  readonly log: IndexLog;
  /** Works read so far, while the index is made from many files. */
  progress: { done: number; total: number } | undefined;
  readonly #files: WorkFiles;
  readonly #options: IndexOptions;
  #sorted: { content: IndexRows; changed: number; byBytes: Row[] } | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** Folders that were found without their works: while they stay so, the index is right to keep these. */
  #missing: string | undefined;

  constructor(files: WorkFiles, options: IndexOptions) {
    this.#files = files;
    this.#options = options;
    const { index } = files.layout;
    this.log = new IndexLog(index, (what) => options.warn(`${index}: the index was ${what}. It is made again from the works`));
  }

  /** See Gallery.refresh(). Equal refreshes are joined: one runs, and one more for all calls that came since it began. */
  refresh(options: ScanOptions = {}): Promise<void> {
    if (options.everyFile || options.signal || options.onProgress) return this.#refresh(options);
    if (!this.#running) return this.#run();
    this.#next ??= this.#running.then(
      () => this.#run(),
      () => this.#run(),
    );
    return this.#next;
  }

  #run(): Promise<void> {
    this.#next = undefined;
    const running = this.#refresh({}).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #refresh(options: ScanOptions): Promise<void> {
    await this.log.refresh();
    if (!options.everyFile && (await this.isCurrent())) return;
    try {
      await this.#readUnknown(options);
      await this.#compare(options);
    } catch (error) {
      // A gallery on a read-only disk is indexed in memory.
      if (!isArtistError(error, 'ERR_WRITE') && !isArtistError(error, 'ERR_DISK_FULL')) throw error;
      const { lines } = await scanFolders(this.#files.folder, this.log.content, options);
      if (lines.length > 0) await this.log.appendInMemory(lines);
      this.log.content.isDamaged = false; // all files were read
    }
  }

  /** Reads works that the index does not know, without the lock but for the moment in which each batch of lines is written. */
  async #readUnknown(options: ScanOptions): Promise<void> {
    const unknown = await unknownSidecars(this.#files.folder, this.log.content);
    if (unknown.length <= batch) return;
    try {
      for (let at = 0; at < unknown.length; at += batch) {
        this.progress = { done: at, total: unknown.length };
        options.onProgress?.(at, unknown.length);
        const part = unknown.slice(at, at + batch);
        const lines = await linesOf(part, new IndexRows(), { signal: options.signal });
        await this.whileLocked('indexing', async () => {
          // Another process may have filed or read some since: its lines are newer.
          await this.#append(lines.filter((line) => !this.log.rows.has(idOfLine(line))));
        });
      }
    } finally {
      this.progress = undefined;
    }
  }

  async #compare(options: ScanOptions): Promise<void> {
    const { folder } = this.#files;
    const hasRows = this.log.rows.size > 0;
    try {
      await this.whileLocked(
        'indexing',
        async () => {
          if (!options.everyFile && (await this.isCurrent())) return; // the process that held the lock has noted it
          const { lines, missing } = await scanFolders(folder, this.log.content, options);
          if (missing > 0) this.#keepMissing(missing, await monthFolders(folder));
          // Nothing is written into a folder on which a disk may be missing.
          if (missing > 0 && this.log.isLost) return;
          await this.#append(lines);
          if (this.log.isLost || this.log.content.isDamaged || this.log.isWasteful) await this.log.compact();
        },
        hasRows ? patienceMs : undefined,
      );
    } catch (error) {
      if (!hasRows || !isArtistError(error, 'ERR_LOCKED')) throw error;
    }
  }

  #keepMissing(works: number, folders: ReadonlyMap<string, bigint>): void {
    this.#missing = signatureOf(folders);
    this.#options.warn(
      `${this.#files.folder}: ${works} of ${this.log.rows.size} works that the index knows are gone from the disk. Is a disk not mounted? Nothing was ` +
        'removed from the index. If they were deleted, run: ai-artist gallery rebuild',
    );
  }

  /** See Gallery.rebuild(). Readers keep the present index until the new one is whole. */
  async rebuild(options: Omit<ScanOptions, 'everyFile'>): Promise<{ works: number; problems: number }> {
    const { folder } = this.#files;
    const fresh = new IndexRows();
    fresh.add([newHeader(), ...(await scanFolders(folder, fresh, { ...options, everyFile: true })).lines]);
    await this.whileLocked('indexing', async () => {
      fresh.add((await scanFolders(folder, fresh)).lines); // what changed since it was read
      await this.log.replace(fresh);
    });
    const rows = [...this.log.rows.values()];
    const problems = rows.filter(({ flags }) => (flags & workFlags.damaged) !== 0).length;
    return { works: rows.length - problems, problems };
  }

  /** See Gallery.whileLocked(). */
  async whileLocked<T>(purpose: string, work: () => Promise<T>, mostMs = Number.POSITIVE_INFINITY): Promise<T> {
    // What takes long, such as reading a large index for the first time, is done before others have to wait. If it fails, it fails again below.
    await this.log.refresh().catch(() => undefined);
    const { waitMs } = this.#options;
    const waiting = waitMs === undefined && mostMs === Number.POSITIVE_INFINITY ? {} : { waitMs: Math.min(waitMs ?? mostMs, mostMs) };
    return withLock(this.#files.layout.lock, { purpose, ...waiting }, async () => {
      await this.log.refresh();
      return work();
    });
  }

  /** The works in the order of the bytes of their lines. */
  byBytes(): readonly Row[] {
    const { content } = this.log;
    if (this.#sorted?.content !== content || this.#sorted.changed !== content.changed)
      this.#sorted = { content, changed: content.changed, byBytes: [...content.rows.values()] };
    return this.#sorted.byBytes;
  }

  /** The work that was filed for a task, by the index as it is now. */
  async workOfTask(task: unknown): Promise<Artwork | undefined> {
    if (typeof task !== 'string') return undefined;
    const works = await this.#files.readMany(idsOfTask(this.log.content, this.byBytes(), task));
    return works.find(({ derivation }) => derivation?.['task'] === task);
  }

  /**
   * Writes in the folder of a work and notes the result in the index. Call it under the lock. `sidecar` undefined: the work is gone afterwards.
   * The folder is marked as read only if it was before: files that others put there must still be read.
   */
  async commit(id: string, sidecar: Sidecar | undefined, write: () => Promise<void>): Promise<void> {
    const folder = folderOf(id);
    const wasKnown = this.log.folders.get(folder) === (await folderTime(this.#files.folder, folder));
    await write();
    const [stamp, time] = [await stampOf(this.#files.sidecarOf(id)), await folderTime(this.#files.folder, folder)];
    const lines = stamp && sidecar ? [workLine({ id, stamp, sidecar })] : [goneLine(id)];
    if (wasKnown && time !== undefined) lines.push(folderLine(folder, time));
    await this.#append(lines);
    if (this.log.isWasteful) await this.#compact();
  }

  /** As #append(): if it cannot be written now, the log stays as it is, and the next change tries again. */
  async #compact(): Promise<void> {
    try {
      await this.log.compact();
    } catch (error) {
      if (!isArtistError(error, 'ERR_WRITE') && !isArtistError(error, 'ERR_DISK_FULL')) throw error;
    }
  }

  /** A full disk at this point is no failure: the work is filed, and the index can be made again from it. */
  async #append(lines: readonly string[]): Promise<void> {
    try {
      await this.log.append(lines);
    } catch (error) {
      if (!isArtistError(error, 'ERR_WRITE') && !isArtistError(error, 'ERR_DISK_FULL')) throw error;
      await this.log.appendInMemory(lines);
    }
  }

  /** Whether the index describes the folders as they are now, by their times. */
  async isCurrent(): Promise<boolean> {
    const folders = await monthFolders(this.#files.folder);
    if (this.#missing !== undefined) {
      if (signatureOf(folders) === this.#missing) return true;
      this.#missing = undefined;
    }
    if (this.log.isLost || this.log.content.isDamaged || (folders.size === 0 && this.log.rows.size > 0)) return false;
    return folders.size === this.log.folders.size && [...folders].every(([folder, time]) => this.log.folders.get(folder) === time);
  }
}

const signatureOf = (folders: ReadonlyMap<string, bigint>): string =>
  JSON.stringify([...folders].map(([folder, time]) => [folder, String(time)]));

const idOfLine = (line: string): string => line.split('\t', 2)[1] ?? '';
