import { configPath, type LoadedConfig, loadConfig } from '../../config/index.ts';
import { ArtistError, answering, type Clock, createIds, errorLine, homeFolder, linkSignals, resolveOptions } from '../../core/index.ts';
import { type Artwork, Gallery } from '../../gallery/index.ts';
import { Hooks } from '../../hooks/index.ts';
import { loadSharp } from '../../image/index.ts';
import { type FailedWork, isNoFailure, workFailed, workFiled } from '../hooks/messages.ts';
import { writerOf } from '../llm/writer.ts';
import { Studio } from '../models/models-in-use.ts';
import { ProposalMaker } from '../proposals/proposal-maker.ts';
import { checkSigning, encodingOf } from '../provenance/signing.ts';
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

/** How long an unused model stays in memory, milliseconds. Longer than the pause between two works of one run. */
const defaultKeepMs = 10 * 60_000;

export interface ArtistOptions {
  /** Home folder, with settings, gallery and memory. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** Settings that override config.yaml and the environment, such as `create.candidates=4`. */
  set?: readonly string[] | undefined;
  /** Settings that are already loaded; config.yaml and the environment are then not read. */
  config?: LoadedConfig | undefined;
  /** How long an unused model, CLIP or upscaler stays in memory, milliseconds; 0: not at all. Default 600 000, ten minutes. */
  keepMs?: number | undefined;
  /** Run the engine in a child process: when it crashes, the work fails with ERR_NATIVE_CRASH and this process continues. Default false. */
  isolate?: boolean | undefined;
  /** Used for the language model and for museums. Default: the global fetch(). */
  fetch?: typeof globalThis.fetch | undefined;
  /** Called with each warning, such as a scorer that failed or a memory that was repaired. Default: process.emitWarning(). */
  onWarning?: ((line: string) => void) | undefined;
  /** Called with messages that are no warnings: which tuned settings are in use, which hooks were called. Default: none. */
  onNote?: ((line: string) => void) | undefined;
  clock?: Clock | undefined;
}

/** Paints works, one after another or several at a time; models stay loaded in between. Made by createArtist(). */
export class Artist {
  readonly home: string;
  readonly gallery: Gallery;
  /** Periods. A work without a prompt takes its topics, styles and LoRAs from the current one. */
  readonly periods: PeriodKeeper;
  readonly series: SeriesPainter;
  /** Proposals: LoRAs trained on the artist's best works. New works use the adopted ones. */
  readonly proposals: ProposalMaker;
  /** The settings in use. */
  readonly config: LoadedConfig;
  readonly #clock: Clock | undefined;
  readonly #studio: Studio;
  readonly #place: Workplace;
  readonly #warn: (line: string) => void;
  readonly #hooks: Hooks;
  readonly #newId: () => string;
  /** Failures that the hooks were told of. */
  readonly #told = new WeakSet<object>();
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #disposing: Promise<void> | undefined;

  /** Made by createArtist(). */
  constructor(config: LoadedConfig, { keepMs = defaultKeepMs, isolate, clock, onWarning, onNote, fetch }: ArtistOptions) {
    if (!(keepMs >= 0)) throw new ArtistError('ERR_INVALID_ARGUMENT', `keepMs: expected a number of milliseconds from 0, got ${keepMs}`);
    this.home = config.home;
    this.config = config;
    const { clip } = config.config.create;
    const clipPath = clip === undefined ? undefined : configPath(clip, config.home);
    this.#warn = onWarning ?? ((line) => process.emitWarning(line, { type: 'ArtistWarning' }));
    this.#clock = clock;
    this.#newId = createIds(clock && { clock });
    const hooks = new Hooks(config, { warn: this.#warn, note: onNote, clock });
    this.#hooks = hooks;
    this.gallery = new Gallery({
      folder: configPath(config.config.gallery.folder, config.home),
      encode: encodingOf(config),
      onFiled: (work) => hooks.tell(workFiled(work)),
      ...(clock && { clock }),
    });
    this.#studio = new Studio({ home: config.home, keepMs, isolate, clock, warn: this.#warn, note: onNote });
    const { home, gallery } = this;
    const place: Workplace = { home, config, gallery, studio: this.#studio, clip: clipPath, hooks, warn: this.#warn, clock, fetch };
    this.#place = place;
    this.periods = new PeriodKeeper(place);
    this.proposals = new ProposalMaker(place);
    this.series = new SeriesPainter(place, (options) => this.create(options));
  }

  /** True as soon as dispose() is called. */
  get disposed(): boolean {
    return this.#disposing !== undefined;
  }

  /**
   * Creates one work: decides what to paint, paints candidates, keeps the best, enlarges it, gives it a title and files it.
   *
   * Await it for the work, or loop over its events.
   *
   *     await artist.create();                                           // the artist chooses everything
   *     await artist.create({ subject: 'a lighthouse at night' });       // the artist chooses style, light and the rest
   *     await artist.create({ prompt: 'a fox in the snow, flat vector art', candidates: 4, seed: 7 });
   *
   * A picture that the gallery already has is not filed twice: the result is the existing work, unless `allowDuplicate` is set. Once a work is
   * filed, the call no longer rejects.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_CONFIG when a setting is; ERR_DISPOSED after dispose(); ERR_GENERATE
   *   when every candidate is a single colour, unsafe or not finite; ERR_READ or ERR_DAMAGED when a word list or the taste cannot be read;
   *   ERR_WRITE, ERR_DISK_FULL or ERR_LOCKED when the gallery cannot be written; ERR_UNSUPPORTED when works are signed and the
   *   package for it is not installed; ERR_NOT_FOUND, ERR_NETWORK or ERR_DOWNLOAD when `inspire` finds
   *   no work or reaches no museum; every error of loadModel(), generate() and upscale(); `signal.reason` when aborted
   */
  create(options?: CreateOptions & { gallery?: true | undefined }): CreateRun<FiledWork>;
  create(options: CreateOptions): CreateRun;
  create(options: CreateOptions = {}): CreateRun {
    const run = new CreateRun<CreatedWork>(async (signal, emit) => {
      if (this.disposed) throw new ArtistError('ERR_DISPOSED', 'create: the artist was disposed. Make another with createArtist()');
      resolveOptions('create', createOptions, options);
      return this.#create({ ...options, signal, onProgress: emit }).catch((error: unknown) => {
        this.tellFailure(error, options, signal);
        throw error;
      });
    }, options);
    this.#running.add(run.settled);
    run.settled.then(() => this.#running.delete(run.settled));
    return run;
  }

  /**
   * The work that was filed for a task, even if it is in the trash; undefined: there is none.
   *
   * @throws every error of Gallery.list()
   */
  filed(task: string): Promise<Artwork | undefined> {
    return this.gallery.workOfTask(task);
  }

  /**
   * Does work of another kind with the models of this artist, which stay loaded in between. dispose() cancels it and waits for its end.
   *
   * @throws ArtistError ERR_DISPOSED after dispose(); and every error of `work`
   */
  async withModels<T>(signal: AbortSignal, work: (place: Workplace, signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.disposed) throw new ArtistError('ERR_DISPOSED', 'artist: it was disposed. Make another with createArtist()');
    const linked = linkSignals([this.#closing.signal, signal]);
    const running = work(this.#place, linked.signal)
      .catch((error: unknown) => {
        this.tellFailure(error, {}, linked.signal);
        throw error;
      })
      .finally(linked.release);
    const settled = running.catch(() => undefined);
    this.#running.add(settled);
    try {
      return await running;
    } finally {
      this.#running.delete(settled);
    }
  }

  /** Calls the hooks of the setting `on.failure`, once for an error; not for works that were cancelled. */
  tellFailure(error: unknown, work: FailedWork, signal?: AbortSignal): void {
    if (isNoFailure(error, work, signal)) return;
    if (error !== null && typeof error === 'object') {
      if (this.#told.has(error)) return;
      this.#told.add(error);
    }
    this.#hooks.tell(workFailed(error, work, work.task ?? this.#newId()));
  }

  /** Cancels the works in progress (they reject with ERR_ABORTED), then frees the models. Waits for hooks that were called. May be called more than once. */
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
    await this.#hooks.settled();
  }

  async #create(options: CreateOptions): Promise<CreatedWork> {
    const asked = settle(options, this.config);
    const { wishes } = asked;
    // A caller that names LoRAs wants only those.
    const adopted = options.loras === undefined ? await this.proposals.adopted(wishes.model) : [];
    const own = asked.paint.loras ?? [];
    if (adopted.length > 0) asked.paint.loras = [...own, ...adopted];
    const linked = linkSignals([this.#closing.signal, ...(wishes.signal ? [wishes.signal] : [])]);
    const { signal } = linked;
    const hold = new SubjectHold(this.home, this.#clock);
    try {
      signal.throwIfAborted();
      if (wishes.gallery) await checkSigning(this.config);
      const writer = await writerOf(this.config.config, this.#place);
      const place = { ...this.#place, signal, hold, writer };
      // Works with a given prompt and works of a series belong to no period.
      const isFree = wishes.prompt === undefined && wishes.series === undefined && wishes.gallery;
      const period = isFree ? await this.periods.current(signal) : undefined;
      const planned = await plan(period ? drawFrom(period, asked, this.home) : asked, place);
      const { prompt, seed } = planned;
      await wishes.onPlan?.({ prompt, seed, source: planned.planned.source, lines: planned.planned.lines });
      if (planned.domainWarning !== undefined) this.#warn(planned.domainWarning);
      const onProgress = (event: CreateEvent): void => {
        // Filing needs it: it loads on this thread while the engine paints. Where it cannot be loaded, filing says so.
        if (event.type === 'sample' && wishes.gallery) loadSharp().catch(() => undefined);
        wishes.onProgress?.(event);
      };
      // A language model takes seconds for title and text: it works while the picture is painted.
      const naming = nameWork(planned, { writer, signal, warn: this.#warn });
      naming.catch(() => undefined); // awaited below, unless the painting fails first
      const painted = await paintRound(planned, wishes, { studio: this.#studio, signal, warn: this.#warn, onProgress });
      const words = await naming;
      const origin = { task: wishes.task, series: wishes.series, period: period?.id };
      await wishes.onImage?.(painted.image);
      const there = painted.choice.sameAs;
      const work = there ?? (await this.#file(planned, painted, words, origin, wishes.confirm));
      // The work is filed now: later failures are only warnings, because after an error the caller would paint it again.
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

  /** Releases the subject. A failure is only a warning, so that it does not hide a filed work. */
  async #letGo(hold: SubjectHold): Promise<void> {
    await hold.release().catch((error: unknown) => this.#warn(`its subject stays reserved until this process ends: ${String(error)}`));
  }

  async #afterwards(late: string[], what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const line = `${what}: ${errorLine(error)}`;
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
  { choice, scorer, image, tuned, info, times }: Painted,
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
    // The recorded derivation also names task, series and period.
    derivation: work?.derivation ?? derivation,
    seed: result.seed,
    candidates,
    ledger,
    scorer,
    model: { name: info.name, family: info.family },
    device: info.device,
    tuned,
    upscaled: image.width / choice.image.width,
    seconds: times,
    warnings: [...result.warnings, ...late],
  };
}

/**
 * Opens the artist of a home folder. It chooses what to paint, paints, keeps the best picture and files it; models stay loaded between works.
 *
 *     await using artist = await createArtist({ home: './my-artist' });
 *     const { work } = await artist.create({ subject: 'a lighthouse at night' });
 *
 * No model is loaded before the first work.
 *
 * @throws ArtistError ERR_CONFIG when a setting is invalid (names file and line), ERR_READ when config.yaml cannot be read, ERR_INVALID_ARGUMENT
 *   when an option is invalid
 */
export const createArtist = answering('createArtist', async (options: ArtistOptions = {}): Promise<Artist> => {
  const config = options.config ?? (await loadConfig({ home: homeFolder(options.home), set: options.set ?? [] }));
  return new Artist(config, options);
});
