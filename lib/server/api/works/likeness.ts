import { embedderOf } from '../../../artist/index.ts';
import { type Clip, loadClip } from '../../../clip/index.ts';
import { type Similar, SimilarWorks, type Vector } from '../../../gallery/index.ts';
import { promptDomain, wordForBundled } from '../../../models/index.ts';
import type { ServerContext } from '../../context.ts';

/** How long a search waits for works that have no vector yet, milliseconds; they are embedded in the background, newest first. */
const patienceMs = 2000;
/** Between two looks for such works, milliseconds. */
const betweenLooksMs = 5000;

export interface Likeness {
  works: Similar[];
  /** Works whose pictures were compared. */
  compared: number;
  /** Words that mean nothing to the CLIP. */
  unknown: readonly string[];
  /** Works below this likeness are left out; undefined: none are. */
  cutOff?: number;
}

interface Opened {
  clip: Clip;
  works: SimilarWorks;
}

/** Compares pictures of the gallery with words and pictures, by the bundled CLIP, which is loaded at the first question. */
export class LikenessSearch {
  readonly #context: ServerContext;
  #opened: Promise<Opened> | undefined;
  #embedding: Promise<void> | undefined;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /**
   * Works like a text, best first, cut off one standard deviation above the mean of the gallery: below it, works are hardly more like the text
   * than any. None if most of its words are unknown to the CLIP.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT; every error of loadClip() and SimilarWorks.rank()
   */
  async toText(text: string, options: RankOptions): Promise<Likeness> {
    const { words, unknown } = await promptDomain(text);
    const { clip } = await this.#ready();
    const { best, compared, mean, deviation } = await this.#rank(await clip.embedText((await wordForBundled(text)).prompt), options);
    // A word of no training caption is a blank to the bundled CLIP: pictures may be near it, but they mean nothing by it.
    if (new Set(unknown).size >= words || unknown.length * 2 > words) return { works: [], compared, unknown };
    const cutOff = mean + deviation;
    return { works: best.filter(({ similarity }) => similarity >= cutOff), compared, unknown, cutOff };
  }

  /**
   * Works like a picture, best first.
   *
   * @throws ArtistError ERR_IMAGE_DECODE; every error of loadClip() and SimilarWorks.rank()
   */
  async toPicture(bytes: Uint8Array, options: RankOptions): Promise<Likeness> {
    const { clip } = await this.#ready();
    return all(await this.#rank(await clip.embedImage(bytes), options));
  }

  /**
   * Works like a work, best first, without itself.
   *
   * @throws ArtistError ERR_NOT_FOUND: its picture could not be read, or was not yet; every error of loadClip() and SimilarWorks.rank()
   */
  async toWork(id: string, options: RankOptions): Promise<Likeness> {
    const { clip, works } = await this.#ready();
    const known = await works.vectorOf(id);
    const vector = known ?? (await clip.embedImage((await this.#context.gallery.get(id)).path));
    const found = await this.#rank(vector, { ...options, limit: options.limit + 1 });
    return all({ ...found, best: found.best.filter((one) => one.id !== id).slice(0, options.limit) });
  }

  async close(): Promise<void> {
    await this.#embedding?.catch(() => undefined); // it has warned
    const opened = await this.#opened?.catch(() => undefined); // the asker got the error
    await opened?.clip.dispose();
  }

  async #rank(vector: Vector, options: RankOptions) {
    return (await this.#ready()).works.rank(vector, options);
  }

  async #ready(): Promise<Opened> {
    this.#context.closing.throwIfAborted();
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    const opened = await this.#opened;
    if (performance.now() - this.#looked > betweenLooksMs) this.#embedding ??= this.#embed(opened.works);
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((done) => {
      timer = setTimeout(done, patienceMs);
    });
    await Promise.race([this.#embedding, enough]);
    clearTimeout(timer);
    return opened;
  }

  async #open(): Promise<Opened> {
    const clip = await loadClip();
    return { clip, works: new SimilarWorks(this.#context.gallery, await embedderOf(clip, this.#context.closing)) };
  }

  async #embed(works: SimilarWorks): Promise<void> {
    const { closing, warn } = this.#context;
    try {
      const { failed } = await works.embedMissing({ signal: closing });
      if (failed.length > 0) warn(`likeness: ${failed.length} works have pictures that cannot be read, such as ${failed[0]?.message}`);
    } catch (error) {
      if (!closing.aborted) warn(`likeness: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#embedding = undefined;
      this.#looked = performance.now();
    }
  }
}

export interface RankOptions {
  limit: number;
  query: string;
  hidden: boolean;
  signal: AbortSignal;
}

type Ranked = Awaited<ReturnType<SimilarWorks['rank']>>;

const all = ({ best, compared }: Ranked): Likeness => ({ works: best, compared, unknown: [] });
