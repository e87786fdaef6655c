/** The finished pictures of a job: files each once, and records it. */
import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import { isFile, writeFileAtomic } from '../../core/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';
import type { ArtImage, ImageFormat, Recipe } from '../../image/index.ts';
import type { JobFolder, RecordedPicture } from './job-folder.ts';
import type { StoredJob } from './stored-job.ts';
import type { StoredPicture } from './types.ts';

/** A gallery files one work for each task, so each picture of a job has a task of its own. */
const taskOf = (id: string, index: number): string => `${id}.${index}`;

const formats: Partial<Record<string, ImageFormat>> = { jpg: 'jpeg', jpeg: 'jpeg', webp: 'webp' };

export function pictureOfWork({ folder }: Pick<Gallery, 'folder'>, work: Artwork, index: number): RecordedPicture {
  const { image, path, recipe, id } = work;
  const { sha256, bytes, width, height } = image;
  const format = formats[path.slice(path.lastIndexOf('.') + 1)] ?? 'png';
  const file = relative(folder, path).split(sep).join('/');
  return { index, work: id, file, format, width, height, bytes, sha256, seed: recipe?.seed ?? null, recipe: (recipe as Recipe) ?? null };
}

export interface ResultsOptions {
  id: string;
  job: StoredJob;
  folder: JobFolder;
  gallery: Gallery;
}

export class JobResults {
  readonly #options: ResultsOptions;
  readonly #pictures: RecordedPicture[];

  private constructor(options: ResultsOptions, pictures: RecordedPicture[]) {
    this.#options = options;
    this.#pictures = pictures;
  }

  /** Begins with the pictures that earlier tries finished. @throws every error of Gallery.workOfTask() */
  static async open(options: ResultsOptions, images: number): Promise<JobResults> {
    const { id, job, folder, gallery } = options;
    const pictures: RecordedPicture[] = [];
    const recorded = job.keep ? [] : ((await folder.pictures()) ?? []);
    for (let index = 0; index < images; index++) {
      const work = job.keep ? await gallery.workOfTask(taskOf(id, index)) : undefined;
      const known = work ? pictureOfWork(gallery, work, index) : recorded.find((picture) => picture.index === index);
      // Painting continues behind the first that is missing.
      if (!known || !(work || (await isFile(folder.fileOf(known.file))))) break;
      pictures.push(known);
    }
    const results = new JobResults(options, pictures);
    await results.#record();
    return results;
  }

  /** Number of finished pictures. */
  get count(): number {
    return this.#pictures.length;
  }

  /**
   * Files the picture, or writes it into the job's folder.
   *
   * @throws every error of Gallery.add() and writeFileAtomic()
   */
  async add(image: ArtImage, index: number): Promise<void> {
    if (this.#pictures.some((picture) => picture.index === index)) return;
    this.#pictures.push(await (this.#options.job.keep ? this.#file(image, index) : this.#leave(image, index)));
    await this.#record();
  }

  /** Records a work that is filed. */
  async addWork(work: Artwork): Promise<void> {
    this.#pictures.push(pictureOfWork(this.#options.gallery, work, 0));
    await this.#record();
  }

  /** What the queue stores: recipes are in the folder and in the gallery. */
  stored(): StoredPicture[] {
    return this.#pictures.map(({ recipe: _, ...picture }) => picture);
  }

  async #file(image: ArtImage, index: number): Promise<RecordedPicture> {
    const { id, job, gallery } = this.#options;
    const { title, tags, from } = job;
    const derivation = { task: taskOf(id, index), ...(from && { from }) };
    const about = { ...(title !== undefined && { title }), ...(tags && { tags }), derivation };
    return pictureOfWork(gallery, await gallery.add({ image, about }), index);
  }

  async #leave(image: ArtImage, index: number): Promise<RecordedPicture> {
    const content = await image.toBuffer('png');
    const file = `${index}.png`;
    await writeFileAtomic(this.#options.folder.fileOf(file), content, { private: true });
    const { width, height, recipe = null } = image;
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { index, work: null, file, format: 'png', width, height, bytes: content.length, sha256, seed: recipe?.seed ?? null, recipe };
  }

  #record(): Promise<void> {
    return this.#options.folder.writePictures(this.#pictures);
  }
}
