/** Works that are on the disk but count only once they are confirmed. */
import { dirname, join } from 'node:path';
import { isArtistError, renameOver, syncFolder, withLock, writeError, writeFileAtomic } from '../../core/index.ts';
import type { Artwork } from '../artwork.ts';
import { textOf } from '../indexing/index-file.ts';
import type { WorkIndex } from '../indexing/work-index.ts';
import type { PreparedWork } from './new-work.ts';
import { parseSidecar, sidecarText } from './sidecar.ts';
import { findUnconfirmed } from './tasks.ts';
import { removeFiles, type WorkFiles } from './work-files.ts';

export class UnconfirmedWorks {
  readonly #files: WorkFiles;
  readonly #index: WorkIndex;
  readonly #onFiled: (work: Artwork) => void;

  /** @param onFiled called with each work that is filed */
  constructor(files: WorkFiles, index: WorkIndex, onFiled: (work: Artwork) => void) {
    this.#files = files;
    this.#index = index;
    this.#onFiled = onFiled;
  }

  /** See Gallery.addConfirmed(). */
  async add(
    { sidecar, picture, strip, thumbnail }: PreparedWork,
    confirm: (work: Artwork) => Promise<boolean>,
  ): Promise<Artwork | undefined> {
    const { id, file, candidates } = sidecar;
    const filed = await this.#holding(id, async () => {
      // First the future sidecar: without it, a picture that is left behind says nothing about itself.
      await writeFileAtomic(this.#files.unconfirmedOf(id), sidecarText(sidecar), { overwrite: false });
      await writeFileAtomic(this.#files.pathOf(id, file), picture.bytes, { overwrite: false });
      if (candidates && strip) await writeFileAtomic(this.#files.pathOf(id, candidates.file), strip, { overwrite: false });
      return this.#settle(this.#files.artworkOf(sidecar), await confirm(this.#files.artworkOf(sidecar)));
    });
    if (filed?.id === id) await this.#files.keepThumbnail(id, thumbnail);
    return filed;
  }

  /** See Gallery.settleLeftBehind(). */
  async settleLeftBehind(decide: (work: Artwork) => Promise<boolean | undefined>): Promise<void> {
    for (const { id } of await findUnconfirmed(this.#files.folder)) {
      const settle = async (): Promise<void> => {
        const path = this.#files.unconfirmedOf(id);
        const text = await textOf(path);
        if (text === undefined) return; // settled in the meantime
        const work = this.#files.artworkOf(parseSidecar(path, text));
        const keep = await decide(work);
        if (keep !== undefined) await this.#settle(work, keep);
      };
      await this.#holding(id, settle).catch((error: unknown) => {
        if (!isArtistError(error, 'ERR_LOCKED')) throw error;
      });
    }
  }

  /** The lock of an unconfirmed work: a work whose lock is free was left behind, one whose lock is held is being made. */
  #holding<R>(id: string, work: () => Promise<R>): Promise<R> {
    return withLock(join(this.#files.layout.cache, `${id}.lock`), { purpose: 'filing a work', waitMs: 0 }, work);
  }

  /** Files or removes a work. If its task has a work already, that one stays and is returned. */
  async #settle(work: Artwork, keep: boolean): Promise<Artwork | undefined> {
    const path = this.#files.unconfirmedOf(work.id);
    await this.#index.refresh();
    return this.#index.whileLocked('filing a work', async () => {
      const earlier = await this.#index.workOfTask(work.derivation?.['task']);
      if (!keep || earlier) {
        await removeFiles([...this.#files.ownFilesOf(work), path]);
        return keep ? earlier : undefined;
      }
      await this.#index.commit(work.id, work, async () => {
        await renameOver(path, work.sidecarPath).catch((error: unknown) => {
          throw writeError(work.sidecarPath, error);
        });
        await syncFolder(dirname(path));
      });
      this.#onFiled(work);
      return work;
    });
  }
}
