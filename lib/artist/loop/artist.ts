import { ArtistError, type Clock, configPath, homeFolder, isArtistError, type LoadedConfig, loadConfig } from '../../core/index.ts';
import type { Ledger } from '../../curation/index.ts';
import { type Artwork, Gallery } from '../../gallery/index.ts';
import type { ArtImage } from '../../image/index.ts';
import { altTextOf, promptParts, titleOf } from '../words/index.ts';
import type { Candidate } from './candidates.ts';
import type { CreateEvent, CreateOptions } from './create-options.ts';
import { type Plan, plan } from './plan.ts';
import { type Painted, paintRound, type Times } from './round.ts';
import { settle } from './settle.ts';
import { Studio } from './studio.ts';
import { SubjectHold } from './subject-book.ts';

/** How long an unused model stays in memory, milliseconds: longer than the pause between the works of one run. */
const defaultKeepMs = 10 * 60_000;

export interface ArtistOptions {
  /** Home folder: settings, gallery, memory. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** Settings above those of config.yaml and of the environment, as `create.candidates=4`. */
  set?: readonly string[] | undefined;
  /** Settings that were read already; then config.yaml and the environment are not looked at. */
  config?: LoadedConfig | undefined;
  /** How long model, CLIP and upscaler stay in memory when nothing is painted, milliseconds; 0: not at all. Default 600 000, ten minutes. */
  keepMs?: number | undefined;
  /** Told of what may surprise: a scorer that failed, a memory that was mended. Default: a warning of the process. */
  onWarning?: ((line: string) => void) | undefined;
  clock?: Clock | undefined;
}

/** Works whose titles are not used again. */
const titlesRemembered = 200;

/** A work that was painted. */
export interface CreatedWork {
  /** As it was filed; undefined with `gallery: false`. */
  work: Artwork | undefined;
  image: ArtImage;
  /** A few words that no work of the last 200 has. */
  title: string;
  /** What it shows, for those who cannot see it; empty where the prompt was. */
  altText: string;
  prompt: string;
  /** given: the prompt was. chosen: it was not. */
  promptSource: 'given' | 'chosen';
  /** How the prompt came about. */
  derivation: Record<string, unknown>;
  seed: number;
  candidates: readonly Candidate[];
  /** The books of the choice. */
  ledger: Ledger;
  /** Name of the CLIP model that scored; undefined: nothing did. */
  scorer: string | undefined;
  model: { name: string; family: string };
  device: string;
  /** How many times wider it is than it was painted. */
  upscaled: number;
  seconds: Times;
  /** What the engine noticed. */
  warnings: readonly string[];
}

type WorkWords = Pick<CreatedWork, 'title' | 'altText'>;

/** Paints works one after the other, or several at a time, with models that stay loaded in between. Made by createArtist(). */
export class Artist {
  readonly home: string;
  readonly gallery: Gallery;
  /** The settings that it works by. */
  readonly config: LoadedConfig;
  readonly #clock: Clock | undefined;
  readonly #studio: Studio;
  readonly #warn: (line: string) => void;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #disposing: Promise<void> | undefined;

  /** Made by createArtist(). */
  constructor(config: LoadedConfig, { keepMs = defaultKeepMs, clock, onWarning }: ArtistOptions) {
    if (!(keepMs >= 0)) throw new ArtistError('ERR_INVALID_ARGUMENT', `keepMs: expected a number of milliseconds from 0, got ${keepMs}`);
    this.home = config.home;
    this.config = config;
    this.gallery = new Gallery({ folder: configPath(config.config.gallery.folder, config.home), ...(clock && { clock }) });
    this.#clock = clock;
    this.#studio = new Studio({ home: config.home, keepMs, clock });
    this.#warn = onWarning ?? ((line) => process.emitWarning(line, { type: 'ArtistWarning' }));
  }

  /** True from the call of dispose() on. */
  get disposed(): boolean {
    return this.#disposing !== undefined;
  }

  /**
   * One work: decides what to paint, paints candidates, keeps the best, enlarges it, gives it a title and files it.
   *
   *     await artist.create();                                           // it chooses
   *     await artist.create({ subject: 'a lighthouse at night' });       // style, light and the rest are chosen
   *     await artist.create({ prompt: 'a fox in the snow, flat vector art', candidates: 4, seed: 7 });
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_CONFIG, ERR_DISPOSED; ERR_GENERATE: no candidate passed the gates; ERR_READ, ERR_DAMAGED: word
   *   lists, the taste; ERR_WRITE, ERR_DISK_FULL, ERR_LOCKED: the gallery; of `inspire`: ERR_NOT_FOUND, ERR_NETWORK, ERR_DOWNLOAD; what
   *   loadModel(), generate() and upscale() throw; `signal.reason` when aborted
   */
  async create(options: CreateOptions = {}): Promise<CreatedWork> {
    if (this.disposed) throw new ArtistError('ERR_DISPOSED', 'create: the artist was disposed. Make another with createArtist()');
    const running = this.#create(options);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /**
   * The work that was filed for a task although nobody could write down that it was: the process died in between. undefined: there is none.
   *
   * @param since no work of the task is older, milliseconds since 1970
   * @throws what Gallery.list() throws
   */
  async filed(task: string, since: number): Promise<Artwork | undefined> {
    for (let after: string | undefined; ; ) {
      const page = await this.gallery.list({ limit: 100, after });
      const found = page.works.find(({ derivation }) => derivation?.['task'] === task);
      const oldest = page.works.at(-1);
      if (found || page.next === undefined || (oldest && Date.parse(oldest.createdAt) < since)) return found;
      after = page.next;
    }
  }

  /** Cancels what is being painted (it rejects with ERR_ABORTED), then frees the models. May be called again. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #dispose(): Promise<void> {
    this.#closing.abort(new ArtistError('ERR_ABORTED', 'create: cancelled, because the artist was disposed'));
    await Promise.allSettled(this.#running);
    await this.#studio.dispose();
  }

  async #create(options: CreateOptions): Promise<CreatedWork> {
    const { wishes, ...settled } = settle(options, this.config);
    const linked = linkSignals([this.#closing.signal, ...(wishes.signal ? [wishes.signal] : [])]);
    const { signal } = linked;
    const hold = new SubjectHold(this.home, this.#clock);
    try {
      signal.throwIfAborted();
      const place = { home: this.home, gallery: this.gallery, signal, warn: this.#warn, hold };
      const planned = await plan({ wishes, ...settled }, place);
      const { prompt, seed } = planned;
      await wishes.onPlan?.({ prompt, seed, source: planned.planned.source, lines: planned.planned.lines });
      const onProgress = (event: CreateEvent): void => wishes.onProgress?.(event);
      const painted = await paintRound(planned, wishes, { studio: this.#studio, signal, warn: this.#warn, onProgress });
      const words = await this.#name(planned);
      return describe(planned, painted, words, await this.#keep(planned, painted, words, wishes.task));
    } finally {
      linked.release();
      await hold.release().catch((error: unknown) => this.#warn(`its subject stays reserved until this process ends: ${String(error)}`));
    }
  }

  /** Title and alternative text, from the parts of the prompt. */
  async #name({ gallery, prompt, planned }: Plan): Promise<WorkWords> {
    const parts = promptParts(prompt, planned.derivation);
    const earlier = gallery ? (await gallery.list({ limit: titlesRemembered })).works.flatMap(({ title }) => title ?? []) : [];
    return { title: titleOf(parts, earlier), altText: altTextOf(parts) };
  }

  async #keep(
    { gallery, planned, memory }: Plan,
    { candidates, choice, image }: Painted,
    words: WorkWords,
    task: string | undefined,
  ): Promise<Artwork | undefined> {
    const derivation = { ...planned.derivation, ...(task !== undefined && { task }) };
    const work = await gallery?.add({
      image,
      candidates: candidates.map((candidate) => candidate.image),
      about: { title: words.title, altText: words.altText || null, curation: choice.ledger, derivation },
    });
    if (work)
      await memory?.record(choice.ledger, work.id).catch((error: unknown) => {
        if (!isArtistError(error)) throw error;
        this.#warn(`this round will be missing in the next ones: ${error.code}: ${error.message}`);
      });
    return work;
  }
}

function describe(
  { prompt, planned }: Plan,
  { choice, scorer, image, info, times }: Painted,
  words: WorkWords,
  work: Artwork | undefined,
): CreatedWork {
  const { candidates, result, ledger } = choice;
  return {
    work,
    image,
    ...words,
    prompt,
    promptSource: planned.source,
    derivation: planned.derivation,
    seed: result.seed,
    candidates,
    ledger,
    scorer,
    model: { name: info.name, family: info.family },
    device: info.device,
    upscaled: image.width / choice.image.width,
    seconds: times,
    warnings: result.warnings,
  };
}

/** A signal that aborts with the first of several. Unlike AbortSignal.any() it leaves nothing on a signal that lives for months. */
function linkSignals(signals: readonly AbortSignal[]): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stops = signals.map((signal) => {
    const abort = (): void => controller.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  });
  const release = (): void => {
    for (const stop of stops) stop();
  };
  return { signal: controller.signal, release };
}

/** Throws what loadConfig() throws. */
export async function createArtist(options: ArtistOptions = {}): Promise<Artist> {
  const config = options.config ?? (await loadConfig({ home: homeFolder(options.home), set: options.set ?? [] }));
  return new Artist(config, options);
}
