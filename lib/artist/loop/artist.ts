import { configPath, type LoadedConfig, loadConfig } from '../../config/index.ts';
import { ArtistError, answering, type Clock, homeFolder, isArtistError, resolveOptions } from '../../core/index.ts';
import { type Artwork, Gallery } from '../../gallery/index.ts';
import { writerOf } from '../llm/writer.ts';
import { Studio } from '../models/models-in-use.ts';
import { ProposalMaker } from '../proposals/proposal-maker.ts';
import type { Workplace } from '../workplace.ts';
import { type CreateEvent, type CreateOptions, createOptions, type LoopOptions } from './create-options.ts';
import { CreateRun } from './create-run.ts';
import type { CreatedWork, FiledWork } from './created-work.ts';
import { type NamedWork, nameWork } from './name-work.ts';
import { drawFrom, PeriodKeeper } from './period-keeper.ts';
import { type Plan, plan } from './plan.ts';
import { type Painted, paintRound } from './round.ts';
import { SeriesPainter } from './series-painter.ts';
import { settle } from './settle.ts';
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
  /** For a language model and for museums. Default: the global one. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Told of what may surprise: a scorer that failed, a memory that was mended. Default: a warning of the process. */
  onWarning?: ((line: string) => void) | undefined;
  clock?: Clock | undefined;
}

/** Paints works one after the other, or several at a time, with models that stay loaded in between. Made by createArtist(). */
export class Artist {
  readonly home: string;
  readonly gallery: Gallery;
  /** Periods: works that are chosen draw from the one that goes on. */
  readonly periods: PeriodKeeper;
  readonly series: SeriesPainter;
  /** LoRAs from its own best works; what was adopted is painted with. */
  readonly proposals: ProposalMaker;
  /** The settings that it works by. */
  readonly config: LoadedConfig;
  readonly #clock: Clock | undefined;
  readonly #studio: Studio;
  readonly #place: Workplace;
  readonly #warn: (line: string) => void;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #disposing: Promise<void> | undefined;

  /** Made by createArtist(). */
  constructor(config: LoadedConfig, { keepMs = defaultKeepMs, clock, onWarning, fetch }: ArtistOptions) {
    if (!(keepMs >= 0)) throw new ArtistError('ERR_INVALID_ARGUMENT', `keepMs: expected a number of milliseconds from 0, got ${keepMs}`);
    this.home = config.home;
    this.config = config;
    this.gallery = new Gallery({ folder: configPath(config.config.gallery.folder, config.home), ...(clock && { clock }) });
    this.#clock = clock;
    this.#studio = new Studio({ home: config.home, keepMs, clock });
    const { clip } = config.config.create;
    const clipPath = clip === undefined ? undefined : configPath(clip, config.home);
    this.#warn = onWarning ?? ((line) => process.emitWarning(line, { type: 'ArtistWarning' }));
    const { home, gallery } = this;
    const place: Workplace = { home, config, gallery, studio: this.#studio, clip: clipPath, warn: this.#warn, clock, fetch };
    this.#place = place;
    this.periods = new PeriodKeeper(place);
    this.proposals = new ProposalMaker(place);
    this.series = new SeriesPainter(place, (options) => this.create(options));
  }

  /** True from the call of dispose() on. */
  get disposed(): boolean {
    return this.#disposing !== undefined;
  }

  /**
   * One work: decides what to paint, paints candidates, keeps the best, enlarges it, gives it a title and files it.
   *
   * Await it for the work, or loop over its events.
   *
   *     await artist.create();                                           // it chooses
   *     await artist.create({ subject: 'a lighthouse at night' });       // style, light and the rest are chosen
   *     await artist.create({ prompt: 'a fox in the snow, flat vector art', candidates: 4, seed: 7 });
   *
   * A picture that the gallery has already is not filed twice: the result is the work that is there, unless `allowDuplicate` is set. Once a work
   * is filed, the call does not reject any more.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_CONFIG, ERR_DISPOSED; ERR_GENERATE: every candidate was of one colour, unsafe or not finite;
   *   ERR_READ, ERR_DAMAGED: word lists, the taste; ERR_WRITE, ERR_DISK_FULL, ERR_LOCKED: the gallery; of `inspire`: ERR_NOT_FOUND, ERR_NETWORK, ERR_DOWNLOAD; what
   *   loadModel(), generate() and upscale() throw; `signal.reason` when aborted
   */
  create(options?: CreateOptions & { gallery?: true | undefined }): CreateRun<FiledWork>;
  create(options: CreateOptions): CreateRun;
  create(options: CreateOptions = {}): CreateRun {
    const run = new CreateRun<CreatedWork>(async (signal, emit) => {
      if (this.disposed) throw new ArtistError('ERR_DISPOSED', 'create: the artist was disposed. Make another with createArtist()');
      resolveOptions('create', createOptions, options);
      return this.#create({ ...options, signal, onProgress: emit });
    }, options);
    this.#running.add(run.settled);
    run.settled.then(() => this.#running.delete(run.settled));
    return run;
  }

  /** The work that was filed for a task, in the trash or not; undefined: there is none. Throws what Gallery.list() throws. */
  filed(task: string): Promise<Artwork | undefined> {
    return this.gallery.workOfTask(task);
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
    const asked = settle(options, this.config);
    const { wishes } = asked;
    // Whoever names LoRAs wants those alone.
    const adopted = options.loras === undefined ? await this.proposals.adopted(wishes.model) : [];
    const own = asked.paint.loras ?? [];
    if (adopted.length > 0) asked.paint.loras = [...own, ...adopted];
    const linked = linkSignals([this.#closing.signal, ...(wishes.signal ? [wishes.signal] : [])]);
    const { signal } = linked;
    const hold = new SubjectHold(this.home, this.#clock);
    try {
      signal.throwIfAborted();
      const writer = await writerOf(this.config.config, this.#place);
      const place = { ...this.#place, signal, hold, writer };
      // What was given word for word, and series, go their own way.
      const isFree = wishes.prompt === undefined && wishes.series === undefined && wishes.gallery;
      const period = isFree ? await this.periods.current(signal) : undefined;
      const planned = await plan(period ? drawFrom(period, asked, this.home) : asked, place);
      const { prompt, seed } = planned;
      await wishes.onPlan?.({ prompt, seed, source: planned.planned.source, lines: planned.planned.lines });
      if (planned.domainWarning !== undefined) this.#warn(planned.domainWarning);
      const onProgress = (event: CreateEvent): void => wishes.onProgress?.(event);
      // Words take seconds of somebody else's time: they are written while it is painted.
      const naming = nameWork(planned, { writer, signal, warn: this.#warn });
      naming.catch(() => undefined); // it is awaited below, unless the painting fails first
      const painted = await paintRound(planned, wishes, { studio: this.#studio, signal, warn: this.#warn, onProgress });
      const words = await naming;
      const origin = { task: wishes.task, series: wishes.series, period: period?.id };
      await wishes.onImage?.(painted.image);
      const there = painted.choice.sameAs;
      const work = there ?? (await this.#file(planned, painted, words, origin, wishes.confirm));
      // From here on the work is there: what fails is a warning. Whoever got an error would paint it again.
      const late: string[] = [];
      if (work && !there) {
        const { ledger } = painted.choice;
        await this.#afterwards(late, 'this round will be missing in the next ones', async () => planned.memory?.record(ledger, work.id));
        await this.#letGo(hold);
        if (period) await this.#afterwards(late, 'its period was not brought up to date', () => this.periods.afterWork(period, signal));
      }
      return describe(planned, painted, words, { work, filed: work !== undefined && !there, late });
    } finally {
      linked.release();
      await this.#letGo(hold);
    }
  }

  /** A work that is filed is not lost to a lock. */
  async #letGo(hold: SubjectHold): Promise<void> {
    await hold.release().catch((error: unknown) => this.#warn(`its subject stays reserved until this process ends: ${String(error)}`));
  }

  async #afterwards(late: string[], what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const line = `${what}: ${isArtistError(error) ? `${error.code}: ${error.message}` : String(error)}`;
      late.push(line);
      this.#warn(line);
    }
  }

  async #file(
    { gallery }: Plan,
    { candidates, choice, image }: Painted,
    words: NamedWork,
    origin: Record<string, unknown>,
    confirm: LoopOptions['confirm'],
  ): Promise<Artwork | undefined> {
    const given = Object.entries(origin).filter(([, value]) => value !== undefined);
    const derivation = { ...words.derivation, ...Object.fromEntries(given) };
    const fresh = {
      image,
      candidates: candidates.map((candidate) => candidate.image),
      about: { title: words.title, altText: words.altText || null, curation: choice.ledger, derivation },
    };
    return confirm ? gallery?.addConfirmed(fresh, confirm) : gallery?.add(fresh);
  }
}

function describe(
  { prompt, planned }: Plan,
  { choice, scorer, image, info, times }: Painted,
  { title, altText, derivation }: NamedWork,
  { work, filed, late }: { work: Artwork | undefined; filed: boolean; late: readonly string[] },
): CreatedWork {
  const { candidates, result, ledger } = choice;
  return {
    work,
    filed,
    image,
    title: filed ? title : (work?.title ?? title),
    altText: filed ? altText : (work?.altText ?? altText),
    prompt,
    promptSource: planned.source,
    // As it is recorded: with what it was painted for.
    derivation: work?.derivation ?? derivation,
    seed: result.seed,
    candidates,
    ledger,
    scorer,
    model: { name: info.name, family: info.family },
    device: info.device,
    upscaled: image.width / choice.image.width,
    seconds: times,
    warnings: [...result.warnings, ...late],
  };
}

/** A signal that aborts with the first of several, and when it is released, for what still runs. Unlike AbortSignal.any() it leaves nothing on a signal that lives for months. */
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
    controller.abort(new ArtistError('ERR_ABORTED', 'create: it is over'));
  };
  return { signal: controller.signal, release };
}

/**
 * An artist of a home folder: chooses, paints, keeps the best and files it, with models that stay loaded between works.
 *
 *     await using artist = await createArtist({ home: './my-artist' });
 *     const { work } = await artist.create({ subject: 'a lighthouse at night' });
 *
 * Nothing is loaded before the first work.
 *
 * @throws ArtistError ERR_CONFIG naming file and line, ERR_READ, ERR_INVALID_ARGUMENT
 */
export const createArtist = answering('createArtist', async (options: ArtistOptions = {}): Promise<Artist> => {
  const config = options.config ?? (await loadConfig({ home: homeFolder(options.home), set: options.set ?? [] }));
  return new Artist(config, options);
});
