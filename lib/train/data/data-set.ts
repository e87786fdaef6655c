import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import * as z from 'zod';
import { ArtistError, abortSignal, answering, counted, resolveOptions } from '../../core/index.ts';
import { enforceLicences, type LicenceRecord, nameSome, type PictureRole, type ResultLicence, resultLicence } from '../../lora/index.ts';
import type { CaptionSource } from './caption-text.ts';
import { LicenceFinder } from './licence-files.ts';
import { type FoundFiles, type FoundPicture, type LeftOut, scanFolder } from './scan-folder.ts';

export const dataSetOptions = z.strictObject({
  /** Folder with the training pictures; subfolders are read too. */
  folder: z.string().min(1),
  /** Folder with pictures of the class, for prior preservation ("a dog" when "sks dog" is learned). */
  classFolder: z.string().min(1).optional(),
  /** Caption for class pictures without a caption file. Default: from their file or folder names. */
  classPrompt: z.string().min(1).optional(),
  /** Licence of all pictures that state none: "own", "permission", an SPDX id. Default: such pictures are refused. */
  licence: z.string().min(1).optional(),
  /** Permit licences that forbid commercial use; the LoRA inherits the condition. Default false. */
  nonCommercial: z.boolean().default(false),
  /** Amount held out for the validation loss: a share below 1, or a number of pictures. Default 0. */
  validation: z.number().min(0).max(100_000).default(0),
  /** Leave out pictures that cannot be read or are too small, with a warning, instead of refusing the data set. Default false. */
  skipUnusable: z.boolean().default(false),
  /** Shortest edge in pixels below which a picture is too small. Default 32. */
  minEdge: z.int().min(8).max(4096).default(32),
  signal: abortSignal().optional(),
  /** Called after each picture that was read. */
  onProgress: z.custom<(done: number, total: number) => void>((value) => typeof value === 'function').optional(),
});
export type DataSetOptions = z.input<typeof dataSetOptions>;

/** A training picture. */
export interface TrainingPicture {
  /** Index in the data set, from 0. The same files always get the same numbers. */
  readonly id: number;
  readonly role: PictureRole;
  readonly file: string;
  /** Path relative to its folder, with slashes. */
  readonly name: string;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  /** Text from the data set; composeCaption() turns it into the caption of a step. */
  readonly caption: string;
  readonly captionFrom: CaptionSource;
  readonly repeats: number;
  readonly concept: string;
  readonly mask?: string;
  readonly licence: LicenceRecord;
}

export interface DataSet {
  readonly folder: string;
  /** Ordered by id: training, validation and class pictures. */
  readonly pictures: readonly TrainingPicture[];
  /** Things that did not stop the scan but may surprise. */
  readonly warnings: readonly string[];
  /** Files and folders left out although the user may have meant them: unsupported picture formats, folders of other programs, links. */
  readonly leftOut: readonly LeftOut[];
  /** Conditions that the LoRA inherits from the licences. */
  readonly licence: ResultLicence;
  /** SHA-256 of names, contents and captions. A resumed run must have the same. */
  readonly hash: string;
}

const dataError = (message: string, details: readonly string[] = []): ArtistError =>
  new ArtistError('ERR_TRAIN_DATA', message, { details });

/**
 * Reads a data set and checks its pictures and licences. It never writes to the user's files.
 *
 * @throws ArtistError ERR_TRAIN_DATA when there are no pictures, captions without pictures, damaged or tiny pictures, or a wrong line in a
 *   caption list; ERR_LICENCE when pictures may not be used for training; ERR_READ when the folder or a file cannot be read;
 *   ERR_INVALID_ARGUMENT when an option is invalid
 * @throws `signal.reason` when aborted
 */
export const loadDataSet = answering('loadDataSet', async (options: DataSetOptions): Promise<DataSet> => {
  const checked = resolveOptions('dataSet', dataSetOptions, options);
  const { signal, onProgress, folder, classFolder } = checked;
  signal?.throwIfAborted();
  const warnings: string[] = [];
  const found = usable(await scanFolder(folder, { signal, onProgress }), checked, warnings);
  const foundClass =
    classFolder === undefined ? undefined : usable(await scanFolder(classFolder, { signal, onProgress }), checked, warnings);
  const heldOut = chooseValidation(found.pictures, checked.validation, warnings);
  const licences = new LicenceFinder(resolve(folder), checked.licence);
  const classLicences = new LicenceFinder(resolve(classFolder ?? folder), checked.licence);
  const pictures: (Omit<TrainingPicture, 'licence'> & { licence: LicenceRecord | undefined })[] = [];
  const add = async (picture: FoundPicture, role: TrainingPicture['role'], finder: LicenceFinder): Promise<void> => {
    const { caption, ...facts } = picture;
    const guessed = role === 'class' && checked.classPrompt !== undefined && caption.source !== 'sidecar' && caption.source !== 'metadata';
    const text = guessed ? (checked.classPrompt ?? '') : caption.text;
    const licence = await finder.find(picture.file);
    pictures.push({ id: pictures.length, role, ...facts, caption: text, captionFrom: caption.source, licence });
  };
  for (const picture of found.pictures) {
    signal?.throwIfAborted();
    await add(picture, heldOut.has(picture.hash) ? 'validation' : 'train', licences);
  }
  for (const picture of foundClass?.pictures ?? []) await add(picture, 'class', classLicences);
  enforceLicences(pictures, checked);
  const licensed = pictures as TrainingPicture[];
  const leftOut = [...found.leftOut, ...(foundClass?.leftOut ?? [])];
  warnings.push(...leftOutLines(leftOut), ...remarks(found, licensed));
  return {
    folder: found.root,
    pictures: licensed,
    warnings,
    leftOut,
    licence: resultLicence(licensed.map(({ licence }) => licence)),
    hash: dataSetHash(licensed),
  };
});

/** Drops pictures that cannot be used, with a warning; without skipUnusable it throws instead. */
function usable(found: FoundFiles, { skipUnusable, minEdge }: z.output<typeof dataSetOptions>, warnings: string[]): FoundFiles {
  const { root, pictures, unreadable, orphans, leftOut } = found;
  if (pictures.length === 0 && unreadable.length === 0) {
    throw dataError(
      orphans.length > 0
        ? `${root}: expected pictures beside their captions, got ${orphans.length} captions (${nameSome(orphans)}) and no picture. Captions are named like their pictures: fox.png and fox.txt`
        : `${root}: expected pictures (.png, .jpg, .webp, .avif, .tiff, .gif), got none.${leftOut.length > 0 ? `\n  ${leftOutLines(leftOut).join('\n  ')}\n` : ' '}Put 10 to 50 pictures there`,
      leftOut.map(({ name, reason }) => `${name}: ${reason}`),
    );
  }
  const tiny = pictures.filter(({ width, height }) => Math.min(width, height) < minEdge);
  const problems = [
    ...unreadable.map(({ name, reason }) => `${name}: ${reason}`),
    ...tiny.map(({ name, width, height }) => `${name}: ${width}x${height}, an edge below ${minEdge} pixels (minEdge)`),
  ];
  if (problems.length > 0 && !skipUnusable) {
    const what = [
      unreadable.length > 0 ? `${unreadable.length} that cannot be read (${nameSome(unreadable.map(({ name }) => name))})` : '',
      tiny.length > 0 ? `${tiny.length} with an edge below ${minEdge} pixels (${nameSome(tiny.map(({ name }) => name))})` : '',
    ];
    throw dataError(
      `${root}: expected pictures that can be used, got ${what.filter(Boolean).join(' and ')}:\n  ${nameSome(problems)}\nRemove them, or leave them out with skipUnusable`,
      problems,
    );
  }
  warnings.push(...problems.map((problem) => `left out ${problem}`));
  const kept = pictures.filter((picture) => !tiny.includes(picture));
  if (kept.length === 0) throw dataError(`${root}: expected pictures that can be used, got ${problems.length} unusable ones`, problems);
  return { ...found, pictures: kept };
}

/**
 * Chooses the contents to hold out: the n with the smallest hash of their hash. A picture is therefore held out or not regardless of its
 * place and of other names; copies of a picture stay together.
 */
function chooseValidation(pictures: readonly FoundPicture[], wanted: number, warnings: string[]): ReadonlySet<string> {
  const contents = [...new Set(pictures.map(({ hash }) => hash))];
  if (wanted === 0) return new Set();
  const count = wanted < 1 ? Math.max(1, Math.round(wanted * contents.length)) : Math.floor(wanted);
  if (contents.length < 2) {
    warnings.push('validation: nothing is held out, because there is only one picture');
    return new Set();
  }
  if (count >= contents.length)
    throw dataError(
      `validation: expected fewer pictures than there are, got ${count} of ${contents.length}. Nothing would be left to learn from`,
    );
  const place = (hash: string): string => createHash('sha256').update(`validation ${hash}`).digest('hex');
  return new Set(contents.sort((a, b) => (place(a) < place(b) ? -1 : 1)).slice(0, count));
}

/** Summarises what was left out, one line per reason. */
function leftOutLines(leftOut: FoundFiles['leftOut']): string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of leftOut) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  return [...byReason].map(([reason, names]) => `left out ${nameSome(names)}: ${reason}`);
}

function remarks({ orphans, silenced, ignored }: FoundFiles, pictures: readonly TrainingPicture[]): string[] {
  const warnings: string[] = [...ignored];
  const learned = pictures.filter(({ role }) => role === 'train');
  if (orphans.length > 0)
    warnings.push(`${counted(orphans.length, 'caption')} ${orphans.length === 1 ? 'has' : 'have'} no picture: ${nameSome(orphans)}`);
  if (silenced.length > 0) warnings.push(`folders with 0 repeats are left out: ${nameSome(silenced)}`);
  if (learned.length === 1) warnings.push('1 picture: the LoRA will learn that picture by heart, not a style. 10 to 50 are usual');
  const byHash = new Map<string, string[]>();
  for (const { hash, name } of pictures) byHash.set(hash, [...(byHash.get(hash) ?? []), name]);
  const copies = [...byHash.values()].filter((names) => names.length > 1);
  if (copies.length > 0)
    warnings.push(
      `${counted(copies.length, 'picture')} ${copies.length === 1 ? 'is' : 'are'} there more than once: ${nameSome(copies.map((names) => names.join(' = ')))}`,
    );
  const guessed = learned.filter(({ captionFrom }) => captionFrom === 'file-name');
  if (guessed.length > 0)
    warnings.push(`${guessed.length} of ${learned.length} captions come from file names, e.g. ${JSON.stringify(guessed[0]?.caption)}`);
  const painted = learned.filter(({ captionFrom }) => captionFrom === 'recipe');
  if (painted.length > 0)
    warnings.push(
      `${painted.length} of ${learned.length} captions are the prompts that the pictures carry, e.g. ${JSON.stringify(painted[0]?.caption)}`,
    );
  const silent = learned.filter(({ captionFrom }) => captionFrom === 'none');
  if (silent.length > 0)
    warnings.push(
      `${silent.length} of ${learned.length} pictures have no caption: ${nameSome(silent.map(({ name }) => name))}. Write name.txt beside them`,
    );
  return warnings;
}

function dataSetHash(pictures: readonly TrainingPicture[]): string {
  const hash = createHash('sha256');
  for (const { role, name, hash: content, caption, repeats } of pictures)
    hash.update(`${JSON.stringify([role, name, content, caption, repeats])}\n`);
  return hash.digest('hex');
}
