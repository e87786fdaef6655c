import { availableParallelism } from 'node:os';
import { ArtistError, isArtistError, writeFileAtomic } from '../../core/index.ts';
import { stampOf } from '../indexing/scan.ts';
import { ownFile } from './own-file.ts';
import { type ThumbnailFormat, thumbnailOf } from './pictures.ts';
import type { ThumbnailSize, WorkFiles } from './work-files.ts';

/** Thumbnails that are made at a time, and that wait for it. */
const width = Math.max(1, Math.min(4, availableParallelism() - 1));
const longestQueue = 500;

const gone = (picture: string): ArtistError =>
  new ArtistError('ERR_NOT_FOUND', `${picture}: the picture of this work is gone. See: ai-artist gallery verify`);

/** A thumbnail on the disk, or one that could not be kept there. */
export type Thumbnail = { path: string } | { bytes: Uint8Array; error: ArtistError };

/** The thumbnails of a gallery: made when they are first asked for. Equal requests are joined, and few are made at a time. */
export class Thumbnails {
  readonly #files: WorkFiles;
  readonly #warn: (line: string) => void;
  readonly #making = new Map<string, Promise<Thumbnail>>();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  /** @param warn called when thumbnails cannot be kept */
  constructor(files: WorkFiles, warn: (line: string) => void) {
    this.#files = files;
    this.#warn = warn;
  }

  /** See Gallery.thumbnail(). @param picture path of the work's picture */
  async of(id: string, picture: string, size: ThumbnailSize, format: ThumbnailFormat): Promise<Thumbnail> {
    const path = this.#files.thumbnailOf(id, size, format);
    const [source, made] = await Promise.all([stampOf(picture), stampOf(path)]);
    if (!source) throw gone(picture);
    const own = await ownFile(picture);
    if (made && made.mtimeNs >= source.mtimeNs) return { path };
    const making =
      this.#making.get(path) ??
      this.#make(path, own, size, format).finally(() => {
        this.#making.delete(path);
      });
    this.#making.set(path, making);
    return making;
  }

  async #make(path: string, picture: string, size: ThumbnailSize, format: ThumbnailFormat): Promise<Thumbnail> {
    if (this.#running >= width) {
      if (this.#queue.length >= longestQueue)
        throw new ArtistError('ERR_BUSY', `thumbnail: expected at most ${longestQueue} to be made at once, got one more. Try again later`);
      await new Promise<void>((go) => this.#queue.push(go));
    } else this.#running++;
    try {
      return await this.#keep(path, await thumbnailOf(picture, size, format));
    } catch (error) {
      // Deleted while it waited its turn or was read: what could not be read is no wrong picture.
      if (!(await stampOf(picture))) throw gone(picture);
      throw error;
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** A full or read-only disk is no reason to show nothing. */
  async #keep(path: string, bytes: Uint8Array): Promise<Thumbnail> {
    try {
      await writeFileAtomic(path, bytes);
      return { path };
    } catch (error) {
      if (!isArtistError(error, 'ERR_DISK_FULL') && !isArtistError(error, 'ERR_WRITE')) throw error;
      this.#warn(`thumbnails cannot be kept, and are made at each request: ${error.code}`);
      return { bytes, error };
    }
  }
}
