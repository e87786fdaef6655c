/** The folder of a paint job: its input pictures, its progress, and the pictures that are not filed. */
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import {
  type Home,
  homeOf,
  isFolder,
  makePrivateFolder,
  privateMode,
  readError,
  removeTree,
  renameOver,
  systemCode,
  writeError,
  writeFileAtomic,
} from '../../core/index.ts';
import { imageKind, type Recipe } from '../../image/index.ts';
import type { InputFiles } from './stored-job.ts';
import { type InputPictures, type JobProgress, jobProgressSchema, storedPictureSchema } from './types.ts';

const pictureRecordSchema = z.array(z.strictObject({ ...storedPictureSchema.shape, recipe: z.unknown() }));
/** A finished picture, as recorded in the folder. */
export type RecordedPicture = z.output<typeof storedPictureSchema> & { recipe: Recipe | null };

const files = { progress: 'progress.json', pictures: 'pictures.json', preview: 'preview.jpg' } as const;

/** Ids of jobs: names of tasks and of folders. */
export const jobIdPattern = /^job-[0-9a-z]{26}$/;

export class JobFolder {
  readonly path: string;
  readonly #home: Home;
  readonly #id: string;

  constructor(home: string, id: string) {
    this.#home = homeOf(home);
    this.#id = id;
    this.path = this.#home.job(id);
  }

  fileOf(name: string): string {
    return this.#home.jobFile(this.#id, name);
  }

  exists(): Promise<boolean> {
    return isFolder(this.path);
  }

  /**
   * Makes the folder and writes the input pictures.
   *
   * @throws ArtistError ERR_WRITE, ERR_DISK_FULL
   */
  async make({ referenceImages, ...single }: InputPictures): Promise<InputFiles> {
    try {
      await makePrivateFolder(this.#home.jobs);
      await makePrivateFolder(this.path);
    } catch (error) {
      throw writeError(this.path, error);
    }
    const write = async (name: string, bytes: Uint8Array): Promise<string> => {
      const file = `${name}.${imageKind(bytes) ?? 'bin'}`;
      await writeFileAtomic(this.fileOf(file), bytes, { private: true });
      return file;
    };
    const written: InputFiles = {};
    for (const name of ['initImage', 'maskImage', 'controlImage'] as const) {
      const bytes = single[name];
      if (bytes) written[name] = await write(name, bytes);
    }
    if (referenceImages) {
      written.referenceImages = [];
      for (const [index, bytes] of referenceImages.entries()) written.referenceImages.push(await write(`referenceImage${index}`, bytes));
    }
    return written;
  }

  /** @throws ArtistError ERR_WRITE */
  async remove(): Promise<void> {
    await removeTree(this.path, { inside: this.#home.jobs });
  }

  /** The recorded progress; undefined: there is none. */
  async progress(): Promise<JobProgress | undefined> {
    return jobProgressSchema.safeParse(await this.#json(files.progress)).data;
  }

  /** The pictures that are finished. */
  async pictures(): Promise<RecordedPicture[] | undefined> {
    const { data } = pictureRecordSchema.safeParse(await this.#json(files.pictures));
    return data as RecordedPicture[] | undefined;
  }

  /** The latest preview, a JPEG; undefined: there is none. */
  async preview(): Promise<Uint8Array | undefined> {
    return this.#bytes(files.preview);
  }

  /** A value that differs after each change of progress, pictures or preview; cheap. */
  async version(): Promise<string> {
    const stamps = [files.progress, files.pictures].map(async (name) => {
      const info = await stat(this.fileOf(name), { bigint: true }).catch(() => undefined);
      return info ? `${info.ino}:${info.mtimeNs}` : '';
    });
    return (await Promise.all(stamps)).join(' ');
  }

  writeProgress(progress: JobProgress): Promise<void> {
    return this.#replace(files.progress, JSON.stringify(progress));
  }

  writePictures(pictures: readonly RecordedPicture[]): Promise<void> {
    return this.#replace(files.pictures, JSON.stringify(pictures));
  }

  writePreview(jpeg: Uint8Array): Promise<void> {
    return this.#replace(files.preview, jpeg);
  }

  /** Without fsync: after a power cut the job is painted again, and writes these files again. */
  async #replace(name: string, content: string | Uint8Array): Promise<void> {
    const file = this.fileOf(name);
    const fresh = join(this.path, `.${name}-${randomBytes(4).toString('hex')}.tmp`);
    try {
      await writeFile(fresh, content, { mode: privateMode });
      await renameOver(fresh, file);
    } catch (error) {
      throw writeError(file, error);
    }
  }

  async #bytes(name: string): Promise<Buffer | undefined> {
    const file = this.fileOf(name);
    try {
      return await readFile(file);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw readError(file, 'a file of a job', error);
    }
  }

  async #json(name: string): Promise<unknown> {
    const bytes = await this.#bytes(name);
    try {
      return bytes && JSON.parse(bytes.toString('utf8'));
    } catch {
      return undefined; // cut short by a power cut: as if it had not been written
    }
  }
}
