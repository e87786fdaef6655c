import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, dirname, join, parse, relative, sep } from 'node:path';
import { type FolderWalk, isArtistError, type PassedOver, type WalkedFolder, walkFolder } from '../../core/index.ts';
import { decodeImage, unreadPicture } from '../../image/index.ts';
import { nameSome } from '../../lora/index.ts';
import { captionOf, captionOfName, captionOfRecipe, type FoundCaption, readSidecar } from './caption-files.ts';
import { isCaptionList, readCaptionList } from './caption-lists.ts';
import { FolderNames, foldName } from './folder-names.ts';
import { isPicture } from './picture-formats.ts';

/** A picture of the folder that can be read. */
export interface FoundPicture {
  /** Absolute path. */
  readonly file: string;
  /** Path below the data set's root, with slashes. */
  readonly name: string;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
  /** Pixels, with the EXIF orientation applied. */
  readonly width: number;
  readonly height: number;
  readonly caption: FoundCaption;
  /** Times per epoch: the number of a `10_name` folder, else 1. */
  readonly repeats: number;
  /** The name of a `10_name` folder, else ''. */
  readonly concept: string;
  /** Absolute path of `name.mask.png`: white is learned, black is not. */
  readonly mask?: string;
}

/** A file or folder that is not learned from. */
export interface LeftOut {
  /** Path below the data set's root, with slashes. */
  readonly name: string;
  readonly reason: string;
}

export interface FoundFiles {
  readonly root: string;
  readonly pictures: readonly FoundPicture[];
  /** Files that look like pictures and cannot be read, with the reason. */
  readonly unreadable: readonly LeftOut[];
  /** Captions (files, or names in a list) without a picture. */
  readonly orphans: readonly string[];
  /** Folders with a repeat count of 0. */
  readonly silenced: readonly string[];
  /** What was passed over and may have been meant, with the reason: pictures of other kinds, folders of other programs, links. */
  readonly leftOut: readonly LeftOut[];
  /** Lines of caption lists that say nothing of a picture, a sentence a list. */
  readonly ignored: readonly string[];
}

const maskOf = (name: string): string => `${parse(name).name}.mask.png`;
const isMask = (name: string): boolean => /\.mask\.\w+$/i.test(name) && isPicture(name);

/** Pictures that are decoded at a time: sharp works in threads of its own. */
const atOnce = 4;

/** Folders that we made below the user's: their pictures are results, often copies of what is learned. */
function ourFolder(_folder: string, names: readonly string[]): string | undefined {
  const has = (name: string): boolean => names.includes(name);
  if (has('.ai-artist-site')) return 'a site that was exported here';
  if (has('gallery') && (has('state') || has('curation.json') || has('taste.json'))) return 'a home of ai-artist';
  return has('run.json') && (has('checkpoints') || has('log.jsonl')) ? 'a training run' : undefined;
}

/** kohya's layout: "10_fox dog" is ten repeats of the concept "fox dog". The nearest such folder below the root counts. */
function kohyaFolder(root: string, folder: string): { repeats: number; concept: string } {
  for (let place = folder; place !== root && place.length > root.length; place = dirname(place)) {
    const [, count, concept = ''] = /^(\d{1,6})_(.*)$/.exec(parse(place).base) ?? [];
    if (count !== undefined) return { repeats: Number(count), concept: concept.trim() };
  }
  return { repeats: 1, concept: '' };
}

/** SHA-256 of a file, hex; reads it in pieces. */
export async function hashPicture(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export interface ScanFolderOptions {
  signal?: AbortSignal | undefined;
  /** Called for each picture that was read: how many of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Reads a folder of training pictures: every picture is decoded once and hashed, so that what cannot be used is known before a model is
 * loaded. Nothing is written. Captions, first that is there: `name.txt` or `name.caption`, a list (see readCaptionList()), the concept of a
 * `10_name` folder, the prompt that a painted picture carries, the file's name.
 *
 * @throws ArtistError ERR_READ: no such folder, a caption that cannot be read; ERR_TRAIN_DATA: a caption list with a wrong line;
 *   `signal.reason` when aborted
 */
export async function scanFolder(folder: string, options: ScanFolderOptions = {}): Promise<FoundFiles> {
  const { signal, onProgress } = options;
  const walk = await walkFolder(folder, { signal, linkedFiles: true, leaveOut: ourFolder, expected: 'a folder with pictures' });
  const scan = new Scan(walk);
  await scan.readLists(signal);
  for (const place of walk.folders) await scan.take(place, signal);
  return await scan.finish(signal, onProgress);
}

type Read = FoundPicture | LeftOut;

class Scan {
  readonly #walk: FolderWalk;
  readonly #jobs: (() => Promise<Read>)[] = [];
  readonly #orphans: string[] = [];
  readonly #silenced: string[] = [];
  readonly #ignored: string[] = [];
  readonly #leftOut: LeftOut[];
  /** Captions of the lists, by the path of the picture. */
  readonly #listed = new Map<string, FoundCaption>();

  constructor(walk: FolderWalk) {
    this.#walk = walk;
    this.#leftOut = walk.passed.filter(isWorthTelling).map(({ name, reason }) => ({ name, reason }));
  }

  #shown(path: string): string {
    return relative(this.#walk.root, path).split(sep).join('/');
  }

  async readLists(signal: AbortSignal | undefined): Promise<void> {
    const known = new Map<string, string>();
    const paths = this.#walk.folders.flatMap(({ folder, names }) => names.filter(isPicture).map((name) => join(folder, name)));
    // kohya's lists leave the ending out; a picture that is named whole wins.
    for (const path of paths.toReversed()) known.set(foldName(path.slice(0, -parse(path).ext.length)), path);
    for (const path of paths.toReversed()) known.set(foldName(path), path);
    for (const { folder, names } of this.#walk.folders)
      for (const list of names.filter(isCaptionList)) {
        signal?.throwIfAborted();
        const { captions, ignored } = await readCaptionList(folder, list);
        for (const { name, ...caption } of captions) {
          const path = join(folder, name);
          const picture = known.get(foldName(path));
          if (picture === undefined) this.#orphans.push(this.#shown(path));
          else this.#listed.set(picture, caption);
        }
        if (ignored.length > 0)
          this.#ignored.push(
            `${this.#shown(join(folder, list))}: ${ignored.length} without a picture's name and caption: ${nameSome(ignored)}`,
          );
      }
  }

  /** Plans the reading of a folder's pictures. */
  async take({ folder, names }: WalkedFolder, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const kohya = kohyaFolder(this.#walk.root, folder);
    const pictures = names.filter((name) => isPicture(name) && !isMask(name));
    if (kohya.repeats === 0) {
      if (pictures.length > 0) this.#silenced.push(this.#shown(folder));
      return;
    }
    const all = new FolderNames(names);
    const masks = new Set<string>();
    for (const name of pictures) {
      const mask = all.find(maskOf(name));
      if (mask !== undefined) masks.add(mask);
      this.#jobs.push(() => this.#read(join(folder, name), { all, kohya, mask }));
    }
    await this.#nameRest(folder, names, { pictures, masks });
  }

  /** Names what has no picture, and pictures of other kinds. */
  async #nameRest(
    folder: string,
    names: readonly string[],
    { pictures, masks }: { pictures: readonly string[]; masks: ReadonlySet<string> },
  ): Promise<void> {
    const stems = new Set(pictures.flatMap((name) => [foldName(parse(name).name), foldName(name)]));
    for (const name of names) {
      const path = join(folder, name);
      const caption = isNotice(name) ? undefined : captionOf(name);
      if (caption !== undefined && !stems.has(foldName(caption))) this.#orphans.push(this.#shown(path));
      if (isMask(name) && !masks.has(name))
        this.#leftOut.push({
          name: this.#shown(path),
          reason: 'a mask is a PNG and named like its picture. fox.mask.png is that of fox.png',
        });
      const reason = isPicture(name) ? undefined : await unreadPicture(path);
      if (reason !== undefined) this.#leftOut.push({ name: this.#shown(path), reason });
    }
  }

  async #read(
    file: string,
    { all, kohya, mask }: { all: FolderNames; kohya: Pick<FoundPicture, 'repeats' | 'concept'>; mask: string | undefined },
  ): Promise<Read> {
    const name = this.#shown(file);
    const read = await readPicture(file);
    if (typeof read === 'string') return { name, reason: read };
    const concept: FoundCaption | undefined = kohya.concept === '' ? undefined : { text: kohya.concept, source: 'folder' };
    const stated = (await readSidecar(file, all)) ?? this.#listed.get(file) ?? concept;
    const caption = stated ?? (await captionOfRecipe(file)) ?? captionOfName(file);
    return { file, name, ...read, caption, ...kohya, ...(mask === undefined ? {} : { mask: join(dirname(file), mask) }) };
  }

  async finish(signal: AbortSignal | undefined, onProgress: ScanFolderOptions['onProgress']): Promise<FoundFiles> {
    const results = await inTurns(this.#jobs, signal, onProgress);
    return {
      root: this.#walk.root,
      pictures: results.filter((result): result is FoundPicture => 'file' in result),
      unreadable: results.filter((result): result is LeftOut => 'reason' in result),
      orphans: this.#orphans,
      silenced: this.#silenced,
      leftOut: this.#leftOut,
      ignored: this.#ignored,
    };
  }
}

/** Hidden files are meant not to be seen, and every folder of a Mac or of Windows has some. */
function isWorthTelling({ path, kind }: PassedOver): boolean {
  return kind !== 'foreign' || !/^(?:\.|thumbs\.db$|desktop\.ini$)/i.test(basename(path));
}

const isNotice = (name: string): boolean => /^(?:licen[cs]e|readme|notice|credits|copying|attribution)\b/i.test(name);

/** Size and hash of a picture, or why it cannot be read. */
async function readPicture(file: string): Promise<{ hash: string; width: number; height: number } | string> {
  try {
    const { width, height } = await decodeImage(file);
    return { hash: await hashPicture(file), width, height };
  } catch (error) {
    if (!isArtistError(error, 'ERR_IMAGE_DECODE') && !isArtistError(error, 'ERR_READ')) throw error;
    return error.message.replace(`${file}: `, '').replace(/^.*?, got /, '');
  }
}

/** Runs the jobs, a few at a time, and keeps their order. */
async function inTurns<T>(
  jobs: readonly (() => Promise<T>)[],
  signal: AbortSignal | undefined,
  onProgress: ScanFolderOptions['onProgress'],
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      signal?.throwIfAborted();
      results[index] = await (jobs[index] as () => Promise<T>)();
      onProgress?.(++done, jobs.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, worker));
  signal?.throwIfAborted();
  return results;
}
