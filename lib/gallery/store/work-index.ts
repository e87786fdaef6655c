import { isArtistError, withLock } from '../../core/index.ts';
import type { Artwork } from '../artwork.ts';
import { folderLine, goneLine, IndexLog, type Row, workFlags, workLine } from './index-file.ts';
import { folderOf } from './layout.ts';
import { folderTime, monthFolders, type ScanOptions, scanFolders, stampOf } from './scan.ts';
import type { Sidecar } from './sidecar.ts';
import { idsOfTask } from './tasks.ts';
import type { WorkFiles } from './work-files.ts';

/** The index of one gallery, kept up to date with its files, and the lock under which works are written. */
export class WorkIndex {
  readonly log: IndexLog;
  readonly #files: WorkFiles;
  readonly #waitMs: number | undefined;
  #sorted: { generation: number; byBytes: Row[]; byId: Row[] } | undefined;

  /** @param waitMs how long to wait for another process that writes, milliseconds */
  constructor(files: WorkFiles, waitMs: number | undefined) {
    this.#files = files;
    this.#waitMs = waitMs;
    this.log = new IndexLog(files.layout.index);
  }

  /** See Gallery.refresh(). */
  async refresh(options: ScanOptions = {}): Promise<void> {
    await this.log.refresh();
    if (!options.everyFile && (await this.#isCurrent())) return;
    const { folder } = this.#files;
    try {
      await this.whileLocked('indexing', async () => {
        await this.#append(await scanFolders(folder, this.log, options));
        if (this.log.dead > 1000 && this.log.dead > this.log.rows.size) await this.log.compact();
      });
    } catch (error) {
      // A gallery on a read-only disk is indexed in memory.
      if (!isArtistError(error, 'ERR_WRITE') && !isArtistError(error, 'ERR_DISK_FULL')) throw error;
      await this.log.appendInMemory(await scanFolders(folder, this.log, options));
    }
  }

  /** See Gallery.rebuild(). */
  async rebuild(options: Omit<ScanOptions, 'everyFile'>): Promise<{ works: number; problems: number }> {
    await this.whileLocked('indexing', async () => {
      await this.log.reset();
      await this.log.append(await scanFolders(this.#files.folder, this.log, { ...options, everyFile: true }));
    });
    const rows = [...this.log.rows.values()];
    const problems = rows.filter(({ flags }) => (flags & workFlags.damaged) !== 0).length;
    return { works: rows.length - problems, problems };
  }

  /** See Gallery.whileLocked(). */
  whileLocked<T>(purpose: string, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waitMs === undefined ? {} : { waitMs: this.#waitMs };
    return withLock(this.#files.layout.lock, { purpose, ...waiting }, async () => {
      await this.log.refresh();
      return work();
    });
  }

  /** The works as the index has them, in the order of its bytes and by id. */
  rows(): { byBytes: Row[]; byId: Row[] } {
    if (this.#sorted?.generation === this.log.generation) return this.#sorted;
    const byBytes = [...this.log.rows.values()];
    const byId = [...byBytes].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#sorted = { generation: this.log.generation, byBytes, byId };
    return this.#sorted;
  }

  /** The work that was filed for a task, by the index as it is now. */
  async workOfTask(task: unknown): Promise<Artwork | undefined> {
    if (typeof task !== 'string') return undefined;
    const works = await this.#files.readMany(idsOfTask(this.log, this.rows().byBytes, task));
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

  async #isCurrent(): Promise<boolean> {
    const folders = await monthFolders(this.#files.folder);
    return folders.size === this.log.folders.size && [...folders].every(([folder, time]) => this.log.folders.get(folder) === time);
  }
}
