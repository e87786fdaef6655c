import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  ArtistError,
  type Clock,
  createIds,
  type RandomSource,
  resolveOptions,
  systemClock,
  systemRandom,
  writeFileAtomic,
} from '../core/index.ts';
import type { Artwork } from './artwork.ts';
import { textOf } from './indexing/index-file.ts';
import type { ScanOptions } from './indexing/scan.ts';
import { type GalleryOptions, GalleryReader } from './reader.ts';
import { idOfPicture } from './store/layout.ts';
import { describeNew, type NewWork, type PreparedWork, prepareWork, withoutNulls } from './store/new-work.ts';
import type { EncodeWork } from './store/pictures.ts';
import { readPicture } from './store/read-picture.ts';
import { checkSidecar, readSidecarObject, sidecarText, updateSchema, type WorkUpdate } from './store/sidecar.ts';
import { UnconfirmedWorks } from './store/unconfirmed.ts';
import { removeFiles } from './store/work-files.ts';

/**
 * Works as files: `YYYY/MM/<ULID>.png` with `<ULID>.json`, its sidecar, beside it. The sidecars are the source of truth; the index can be
 * made again from them. Any number of processes may read and change them. A work exists as soon as its sidecar does, which is written last
 * and atomically.
 */
export class Gallery extends GalleryReader {
  readonly #clock: Clock;
  readonly #random: RandomSource;
  readonly #nextId: () => string;
  readonly #encode: EncodeWork | undefined;
  readonly #tellFiled: (work: Artwork) => void;
  readonly #unconfirmed: UnconfirmedWorks;

  constructor(options: GalleryOptions = {}) {
    super(options);
    const { clock = systemClock, random = systemRandom } = options;
    this.#clock = clock;
    this.#random = random;
    this.#nextId = createIds({ clock, random });
    this.#encode = options.encode;
    this.#tellFiled = (work) => {
      if (work.imported === undefined) options.onFiled?.(work);
    };
    this.#unconfirmed = new UnconfirmedWorks(this.files, this.index, this.#tellFiled);
  }

  // Adding and changing

  /**
   * Files a work. When the promise is fulfilled, picture and sidecar survive a power cut. A process that is killed before that leaves at most a
   * picture without a sidecar, which verifyGallery() reports. If `about.derivation.task` names a task that has a work already, nothing is filed
   * and that work is returned.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_DISK_FULL, ERR_WRITE, ERR_LOCKED, ERR_IMAGE_ENCODE
   */
  async add(work: NewWork): Promise<Artwork> {
    const draw = (): string => (work.createdAt === undefined ? this.#nextId() : this.#idAt(work.createdAt));
    const { about, withId } = await prepareWork(work, this.#encoding(draw));
    if (about.derivation?.['task'] !== undefined) await this.refresh();
    let thumbnail: Uint8Array | undefined;
    let isNew = false;
    const filed = await this.whileLocked('filing a work', async () => {
      const earlier = await this.index.workOfTask(about.derivation?.['task']);
      if (earlier) return earlier;
      const prepared = withId(draw);
      const { sidecar } = prepared;
      await this.index.commit(sidecar.id, sidecar, () => this.#writeFiles(prepared));
      thumbnail = prepared.thumbnail;
      isNew = true;
      return this.files.artworkOf(sidecar);
    });
    await this.files.keepThumbnail(filed.id, thumbnail);
    if (isNew) this.#tellFiled(filed);
    return filed;
  }

  /** Writes the sidecar last: a work exists as soon as its sidecar does. */
  async #writeFiles({ sidecar, picture, strip }: PreparedWork): Promise<void> {
    const { id, file, candidates } = sidecar;
    const written: string[] = [];
    const write = async (path: string, content: Uint8Array | string): Promise<void> => {
      await writeFileAtomic(path, content, { overwrite: false });
      written.push(path);
    };
    try {
      await write(this.files.pathOf(id, file), picture.bytes);
      if (candidates && strip) await write(this.files.pathOf(id, candidates.file), strip);
      await write(this.files.sidecarOf(id), sidecarText(sidecar));
    } catch (error) {
      // Remove only what was written here; a file that was there before is not ours. The failed write is the error to report.
      await Promise.all(written.map((path) => rm(path, { force: true }).catch(() => undefined)));
      throw error;
    }
  }

  /**
   * Files a work in two steps: writes the picture to the disk, then asks `confirm`. Only if it answers true does the work count; otherwise
   * its files are removed and the result is undefined. If its task has a work already, that work is kept and returned instead.
   * settleLeftBehind() finds what a crash or an error in between leaves.
   *
   * @throws ArtistError every error of add(); and every error of `confirm`
   */
  async addConfirmed(work: NewWork, confirm: (work: Artwork) => Promise<boolean>): Promise<Artwork | undefined> {
    const { withId } = await prepareWork(work, this.#encoding(this.#nextId));
    return this.#unconfirmed.add(withId(this.#nextId), confirm);
  }

  /**
   * Settles works whose addConfirmed() was broken off: `decide` says whether each is filed (true), removed (false) or left for later (undefined).
   * Works that another process is about to file are skipped.
   *
   * @throws ArtistError every error of add(); and every error of `decide`
   */
  async settleLeftBehind(decide: (work: Artwork) => Promise<boolean | undefined>): Promise<void> {
    return this.#unconfirmed.settleLeftBehind(decide);
  }

  /**
   * The work that was filed for a task, in the trash or not.
   *
   * @throws ArtistError every error of refresh()
   */
  async workOfTask(task: string): Promise<Artwork | undefined> {
    await this.refresh();
    return this.index.workOfTask(task);
  }

  /**
   * Makes a work of a picture that lies in the gallery without a sidecar, for example after a crash during add(). The recipe is read from the
   * picture.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT: its name is no ULID in the right folder, or it has a sidecar; ERR_READ, ERR_IMAGE_DECODE, ERR_WRITE
   */
  async adopt(path: string): Promise<Artwork> {
    const id = idOfPicture(this.folder, path);
    const { file, recipe, imported } = await readPicture(path);
    return this.whileLocked('adopting a picture', async () => {
      if ((await textOf(this.files.sidecarOf(id))) !== undefined)
        throw new ArtistError('ERR_INVALID_ARGUMENT', `${path}: expected a picture without a sidecar, got one that has one`);
      const fields = describeNew(id, { image: file, ...(recipe && { recipe }), ...(imported && { imported }) }, file);
      const sidecar = checkSidecar(path, withoutNulls({ ...fields, file: basename(path) }));
      await this.index.commit(id, sidecar, () => writeFileAtomic(this.files.sidecarOf(id), sidecarText(sidecar), { overwrite: false }));
      return this.files.artworkOf(sidecar);
    });
  }

  /**
   * Changes the record of a work, under a lock. Fields that are not named stay, also those this version does not know; null removes a field.
   * `change` may be a function, which gets the work as it is now; if it returns nothing, nothing is written.
   *
   * @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT, ERR_DAMAGED, ERR_NEWER_VERSION, ERR_DISK_FULL, ERR_WRITE, ERR_LOCKED
   */
  async update(id: string, change: WorkUpdate | ((work: Artwork) => WorkUpdate | undefined)): Promise<Artwork> {
    return this.#change(id, 'changing a work', (work) => {
      const wanted = typeof change === 'function' ? change(work) : change;
      return wanted && resolveOptions('update', updateSchema, wanted);
    });
  }

  /**
   * Moves a work to the trash: its files stay, but no list and no search shows it until restore().
   *
   * @throws ArtistError every error of update()
   */
  async trash(id: string): Promise<Artwork> {
    return this.#change(id, 'throwing a work away', ({ trashedAt }) => ({
      trashedAt: trashedAt ?? new Date(this.#clock.now()).toISOString(),
    }));
  }

  /**
   * Takes a work out of the trash.
   *
   * @throws ArtistError every error of update()
   */
  async restore(id: string): Promise<Artwork> {
    return this.#change(id, 'restoring a work', () => ({ trashedAt: null }));
  }

  /**
   * Deletes the files of a work in the trash for good.
   *
   * @throws ArtistError ERR_NOT_FOUND; ERR_INVALID_ARGUMENT: it is not in the trash; ERR_WRITE, ERR_LOCKED
   */
  async purge(id: string): Promise<void> {
    const full = await this.find(id);
    await this.whileLocked('deleting a work', async () => {
      const work = await this.files.read(full);
      const { trashedAt } = work;
      if (trashedAt === undefined)
        throw new ArtistError('ERR_INVALID_ARGUMENT', `${full}: expected a work in the trash, got one that is not. Trash it first`);
      await this.index.commit(full, undefined, async () => {
        // The sidecar last: after a crash in between, the work is still in the trash and can be deleted again.
        await removeFiles([...this.files.ownFilesOf(work), ...this.files.thumbnailsOf(full), this.files.sidecarOf(full)]);
      });
    });
  }

  // The index

  /**
   * Makes the index again from the sidecars.
   *
   * @throws ArtistError ERR_WRITE, ERR_DISK_FULL, and every error of refresh()
   */
  async rebuild(options: Omit<ScanOptions, 'everyFile'> = {}): Promise<{ works: number; problems: number }> {
    return this.index.rebuild(options);
  }

  /**
   * Does `work` while no other process writes. Not reentrant.
   *
   * @throws ArtistError ERR_LOCKED, ERR_WRITE; and every error of `work`
   */
  whileLocked<T>(purpose: string, work: () => Promise<T>): Promise<T> {
    return this.index.whileLocked(purpose, work);
  }

  #encoding(draw: () => string): { encode: EncodeWork; id: string } | undefined {
    return this.#encode && { encode: this.#encode, id: draw() };
  }

  #idAt(time: number): string {
    return createIds({ clock: { ...this.#clock, now: () => time } as Clock, random: this.#random })();
  }

  async #change(id: string, purpose: string, change: (work: Artwork) => Record<string, unknown> | undefined): Promise<Artwork> {
    const full = await this.find(id);
    const path = this.files.sidecarOf(full);
    return this.whileLocked(purpose, async () => {
      const before = readSidecarObject(path, await this.files.readSidecarText(full));
      const work = this.files.artworkOf(checkSidecar(path, before));
      const changes = change(work);
      if (changes === undefined) return work;
      const after = withoutNulls({ ...before, ...changes, updatedAt: new Date(this.#clock.now()).toISOString() });
      const sidecar = checkSidecar(path, after);
      await this.index.commit(full, sidecar, () => writeFileAtomic(path, sidecarText(after)));
      return this.files.artworkOf(sidecar);
    });
  }
}
