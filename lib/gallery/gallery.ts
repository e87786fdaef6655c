import { rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  ArtistError,
  type Clock,
  createIds,
  display,
  homeOf,
  isArtistError,
  nearest,
  type RandomSource,
  renameOver,
  resolveOptions,
  syncFolder,
  systemClock,
  systemRandom,
  withLock,
  writeError,
  writeFileAtomic,
} from '../core/index.ts';
import type { Artwork } from './artwork.ts';
import { matchRows } from './search/match.ts';
import { type ListOptions, ordered, type Page, type SortOrder, startAfter } from './search/paging.ts';
import { knownFields, parseQuery } from './search/query.ts';
import { assigned, separator, settingsOf } from './search/search-text.ts';
import { type GalleryStats, statsOf } from './search/stats.ts';
import { folderLine, goneLine, IndexLog, type Row, textOf, workFlags, workLine } from './store/index-file.ts';
import { folderOf, idOfPicture, type Layout, layoutOf } from './store/layout.ts';
import { describeNew, type NewWork, withoutNulls } from './store/new-work.ts';
import { candidateStrip, encodeWork, isArtImage, thumbnailOf } from './store/pictures.ts';
import { readPicture } from './store/read-picture.ts';
import { folderTime, monthFolders, readWork, type ScanOptions, scanFolders, stampOf } from './store/scan.ts';
import {
  changeSchema,
  checkSidecar,
  parseSidecar,
  readSidecarObject,
  type Sidecar,
  type SidecarChange,
  sidecarText,
} from './store/sidecar.ts';
import { findUnconfirmed, idsOfTask, unconfirmedEnding } from './store/tasks.ts';

export interface GalleryOptions {
  /** Home folder, of which `gallery` is used. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** The folder of the gallery itself, instead of `<home>/gallery`. */
  folder?: string | undefined;
  clock?: Clock;
  random?: RandomSource;
  /** How long to wait for another process that writes, milliseconds. Default 10 000. */
  waitMs?: number;
}

export const thumbnailSizes = [320, 640] as const;
export type ThumbnailSize = (typeof thumbnailSizes)[number];

/**
 * Works as files: `YYYY/MM/<ULID>.png` and `<ULID>.json` beside it. What is in those files is what is so; any number of processes may read and
 * change them. A work is there when its sidecar is, which is written last and as a whole.
 */
export class Gallery {
  readonly folder: string;
  readonly layout: Layout;
  readonly #clock: Clock;
  readonly #random: RandomSource;
  readonly #nextId: () => string;
  readonly #waitMs: number | undefined;
  readonly #log: IndexLog;
  #sorted: { generation: number; byBytes: Row[]; byId: Row[] } | undefined;

  constructor({ home, folder, clock = systemClock, random = systemRandom, waitMs }: GalleryOptions = {}) {
    this.folder = resolve(folder ?? homeOf(home).gallery);
    this.layout = layoutOf(this.folder);
    this.#clock = clock;
    this.#random = random;
    this.#nextId = createIds({ clock, random });
    this.#waitMs = waitMs;
    this.#log = new IndexLog(this.layout.index);
  }

  // Adding and changing

  /**
   * Files a work. When the promise is fulfilled, picture and sidecar survive a power cut; killed before, there is at most a picture without a
   * sidecar, which verify names. A work whose `about.derivation.task` names a task that is filed already is not filed again: the one that is there
   * is returned.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_DISK_FULL, ERR_WRITE, ERR_LOCKED, ERR_IMAGE_ENCODE
   */
  async add(work: NewWork): Promise<Artwork> {
    const about = resolveOptions('add', changeSchema, work.about ?? {});
    const picture = isArtImage(work.image) ? await encodeWork(work.image) : work.image;
    const strip = work.candidates && work.candidates.length > 1 ? await candidateStrip(work.candidates) : undefined;
    if (about.derivation?.['task'] !== undefined) await this.refresh();
    return this.whileLocked('filing a work', async () => {
      const earlier = await this.#workOfTask(about.derivation?.['task']);
      if (earlier) return earlier;
      const id = work.createdAt === undefined ? this.#nextId() : this.#idAt(work.createdAt);
      const sidecar = checkSidecar(id, withoutNulls({ ...describeNew(id, work, picture), ...about }));
      await this.#commit(id, sidecar, async () => {
        const written: string[] = [];
        const write = async (path: string, content: Uint8Array | string): Promise<void> => {
          await writeFileAtomic(path, content, { overwrite: false });
          written.push(path);
        };
        try {
          await write(this.#place(id, sidecar.file), picture.bytes);
          if (sidecar.candidates && strip) await write(this.#place(id, sidecar.candidates.file), strip);
          await write(this.#sidecarPath(id), sidecarText(sidecar));
        } catch (error) {
          // Without a sidecar it is no work; a file that was there before is not ours. The failed write is the error to report.
          await Promise.all(written.map((path) => rm(path, { force: true }).catch(() => undefined)));
          throw error;
        }
      });
      return this.#artwork(sidecar);
    });
  }

  /**
   * The same in two steps: the picture is on the disk, `confirm` is asked, and only then it is a work. Answers false: nothing is filed, and
   * undefined is returned. Killed or thrown out of in between, settleLeftBehind() finds it. Throws what add() and `confirm` throw.
   */
  async addConfirmed(work: NewWork, confirm: (work: Artwork) => Promise<boolean>): Promise<Artwork | undefined> {
    const about = resolveOptions('add', changeSchema, work.about ?? {});
    const picture = isArtImage(work.image) ? await encodeWork(work.image) : work.image;
    const strip = work.candidates && work.candidates.length > 1 ? await candidateStrip(work.candidates) : undefined;
    const id = this.#nextId();
    const sidecar = checkSidecar(id, withoutNulls({ ...describeNew(id, work, picture), ...about }));
    return this.#holding(id, async () => {
      // The sidecar to be first: without it nobody would know what the picture is.
      await writeFileAtomic(this.#unconfirmedPath(id), sidecarText(sidecar), { overwrite: false });
      await writeFileAtomic(this.#place(id, sidecar.file), picture.bytes, { overwrite: false });
      if (sidecar.candidates && strip) await writeFileAtomic(this.#place(id, sidecar.candidates.file), strip, { overwrite: false });
      return this.#settle(this.#artwork(sidecar), await confirm(this.#artwork(sidecar)));
    });
  }

  /**
   * Works whose addConfirmed() was broken off: `decide` says whether each is filed (true), removed (false) or left for later (undefined). Those
   * that another process is about to file are passed over. Throws what add() and `decide` throw.
   */
  async settleLeftBehind(decide: (work: Artwork) => Promise<boolean | undefined>): Promise<void> {
    for (const { id } of await findUnconfirmed(this.folder)) {
      const settle = async (): Promise<void> => {
        const text = await textOf(this.#unconfirmedPath(id));
        if (text === undefined) return; // settled in the meantime
        const work = this.#artwork(parseSidecar(this.#unconfirmedPath(id), text));
        const keep = await decide(work);
        if (keep !== undefined) await this.#settle(work, keep);
      };
      await this.#holding(id, settle).catch((error: unknown) => {
        if (!isArtistError(error, 'ERR_LOCKED')) throw error;
      });
    }
  }

  /** While a work is not confirmed, its lock tells those that were left behind from those that are being made. */
  #holding<R>(id: string, work: () => Promise<R>): Promise<R> {
    return withLock(join(this.layout.cache, `${id}.lock`), { purpose: 'filing a work', waitMs: 0 }, work);
  }

  /** Of two works for one task the first stays. */
  async #settle(work: Artwork, keep: boolean): Promise<Artwork | undefined> {
    const path = this.#unconfirmedPath(work.id);
    await this.refresh();
    return this.whileLocked('filing a work', async () => {
      const earlier = await this.#workOfTask(work.derivation?.['task']);
      if (!keep || earlier) {
        const files = [...this.#ownFiles(work), path];
        for (const file of files) {
          await rm(file, { force: true }).catch((error: unknown) => {
            throw writeError(file, error);
          });
        }
        return keep ? earlier : undefined;
      }
      await this.#commit(work.id, work, async () => {
        await renameOver(path, work.sidecarPath).catch((error: unknown) => {
          throw writeError(work.sidecarPath, error);
        });
        await syncFolder(dirname(path));
      });
      return work;
    });
  }

  /** The work that was filed for a task, in the trash or not. Throws what refresh() throws. */
  async workOfTask(task: string): Promise<Artwork | undefined> {
    await this.refresh();
    return this.#workOfTask(task);
  }

  async #workOfTask(task: unknown): Promise<Artwork | undefined> {
    if (typeof task !== 'string') return undefined;
    const works = await this.getMany(idsOfTask(this.#log, this.#rows().byBytes, task));
    return works.find(({ derivation }) => derivation?.['task'] === task);
  }

  /**
   * Makes a picture that lies in the gallery without a sidecar, such as an add() that was killed left it, a work: its recipe is read from it.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT: its name is no ULID in the right folder, or it has a sidecar; ERR_READ, ERR_IMAGE_DECODE, ERR_WRITE
   */
  async adopt(path: string): Promise<Artwork> {
    const id = idOfPicture(this.folder, path);
    const { file, recipe, imported } = await readPicture(path);
    return this.whileLocked('adopting a picture', async () => {
      if ((await textOf(this.#sidecarPath(id))) !== undefined)
        throw new ArtistError('ERR_INVALID_ARGUMENT', `${path}: expected a picture without a sidecar, got one that has one`);
      const fields = describeNew(id, { image: file, ...(recipe && { recipe }), ...(imported && { imported }) }, file);
      const sidecar = checkSidecar(path, withoutNulls({ ...fields, file: basename(path) }));
      await this.#commit(id, sidecar, () => writeFileAtomic(this.#sidecarPath(id), sidecarText(sidecar), { overwrite: false }));
      return this.#artwork(sidecar);
    });
  }

  /**
   * Changes what is known about a work, under a lock. Fields that are not named stay, also those this version does not know; null takes one
   * away. A function gets the work as it is now.
   *
   * @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT, ERR_DAMAGED, ERR_NEWER_VERSION, ERR_DISK_FULL, ERR_WRITE, ERR_LOCKED
   */
  async update(id: string, change: SidecarChange | ((work: Artwork) => SidecarChange)): Promise<Artwork> {
    return this.#change(id, 'changing a work', (work) =>
      resolveOptions('update', changeSchema, typeof change === 'function' ? change(work) : change),
    );
  }

  /** Throws a work away: it stays where it is, but is in no list and no search until restore(). Throws what update() throws. */
  async trash(id: string): Promise<Artwork> {
    return this.#change(id, 'throwing a work away', ({ trashedAt }) => ({
      trashedAt: trashedAt ?? new Date(this.#clock.now()).toISOString(),
    }));
  }

  /** Takes a work back. Throws what update() throws. */
  async restore(id: string): Promise<Artwork> {
    return this.#change(id, 'restoring a work', () => ({ trashedAt: null }));
  }

  /**
   * Deletes the files of a work that was thrown away. There is no way back.
   *
   * @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT: it was not thrown away; ERR_WRITE, ERR_LOCKED
   */
  async purge(id: string): Promise<void> {
    const full = await this.find(id);
    await this.whileLocked('deleting a work', async () => {
      const work = await this.#read(full);
      const { trashedAt } = work;
      if (trashedAt === undefined)
        throw new ArtistError('ERR_INVALID_ARGUMENT', `${full}: expected a work in the trash, got one that is not. Trash it first`);
      await this.#commit(full, undefined, async () => {
        const thumbnails = thumbnailSizes.map((size) => this.#thumbnailPath(full, size));
        // The sidecar last: killed in between, the work is still in the trash and can be deleted again.
        const files = [...this.#ownFiles(work), ...thumbnails, this.#sidecarPath(full)];
        for (const file of files) {
          await rm(file, { force: true }).catch((error: unknown) => {
            throw writeError(file, error);
          });
        }
      });
    });
  }

  // Finding and reading

  /**
   * The id that `text` means: a ULID, a beginning or an end of one that no other work has (capitals do not matter), or "latest".
   *
   * @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT: several works
   */
  async find(text: string): Promise<string> {
    await this.refresh();
    const wanted = text.trim().toUpperCase();
    if (this.#log.rows.has(wanted)) return wanted;
    const { byId } = this.#rows();
    if (wanted === 'LATEST') {
      const latest = byId.findLast(({ flags }) => (flags & workFlags.trashed) === 0);
      if (latest) return latest.id;
    }
    const found = wanted === '' ? [] : byId.filter(({ id }) => id.startsWith(wanted) || id.endsWith(wanted));
    const [only] = found;
    if (!only) throw new ArtistError('ERR_NOT_FOUND', `${display(text)}: no such work in ${this.folder}. See: ai-artist gallery list`);
    if (found.length === 1) return only.id;
    const some = found.slice(-5).map(({ id }) => id);
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${display(text)}: expected one work, got ${found.length}: ${some.join(', ')}${found.length > 5 ? ' …' : ''}. Give more of the id`,
    );
  }

  /**
   * A work by what find() takes, as its sidecar is at this moment. Its picture may be gone: see hasPicture().
   *
   * @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT, ERR_DAMAGED, ERR_NEWER_VERSION, ERR_READ
   */
  async get(id: string): Promise<Artwork> {
    return this.#read(await this.find(id));
  }

  /** Whether a work is in the lists, that is, neither thrown away nor damaged. Of the gallery as it was at the last call of another method. */
  isShown(id: string): boolean {
    return ((this.#log.rows.get(id)?.flags ?? workFlags.damaged) & (workFlags.trashed | workFlags.damaged)) === 0;
  }

  /** Works by whole ids, in their order, without those that are gone or damaged: list and verify name them. */
  async getMany(ids: readonly string[]): Promise<Artwork[]> {
    const read = await Promise.all(ids.map((id) => readWork(id, this.#sidecarPath(id))));
    return read.flatMap((one) => (one?.sidecar ? [this.#artwork(one.sidecar)] : []));
  }

  async hasPicture(work: Artwork): Promise<boolean> {
    return stat(work.path).then(
      (info) => info.isFile(),
      () => false,
    );
  }

  /**
   * One page of works, with what their sidecars say now.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT (query, limit, after), ERR_READ
   */
  async list({ query = '', limit = 50, after, sort = 'newest', trashed = false }: ListOptions = {}): Promise<Page> {
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `limit: expected an integer 1..1000, got ${display(limit)}`);
    const rows = await this.#select(query, trashed, sort);
    const start = after === undefined ? 0 : startAfter(rows, after, sort, this.#log.rows.get(after));
    const page: Page = { works: [], total: rows.length, next: undefined, problems: [] };
    let at = start;
    while (at < rows.length && page.works.length + page.problems.length < limit) {
      const batch = rows.slice(at, at + limit - page.works.length - page.problems.length);
      at += batch.length;
      const read = await Promise.all(batch.map(({ id }) => readWork(id, this.#sidecarPath(id))));
      for (const one of read) {
        if (one?.problem) page.problems.push(one.problem);
        else if (one) page.works.push(this.#artwork(one.sidecar));
      }
    }
    page.next = at < rows.length ? rows[at - 1]?.id : undefined;
    return page;
  }

  /** Ids of all works that a query finds, for actions on many; newest first. Throws what list() throws. */
  async select(query: string, { trashed = false, sort = 'newest' }: Pick<ListOptions, 'trashed' | 'sort'> = {}): Promise<string[]> {
    return (await this.#select(query, trashed, sort)).map(({ id }) => id);
  }

  /**
   * Fields of a query that no work has and that have no meaning of their own: most likely mistyped. Each with the known one that is nearest.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT (query), ERR_READ
   */
  async unknownFields(query: string): Promise<{ field: string; meant: string | undefined }[]> {
    const fields = new Set(parseQuery(query).flatMap((clause) => (clause.kind === 'setting' ? [clause.key] : [])));
    await this.refresh();
    const { bytes, length } = this.#log;
    return [...fields]
      .filter((field) => !knownFields.includes(field) && !bytes.subarray(0, length).includes(`${separator}${field}${assigned}`))
      .map((field) => ({ field, meant: nearest(field, knownFields) }));
  }

  /**
   * Path of a small WebP, made at the first call.
   *
   * @throws ArtistError ERR_NOT_FOUND: no such work, or its picture is gone; ERR_IMAGE_DECODE, ERR_DISK_FULL, ERR_WRITE
   */
  async thumbnail(id: string, size: ThumbnailSize = 320): Promise<string> {
    const { id: full, path: picture } = await this.get(id);
    const path = this.#thumbnailPath(full, size);
    const [source, made] = await Promise.all([stampOf(picture), stampOf(path)]);
    if (!source) throw new ArtistError('ERR_NOT_FOUND', `${picture}: the picture of this work is gone. See: ai-artist gallery verify`);
    if (!made || made.mtimeNs < source.mtimeNs) await writeFileAtomic(path, await thumbnailOf(picture, size));
    return path;
  }

  // The index

  /**
   * Brings the index up to the files. Quick where nothing changed: the lists of names of the month folders are compared. Every list and search
   * does it. A sidecar that an editor changed in place, without a new name, is seen with `everyFile`.
   *
   * @throws ArtistError ERR_READ, ERR_LOCKED; the signal's reason
   */
  async refresh(options: ScanOptions = {}): Promise<void> {
    await this.#log.refresh();
    if (!options.everyFile && (await this.#isCurrent())) return;
    try {
      await this.whileLocked('indexing', async () => {
        await this.#append(await scanFolders(this.folder, this.#log, options));
        if (this.#log.dead > 1000 && this.#log.dead > this.#log.rows.size) await this.#log.compact();
      });
    } catch (error) {
      // A gallery that may only be read is indexed in memory.
      if (!isArtistError(error, 'ERR_WRITE') && !isArtistError(error, 'ERR_DISK_FULL')) throw error;
      await this.#log.appendInMemory(await scanFolders(this.folder, this.#log, options));
    }
  }

  /** SHA-256 of every picture, those in the trash included -> id. Throws what refresh() throws. */
  async hashes(): Promise<Map<string, string>> {
    await this.refresh();
    return new Map(
      this.#rows().byBytes.flatMap(({ id, from, to }) => settingsOf(this.#log.bytes, from, to, 'sha256').map((hash) => [hash, id])),
    );
  }

  /** How many works there are, of what kind. Throws what refresh() throws. */
  async stats(): Promise<GalleryStats> {
    await this.refresh();
    return statsOf(this.#log, this.#rows().byBytes);
  }

  /** Makes the index anew from the sidecars. Throws what refresh() throws, ERR_WRITE, ERR_DISK_FULL. */
  async rebuild(options: Omit<ScanOptions, 'everyFile'> = {}): Promise<{ works: number; problems: number }> {
    await this.whileLocked('indexing', async () => {
      await this.#log.reset();
      await this.#log.append(await scanFolders(this.folder, this.#log, { ...options, everyFile: true }));
    });
    const rows = [...this.#log.rows.values()];
    const problems = rows.filter(({ flags }) => (flags & workFlags.damaged) !== 0).length;
    return { works: rows.length - problems, problems };
  }

  // Inside

  #place(id: string, file: string): string {
    return join(this.folder, folderOf(id), file);
  }

  #sidecarPath(id: string): string {
    return this.#place(id, `${id}.json`);
  }

  #unconfirmedPath(id: string): string {
    return this.#place(id, `${id}${unconfirmedEnding}`);
  }

  /** Picture and candidates, as far as they bear its id: a record that came from elsewhere may name the files of another work. */
  #ownFiles({ id, file, candidates }: Sidecar): string[] {
    return [file, ...(candidates ? [candidates.file] : [])]
      .filter((name) => name.startsWith(`${id}.`))
      .map((name) => this.#place(id, name));
  }

  #thumbnailPath(id: string, size: ThumbnailSize): string {
    return join(this.layout.thumbnails, String(size), folderOf(id), `${id}.webp`);
  }

  #artwork(sidecar: Sidecar): Artwork {
    return { ...sidecar, path: this.#place(sidecar.id, sidecar.file), sidecarPath: this.#sidecarPath(sidecar.id) };
  }

  #idAt(time: number): string {
    return createIds({ clock: { ...this.#clock, now: () => time } as Clock, random: this.#random })();
  }

  /** Does `work` while no other process writes. Throws ERR_LOCKED, ERR_WRITE and what `work` throws. Not reentrant. */
  whileLocked<T>(purpose: string, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waitMs === undefined ? {} : { waitMs: this.#waitMs };
    return withLock(this.layout.lock, { purpose, ...waiting }, async () => {
      await this.#log.refresh();
      return work();
    });
  }

  async #read(id: string): Promise<Artwork> {
    const text = await textOf(this.#sidecarPath(id));
    if (text === undefined) throw new ArtistError('ERR_NOT_FOUND', `${id}: no such work in ${this.folder}`);
    return this.#artwork(parseSidecar(this.#sidecarPath(id), text));
  }

  async #change(id: string, purpose: string, change: (work: Artwork) => Record<string, unknown>): Promise<Artwork> {
    const full = await this.find(id);
    const path = this.#sidecarPath(full);
    return this.whileLocked(purpose, async () => {
      const text = await textOf(path);
      if (text === undefined) throw new ArtistError('ERR_NOT_FOUND', `${full}: no such work in ${this.folder}`);
      const before = readSidecarObject(path, text);
      const changes = change(this.#artwork(checkSidecar(path, before)));
      const after = withoutNulls({ ...before, ...changes, updatedAt: new Date(this.#clock.now()).toISOString() });
      const sidecar = checkSidecar(path, after);
      await this.#commit(full, sidecar, () => writeFileAtomic(path, sidecarText(after)));
      return this.#artwork(sidecar);
    });
  }

  /**
   * Does a write in the folder of a work and notes it in the index. The folder counts as known afterwards only where it did before: what others
   * put into it is still to be read.
   */
  async #commit(id: string, sidecar: Sidecar | undefined, write: () => Promise<void>): Promise<void> {
    const folder = folderOf(id);
    const wasKnown = this.#log.folders.get(folder) === (await folderTime(this.folder, folder));
    await write();
    const [stamp, time] = [await stampOf(this.#sidecarPath(id)), await folderTime(this.folder, folder)];
    const lines = stamp && sidecar ? [workLine({ id, stamp, sidecar })] : [goneLine(id)];
    if (wasKnown && time !== undefined) lines.push(folderLine(folder, time));
    await this.#append(lines);
  }

  /** The work is on the disk, and the index can be made from it: a full disk at this point is no failure. */
  async #append(lines: readonly string[]): Promise<void> {
    try {
      await this.#log.append(lines);
    } catch (error) {
      if (!isArtistError(error, 'ERR_WRITE') && !isArtistError(error, 'ERR_DISK_FULL')) throw error;
      await this.#log.appendInMemory(lines);
    }
  }

  async #isCurrent(): Promise<boolean> {
    const folders = await monthFolders(this.folder);
    return folders.size === this.#log.folders.size && [...folders].every(([folder, time]) => this.#log.folders.get(folder) === time);
  }

  #rows(): { byBytes: Row[]; byId: Row[] } {
    if (this.#sorted?.generation === this.#log.generation) return this.#sorted;
    const byBytes = [...this.#log.rows.values()];
    const byId = [...byBytes].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#sorted = { generation: this.#log.generation, byBytes, byId };
    return this.#sorted;
  }

  async #select(query: string, trashed: boolean, sort: SortOrder): Promise<readonly Row[]> {
    const clauses = parseQuery(query);
    await this.refresh();
    const { byBytes, byId } = this.#rows();
    const wanted = ({ flags }: Row): boolean => ((flags & workFlags.trashed) !== 0) === trashed;
    if (clauses.length === 0) return ordered(byId.filter(wanted), sort);
    const found = matchRows(this.#log, byBytes, clauses).filter((row) => wanted(row) && (row.flags & workFlags.damaged) === 0);
    return ordered(
      found.sort((a, b) => (a.id < b.id ? -1 : 1)),
      sort,
    );
  }
}
