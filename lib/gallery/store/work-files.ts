import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtistError, writeError, writeFileAtomic } from '../../core/index.ts';
import type { Artwork } from '../artwork.ts';
import { textOf } from '../indexing/index-file.ts';
import { readWork } from '../indexing/scan.ts';
import { folderOf, type Layout, layoutOf } from './layout.ts';
import { type ThumbnailFormat, thumbnailFormats } from './pictures.ts';
import { parseSidecar, type Sidecar } from './sidecar.ts';
import { unconfirmedEnding } from './tasks.ts';

export const thumbnailSizes = [320, 640, 1280] as const;
export type ThumbnailSize = (typeof thumbnailSizes)[number];

/** The files of the works of one gallery: where they are, and what is in them now. */
export class WorkFiles {
  readonly layout: Layout;

  constructor(readonly folder: string) {
    this.layout = layoutOf(folder);
  }

  pathOf(id: string, file: string): string {
    return join(this.folder, folderOf(id), file);
  }

  sidecarOf(id: string): string {
    return this.pathOf(id, `${id}.json`);
  }

  unconfirmedOf(id: string): string {
    return this.pathOf(id, `${id}${unconfirmedEnding}`);
  }

  thumbnailOf(id: string, size: number, format: ThumbnailFormat): string {
    return join(this.layout.thumbnails, String(size), folderOf(id), `${id}.${format}`);
  }

  thumbnailsOf(id: string): string[] {
    return thumbnailSizes.flatMap((size) => thumbnailFormats.map((format) => this.thumbnailOf(id, size, format)));
  }

  /** Writes the thumbnail of a work that was just filed. Without it, as on a full disk, it is made when it is asked for. */
  async keepThumbnail(id: string, bytes: Uint8Array | undefined): Promise<void> {
    if (bytes) await writeFileAtomic(this.thumbnailOf(id, thumbnailSizes[0], 'webp'), bytes).catch(() => undefined);
  }

  artworkOf(sidecar: Sidecar): Artwork {
    return { ...sidecar, path: this.pathOf(sidecar.id, sidecar.file), sidecarPath: this.sidecarOf(sidecar.id) };
  }

  /** Picture and candidates whose names begin with the id: a sidecar that came from elsewhere may name the files of another work. */
  ownFilesOf({ id, file, candidates }: Sidecar): string[] {
    return [file, ...(candidates ? [candidates.file] : [])]
      .filter((name) => name.startsWith(`${id}.`))
      .map((name) => this.pathOf(id, name));
  }

  /** @throws ArtistError ERR_NOT_FOUND, ERR_READ */
  async readSidecarText(id: string): Promise<string> {
    const text = await textOf(this.sidecarOf(id));
    if (text === undefined) throw new ArtistError('ERR_NOT_FOUND', `${id}: no such work in ${this.folder}`);
    return text;
  }

  /** @throws ArtistError ERR_NOT_FOUND, ERR_DAMAGED, ERR_NEWER_VERSION, ERR_READ */
  async read(id: string): Promise<Artwork> {
    return this.artworkOf(parseSidecar(this.sidecarOf(id), await this.readSidecarText(id)));
  }

  /** In the order of `ids`, without works that are gone or damaged. */
  async readMany(ids: readonly string[]): Promise<Artwork[]> {
    const read = await Promise.all(ids.map((id) => readWork(id, this.sidecarOf(id))));
    return read.flatMap((one) => (one?.sidecar ? [this.artworkOf(one.sidecar)] : []));
  }
}

/** Removes files in order; missing ones are skipped. */
export async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await rm(path, { force: true }).catch((error: unknown) => {
      throw writeError(path, error);
    });
  }
}
