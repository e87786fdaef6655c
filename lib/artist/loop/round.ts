/** Paints the candidates of a work, scores them and chooses one. */

import type { Clip } from '../../clip/index.ts';
import { defined, errorLine, isArtistError } from '../../core/index.ts';
import { type Ledger, type Recollection, worthAnother } from '../../curation/index.ts';
import type { LoadModelOptions, ModelInfo } from '../../engine/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { TunedMode, TunedUse } from '../../tune/index.ts';
import type { Lease } from '../models/model-pool.ts';
import { type CandidateScore, PromptScorer } from '../models/prompt-scorer.ts';
import type { Workplace } from '../workplace.ts';
import { type Choice, chooseCandidate, type PaintedCandidate, paintCandidates, rankPainted, type Scores } from './candidates.ts';
import type { CreateEvent, LoopOptions } from './create-options.ts';
import type { Times } from './created-work.ts';
import type { Plan } from './plan.ts';
import { findSame } from './same-picture.ts';

/** A picture with both edges below this many pixels is enlarged by default. */
export const smallEdge = 512;

export interface Painted {
  /** All painted candidates, in the order of the ledger. */
  candidates: readonly PaintedCandidate[];
  choice: Choice;
  scorer: string | undefined;
  image: ArtImage;
  tuned: TunedUse;
  info: ModelInfo;
  times: Times;
}

export interface RoundPlace extends Pick<Workplace, 'studio' | 'warn'> {
  signal: AbortSignal;
  onProgress: (event: CreateEvent) => void;
}

type RoundWishes = Pick<LoopOptions, 'clip' | 'score' | 'model' | 'upscale' | 'allowDuplicate'> & { tuned: TunedMode };

/** Scores candidates if there is a choice to make. A failing scorer only warns and gives no scores, so that pictures that took minutes are kept. */
class RoundScorer {
  readonly #planned: Plan;
  readonly #clip: string | undefined;
  readonly #place: RoundPlace;
  #lease: Lease<Clip> | undefined;
  #scorer: PromptScorer | undefined;
  #failed = false;
  readonly #scores: CandidateScore[] = [];

  constructor(planned: Plan, { clip, score }: Pick<RoundWishes, 'clip' | 'score'>, place: RoundPlace) {
    this.#planned = planned;
    this.#clip = clip;
    this.#place = place;
    this.#failed = score === false || (planned.count !== 'auto' && (planned.count ?? 1) < 2);
  }

  /** Scores the candidates that were not scored yet; returns the scores of all. */
  async score(painted: readonly PaintedCandidate[]): Promise<Scores | undefined> {
    const { signal, warn } = this.#place;
    if (this.#failed) return undefined;
    try {
      this.#scorer ??= await this.#open();
      this.#scores.push(...(await this.#scorer.score(painted.slice(this.#scores.length).map(({ image }) => image))));
      return { name: this.#scorer.name, bundled: this.#scorer.bundled, candidates: this.#scores };
    } catch (error) {
      signal.throwIfAborted();
      if (!isArtistError(error)) throw error;
      this.#failed = true;
      warn(`nothing was scored, the first candidate that passes is kept: ${errorLine(error)}`);
      return undefined;
    }
  }

  async #open(): Promise<PromptScorer> {
    const { studio, signal, warn } = this.#place;
    const { prompt, painted, taste, curation } = this.#planned;
    this.#lease ??= await studio.clip(this.#clip, signal);
    const clip = this.#lease.thing;
    // It learned the same words as the bundled painter.
    const isBundled = this.#clip === undefined;
    const scorer = await PromptScorer.open(isBundled ? painted : prompt, {
      clip,
      bundled: isBundled,
      reject: curation.reject,
      taste,
      signal,
    });
    if (scorer.truncated) warn(`the prompt is longer than ${scorer.name} reads; its beginning was scored`);
    return scorer;
  }

  async release(): Promise<void> {
    await this.#lease?.release();
  }
}

/** Past rounds. An unreadable memory or gallery only causes a warning, so that painted pictures are kept. */
class Past {
  readonly #planned: Plan;
  readonly #place: RoundPlace;
  #pixels: Promise<Recollection | undefined> | undefined;

  constructor(planned: Plan, place: RoundPlace) {
    this.#planned = planned;
    this.#place = place;
  }

  recall(model: string | undefined): Promise<Recollection | undefined> {
    return this.#unlessUnreadable('past rounds do not count this time', async () => this.#planned.memory?.recall(model));
  }

  /** The existing work with this same picture. */
  findSame(candidate: PaintedCandidate & { pixels: string }): Promise<Artwork | undefined> {
    const { gallery } = this.#planned;
    return this.#unlessUnreadable('whether this picture is in the gallery already was not found out', async () => {
      this.#pixels ??= this.recall(undefined);
      return gallery && findSame(gallery, await this.#pixels, candidate);
    });
  }

  async #unlessUnreadable<T>(what: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!isArtistError(error)) throw error;
      this.#place.warn(`${what}: ${errorLine(error)}`);
      return undefined;
    }
  }
}

/** Ranks the candidates painted so far and decides whether another is worth its seconds. */
async function judgeRound(
  planned: Plan,
  painted: readonly PaintedCandidate[],
  scores: Scores | undefined,
  past: Recollection | undefined,
  last: boolean,
): Promise<{ ledger: Ledger; another: boolean }> {
  const { count, weights, curation } = planned;
  const ledger = rankPainted(painted, scores, { weights, past, wildCardOneIn: curation.wildCardOneIn, last });
  if (count !== 'auto' || ledger.curation === 'unscored') {
    // No scores to judge by: continue only until one passes, as without a number of candidates.
    return { ledger, another: ledger.winner === null };
  }
  const totals = ledger.candidates.flatMap(({ total }) => (total === null ? [] : [total]));
  const seconds = painted.reduce((sum, candidate) => sum + candidate.seconds, 0) / painted.length;
  const adaptive = worthAnother(totals, { seconds, secondsPerPoint: curation.secondsPerPoint });
  return { ledger: { ...ledger, adaptive }, another: adaptive.another };
}

/** Enlarges with the threads and the precision of the painter. */
async function enlarge(
  image: ArtImage,
  { threads, cpuPrecision }: LoadModelOptions,
  { studio, signal, onProgress }: RoundPlace,
): Promise<ArtImage> {
  const upscaler = await studio.upscaler({ signal, onProgress }, { threads, cpuPrecision });
  try {
    return await upscaler.thing.upscale(image, { signal, onProgress });
  } finally {
    await upscaler.release();
  }
}

export async function paintRound(planned: Plan, wishes: RoundWishes, place: RoundPlace): Promise<Painted> {
  const { seed, count } = planned;
  const { studio, signal, onProgress } = place;
  const marks = [performance.now()];
  const mark = (): number => marks.push(performance.now());
  const { load, options, tuned } = await studio.withTuned(
    { load: defined({ ...planned.load, model: wishes.model }), options: planned.options },
    wishes.tuned,
  );
  const model = await studio.model(load, { signal, onProgress });
  mark();
  const scorer = new RoundScorer(planned, wishes, place);
  let painted: PaintedCandidate[];
  let scores: Scores | undefined;
  const memory = new Past(planned, place);
  let past: Recollection | undefined;
  try {
    try {
      painted = await paintCandidates(model.thing, {
        count,
        seed,
        options: { ...options, signal },
        onProgress: (event, candidate, of) => {
          if (event.type !== 'done') onProgress({ ...event, candidate, of });
        },
        another: async (so) => {
          scores = await scorer.score(so);
          if (scores) past ??= await memory.recall(scores.name);
          return (await judgeRound(planned, so, scores, past, false)).another;
        },
        ...(!wishes.allowDuplicate && { findSame: (candidate) => memory.findSame(candidate) }),
      });
    } finally {
      await model.release();
    }
    mark();
    // With a fixed number, CLIP loads only after the painter is released: both may not fit into memory together.
    scores = await scorer.score(painted);
  } finally {
    await scorer.release();
  }
  if (scores) past ??= await memory.recall(scores.name);
  const { ledger } = await judgeRound(planned, painted, scores, past, true);
  const choice = chooseCandidate(painted, ledger);
  mark();
  const small = Math.max(choice.image.width, choice.image.height) < smallEdge;
  const image = (wishes.upscale ?? small) ? await enlarge(choice.image, load, place) : choice.image;
  signal.throwIfAborted();
  mark();
  const [begun = 0, loaded = 0, finished = 0, chosen = 0, done = 0] = marks.map((time) => time / 1000);
  return {
    candidates: painted,
    choice,
    scorer: scores?.name,
    image,
    tuned,
    info: model.thing.info,
    times: { load: loaded - begun, paint: finished - loaded, curate: chosen - finished, upscale: done - chosen, total: done - begun },
  };
}
