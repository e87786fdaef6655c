import { mkdir, readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { parse } from 'node:path';
import * as z from 'zod';
import {
  ArtistError,
  display,
  type Home,
  isFolder,
  readPlainFile,
  refusedName,
  removeTree,
  systemCode,
  tameName,
  writeError,
  writeFileAtomic,
} from '../../../core/index.ts';
import { imageKind } from '../../../image/index.ts';
import { licenceId } from '../../../lora/index.ts';
import { loadDataSet } from '../../../train/index.ts';

const mostPictures = 5000;
const licenceFile = 'licence.json';
const endings = { png: '.png', jpeg: '.jpg', webp: '.webp', avif: '.avif', gif: '.gif', tiff: '.tiff' } as const;
const isPicture = (name: string): boolean => Object.values<string>(endings).includes(parse(name).ext.toLowerCase());
const captionOf = (name: string): string => `${parse(name).name}.txt`;
const sidecarOf = (name: string): string => `${name}.json`;
const ownLicence = z.looseObject({ licence: z.string() });

export interface PictureOfSet {
  file: string;
  bytes: number;
  /** null: it has none of its own. */
  caption: string | null;
  /** null: that of the data set, or of its recipe. */
  licence: string | null;
}

/** @throws ArtistError ERR_INVALID_ARGUMENT: no folder or file may have this name */
function checkName(what: string, name: string): string {
  const wrong = refusedName(name) ?? (name === tameName(name) ? undefined : 'a name that not every system can store');
  if (wrong === undefined) return name;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `${what}: expected a plain name, got ${wrong}`);
}

function ignoreAbsent(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error;
}

/** Data sets for training in `<home>/training-data`: a folder each, with a caption file beside each picture, and the licence of all. */
export class DataSets {
  readonly #home: Home;

  constructor(home: Home) {
    this.#home = home;
  }

  /** The folder of a data set. @throws ArtistError ERR_INVALID_ARGUMENT, ERR_NOT_FOUND */
  async folder(name: string): Promise<string> {
    const folder = this.#home.trainingDataSet(checkName('dataSet', name));
    if (await isFolder(folder)) return folder;
    throw new ArtistError('ERR_NOT_FOUND', `dataSet: expected the name of a data set, got ${display(name)}`);
  }

  async names(): Promise<string[]> {
    const entries = await readdir(this.#home.trainingData, { withFileTypes: true }).catch((error: unknown) => {
      ignoreAbsent(error);
      return [];
    });
    return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? [entry.name] : [])).sort();
  }

  /** @throws ArtistError ERR_ALREADY_EXISTS, ERR_INVALID_ARGUMENT, ERR_WRITE, ERR_DISK_FULL */
  async create(name: string, licence: string | undefined): Promise<void> {
    const folder = this.#home.trainingDataSet(checkName('name', name));
    const known = licence === undefined ? undefined : licenceId(licence);
    await mkdir(this.#home.trainingData, { recursive: true }).catch((error: unknown) => {
      throw writeError(this.#home.trainingData, error);
    });
    await mkdir(folder).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw writeError(folder, error);
      throw new ArtistError('ERR_ALREADY_EXISTS', `name: expected a new name, got ${display(name)}, which is there`);
    });
    if (known === undefined) return;
    await this.setLicence(name, known).catch(async (error: unknown) => {
      // Empty still, and without it the same request would be refused the next time. The first error is the one to report.
      await rmdir(folder).catch(() => undefined);
      throw error;
    });
  }

  async remove(name: string): Promise<void> {
    await removeTree(await this.folder(name), { inside: this.#home.trainingData });
  }

  /** The licence of all pictures without one of their own: own, permission or an SPDX id. */
  async setLicence(name: string, licence: string): Promise<void> {
    await this.folder(name);
    await writeFileAtomic(this.#home.trainingDataSet(name, licenceFile), `${JSON.stringify({ licence: licenceId(licence) })}\n`);
  }

  /** What setLicence() stated; null: nothing. */
  async licence(name: string): Promise<string | null> {
    await this.folder(name);
    return this.#licenceIn(name, licenceFile);
  }

  async #licenceIn(name: string, file: string): Promise<string | null> {
    const text = await readPlainFile(this.#home.trainingDataSet(name, file), 'utf8').catch((error: unknown) => {
      ignoreAbsent(error);
      return '';
    });
    try {
      return ownLicence.parse(JSON.parse(text)).licence;
    } catch {
      return null; // a file of another program; check() says what is wrong with it
    }
  }

  /** The licence of one picture. null: that of the data set counts. */
  async setPictureLicence(name: string, file: string, licence: string | null): Promise<void> {
    await this.picture(name, file);
    const sidecar = this.#home.trainingDataSet(name, sidecarOf(file));
    if (licence === null) await unlink(sidecar).catch(ignoreAbsent);
    else await writeFileAtomic(sidecar, `${JSON.stringify({ licence: licenceId(licence) })}\n`);
  }

  async pictures(name: string): Promise<PictureOfSet[]> {
    const names = await readdir(await this.folder(name));
    const files = names.filter((file) => isPicture(file) && !file.startsWith('.')).sort();
    const pictures: PictureOfSet[] = [];
    for (const file of files) {
      const { size } = await stat(this.#home.trainingDataSet(name, file));
      const caption = names.includes(captionOf(file)) ? await this.#caption(name, file) : null;
      const licence = names.includes(sidecarOf(file)) ? await this.#licenceIn(name, sidecarOf(file)) : null;
      pictures.push({ file, bytes: size, caption, licence });
    }
    return pictures;
  }

  async #caption(name: string, file: string): Promise<string> {
    return (await readPlainFile(this.#home.trainingDataSet(name, captionOf(file)), 'utf8')).trim();
  }

  /**
   * Adds a picture. Its kind is read from its content, and decides the ending of its file.
   *
   * @returns the name of its file
   * @throws ArtistError ERR_IMAGE_DECODE, ERR_ALREADY_EXISTS, ERR_INVALID_ARGUMENT, ERR_DISK_FULL, ERR_WRITE
   */
  async add(name: string, given: string, bytes: Uint8Array): Promise<string> {
    const folder = await this.folder(name);
    const kind = imageKind(bytes);
    if (kind === undefined)
      throw new ArtistError('ERR_IMAGE_DECODE', `${display(given)}: expected a picture (PNG, JPEG, WebP, AVIF), got another file`);
    const stem = parse(given.split(/[\\/]/).at(-1) ?? '').name;
    const file = checkName('file', `${stem === '' ? 'picture' : stem}${endings[kind]}`);
    const files = await readdir(folder);
    if (files.filter(isPicture).length >= mostPictures)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `dataSet: expected at most ${mostPictures} pictures, got one more`);
    // fox.png and fox.jpg would share one caption.
    const other = files.find((one) => isPicture(one) && parse(one).name === parse(file).name);
    if (other !== undefined) throw new ArtistError('ERR_ALREADY_EXISTS', `file: expected a new name, got ${file} beside ${other}`);
    await writeFileAtomic(this.#home.trainingDataSet(name, file), bytes, { overwrite: false });
    return file;
  }

  /** The path of a picture. @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT */
  async picture(name: string, file: string): Promise<string> {
    const names = await readdir(await this.folder(name));
    if (isPicture(checkName('file', file)) && names.includes(file)) return this.#home.trainingDataSet(name, file);
    throw new ArtistError('ERR_NOT_FOUND', `file: expected a picture of the data set, got ${display(file)}`);
  }

  async setCaption(name: string, file: string, caption: string): Promise<void> {
    await this.picture(name, file);
    await writeFileAtomic(this.#home.trainingDataSet(name, captionOf(file)), `${caption.replace(/\s+/g, ' ').trim()}\n`);
  }

  /** Removes a picture with its caption and its own licence. */
  async removePicture(name: string, file: string): Promise<void> {
    await unlink(await this.picture(name, file));
    for (const beside of [captionOf(file), sidecarOf(file)]) await unlink(this.#home.trainingDataSet(name, beside)).catch(ignoreAbsent);
  }

  /** Reads and decodes every picture, as a run would. @throws ArtistError ERR_TRAIN_DATA, ERR_LICENCE, ERR_READ: why it cannot be trained on */
  async check(
    name: string,
    signal: AbortSignal,
  ): Promise<{ pictures: number; warnings: string[]; licence: string; obligations: string[] }> {
    const { pictures, warnings, licence } = await loadDataSet({ folder: await this.folder(name), signal });
    return { pictures: pictures.length, warnings: [...warnings], licence: licence.id, obligations: [...licence.obligations] };
  }
}
