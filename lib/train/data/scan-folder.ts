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

/** A readable picture in the folder. */
export interface FoundPicture {
  /** Absolute path. */
  readonly file: string;
  /** Path relative to the data set's root, with slashes. */
  readonly name: string;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
  /** Width in pixels, with EXIF orientation applied. */
  readonly width: number;
  readonly height: number;
  readonly caption: FoundCaption;
  /** Repeats per epoch: the number in the name of a `10_name` folder, else 1. */
  readonly repeats: number;
  /** Name after the number of a `10_name` folder, else ''. */
  readonly concept: string;
  /** Absolute path of `name.mask.png`: white areas are learned, black ones not. */
  readonly mask?: string;
}

/** A file or folder that is not used. */
export interface LeftOut {
  /** Path relative to the data set's root, with slashes. */
  readonly name: string;
  readonly reason: string;
}

export interface FoundFiles {
  readonly root: string;
  readonly pictures: readonly FoundPicture[];
  /** Files that look like pictures but cannot be read, with the reason. */
  readonly unreadable: readonly LeftOut[];
  /** Captions (files, or names in a list) without a picture. */
  readonly orphans: readonly string[];
  /** Folders with a repeat count of 0. */
  readonly silenced: readonly string[];
  /** Left out although the user may have meant them, with the reason: unsupported formats, folders of other programs, links. */
  readonly leftOut: readonly LeftOut[];
  /** One sentence per caption list about its lines without a picture. */
  readonly ignored: readonly string[];
}

const maskOf = (name: string): string => `${parse(name).name}.mask.png`;
const isMask = (name: string): boolean => /\.mask\.\w+$/i.test(name) && isPicture(name);

/** Number of pictures decoded at a time; sharp uses its own threads. */
const atOnce = 4;

/** Recognises folders made by this package inside the user's folder. Their pictures are results, often copies of training pictures. */
function ownFolder(_folder: string, names: readonly string[]): string | undefined {
  const has = (name: string): boolean => names.includes(name);
  if (has('.ai-artist-site')) return 'a site that was exported here';
  if (has('gallery') && (has('state') || has('curation.json') || has('taste.json'))) return 'a home of ai-artist';
  return has('run.json') && (has('checkpoints') || has('log.jsonl')) ? 'a training run' : undefined;
}

/** Reads kohya's layout: "10_fox dog" means ten repeats of the concept "fox dog". The nearest such folder below the root counts. */
function kohyaFolder(root: string, folder: string): { repeats: number; concept: string } {
  for (let place = folder; place !== root && place.length > root.length; place = dirname(place)) {
    const [, count, concept = ''] = /^(\d{1,6})_(.*)$/.exec(parse(place).base) ?? [];
    if (count !== undefined) return { repeats: Number(count), concept: concept.trim() };
  }
  return { repeats: 1, concept: '' };
}

/** SHA-256 of a file, hex. Reads the file in chunks. */
export async function hashPicture(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export interface ScanFolderOptions {
  signal?: AbortSignal | undefined;
  /** Called after each picture that was read. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Reads a folder of training pictures. Every picture is decoded once and hashed, so that unusable ones are found before a model is loaded.
 * Writes nothing. The caption is the first found of: `name.txt` or `name.caption`, a caption list (see readCaptionList()), the concept of a
 * `10_name` folder, the prompt in a painted picture, the file name.
 *
 * @throws ArtistError ERR_READ when the folder does not exist or a caption cannot be read; ERR_TRAIN_DATA when a caption list has a wrong
 *   line
 * @throws `signal.reason` when aborted
 */
export async function scanFolder(folder: string, options: ScanFolderOptions = {}): Promise<FoundFiles> {
  const { signal, onProgress } = options;
  const walk = await walkFolder(folder, { signal, linkedFiles: true, leaveOut: ownFolder, expected: 'a folder with pictures' });
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
  /** Captions from lists, by path of the picture. */
  readonly #listed = new Map<string, FoundCaption>();

  constructor(walk: FolderWalk) {
    this.#walk = walk;
    this.#leftOut = walk.passed.filter(isWorthReporting).map(({ name, reason }) => ({ name, reason }));
  }

  #shown(path: string): string {
    return relative(this.#walk.root, path).split(sep).join('/');
  }

  async readLists(signal: AbortSignal | undefined): Promise<void> {
    const known = new Map<string, string>();
    const paths = this.#walk.folders.flatMap(({ folder, names }) => names.filter(isPicture).map((name) => join(folder, name)));
    // kohya's lists omit extensions; a picture with the full name takes precedence.
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

  /** Queues the pictures of a folder for reading. */
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
    await this.#noteUnused(folder, names, { pictures, masks });
  }

  /** Records captions and masks without a picture, and pictures in unsupported formats. */
  async #noteUnused(
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

/** False for hidden files: they are hidden on purpose, and every Mac or Windows folder has some. */
function isWorthReporting({ path, kind }: PassedOver): boolean {
  return kind !== 'foreign' || !/^(?:\.|thumbs\.db$|desktop\.ini$)/i.test(basename(path));
}

const isNotice = (name: string): boolean => /^(?:licen[cs]e|readme|notice|credits|copying|attribution)\b/i.test(name);

/** Returns the size and hash of a picture, or why it cannot be read. */
async function readPicture(file: string): Promise<{ hash: string; width: number; height: number } | string> {
  try {
    const { width, height } = await decodeImage(file);
    return { hash: await hashPicture(file), width, height };
  } catch (error) {
    if (!isArtistError(error, 'ERR_IMAGE_DECODE') && !isArtistError(error, 'ERR_READ')) throw error;
    return error.message.replace(`${file}: `, '').replace(/^.*?, got /, '');
  }
}

/** Runs jobs, a few at a time; the results keep the order of the jobs. */
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
