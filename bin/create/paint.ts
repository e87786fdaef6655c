/** Paints the candidates of a work, scores them and chooses one. */
import { isArtistError } from '../../lib/core/index.ts';
import { type Ledger, type Recollection, worthAnother } from '../../lib/curation/index.ts';
import { loadModel, type ModelInfo, upscale } from '../../lib/engine/index.ts';
import type { ArtImage } from '../../lib/image/index.ts';
import { type Choice, chooseCandidate, type PaintedCandidate, paintCandidates, rankPainted, type Scores } from '../candidates.ts';
import type { WorkProgress } from '../progress.ts';
import type { Context } from '../run.ts';
import { type CandidateScore, PromptScorer } from '../scorer.ts';
import { type CreateValues, type Plan, smallEdge } from './plan.ts';

/** Seconds by phase. */
interface Times {
  load: number;
  paint: number;
  curate: number;
  upscale: number;
  total: number;
}

export interface Painted {
  /** Every candidate as it was painted, in the order of the ledger. */
  candidates: readonly PaintedCandidate[];
  choice: Choice;
  scorer: string | undefined;
  image: ArtImage;
  info: ModelInfo;
  times: Times;
}

/** Scores candidates as far as there is a choice to make. Pictures that took minutes are not lost to a scorer that fails: it warns, and gives none. */
class RoundScorer {
  readonly #planned: Plan;
  readonly #clip: string | undefined;
  readonly #context: Context;
  #scorer: PromptScorer | undefined;
  #failed = false;
  readonly #scores: CandidateScore[] = [];

  constructor(planned: Plan, { clip, score }: CreateValues, context: Context) {
    this.#planned = planned;
    this.#clip = clip;
    this.#context = context;
    this.#failed = score === false || (planned.count !== 'auto' && (planned.count ?? 1) < 2);
  }

  /** Scores those that are new. */
  async score(painted: readonly PaintedCandidate[]): Promise<Scores | undefined> {
    const { signal, warn } = this.#context;
    if (this.#failed) return undefined;
    try {
      if (!this.#scorer) {
        const { prompt, taste, curation } = this.#planned;
        this.#scorer = await PromptScorer.open(prompt, { clip: this.#clip, reject: curation.reject, taste, signal });
        if (this.#scorer.truncated) warn(`the prompt is longer than ${this.#scorer.name} reads; its beginning was scored`);
      }
      this.#scores.push(...(await this.#scorer.score(painted.slice(this.#scores.length).map(({ image }) => image))));
      return { name: this.#scorer.name, bundled: this.#scorer.bundled, candidates: this.#scores };
    } catch (error) {
      signal.throwIfAborted();
      if (!isArtistError(error)) throw error;
      this.#failed = true;
      warn(`nothing was scored, the first candidate that passes is kept: ${error.code}: ${error.message}`);
      return undefined;
    }
  }

  async dispose(): Promise<void> {
    await this.#scorer?.dispose();
  }
}

/** What is known of past rounds. Pictures are not lost to a memory that cannot be read: it warns. */
async function recall({ memory }: Plan, model: string, { warn }: Context): Promise<Recollection | undefined> {
  try {
    return await memory?.recall(model);
  } catch (error) {
    if (!isArtistError(error)) throw error;
    warn(`past rounds do not count this time: ${error.code}: ${error.message}`);
    return undefined;
  }
}

/** Ranks what was painted so far, and says whether another candidate is worth its seconds. */
async function judgeRound(
  planned: Plan,
  painted: readonly PaintedCandidate[],
  scores: Scores | undefined,
  past: Recollection | undefined,
): Promise<{ ledger: Ledger; another: boolean }> {
  const { count, weights, curation } = planned;
  const ledger = rankPainted(painted, scores, { weights, past, wildCardOneIn: curation.wildCardOneIn });
  if (count !== 'auto' || ledger.curation === 'unscored') {
    // Nothing to go by: as without --candidates.
    const isOver = ledger.winner !== null || painted.length >= 3;
    return { ledger, another: count === 'auto' && !isOver };
  }
  const totals = ledger.candidates.flatMap(({ total }) => (total === null ? [] : [total]));
  const seconds = painted.reduce((sum, candidate) => sum + candidate.seconds, 0) / painted.length;
  const adaptive = worthAnother(totals, { seconds, secondsPerPoint: curation.secondsPerPoint });
  return { ledger: { ...ledger, adaptive }, another: adaptive.another };
}

export async function paint(planned: Plan, values: CreateValues, context: Context, work: WorkProgress): Promise<Painted> {
  const { seed, count, options } = planned;
  const { signal, home } = context;
  const marks = [performance.now()];
  const mark = (): number => marks.push(performance.now());
  const model = await loadModel({ ...(values.model !== undefined && { model: values.model }), home, signal, onProgress: work.on });
  mark();
  const scorer = new RoundScorer(planned, values, context);
  let painted: PaintedCandidate[];
  let scores: Scores | undefined;
  let past: Recollection | undefined;
  try {
    try {
      painted = await paintCandidates(model, {
        count,
        seed,
        options: { ...options, signal },
        onProgress: work.onCandidate,
        another: async (so) => {
          scores = await scorer.score(so);
          if (scores) past ??= await recall(planned, scores.name, context);
          return (await judgeRound(planned, so, scores, past)).another;
        },
      });
    } finally {
      await model.dispose();
    }
    mark();
    // Where the number is fixed, after the painter is gone: both together may not fit into memory.
    scores = await scorer.score(painted);
  } finally {
    await scorer.dispose();
  }
  // Whoever wants one picture of one seed gets it, whether there is one like it or not.
  if (scores) past ??= await recall(planned, scores.name, context);
  const { ledger } = await judgeRound(planned, painted, scores, past);
  const choice = chooseCandidate(painted, ledger);
  mark();
  const small = Math.max(choice.image.width, choice.image.height) < smallEdge;
  const image = (values.upscale ?? small) ? await upscale(choice.image, { signal, onProgress: work.on }) : choice.image;
  signal.throwIfAborted();
  mark();
  const [begun = 0, loaded = 0, finished = 0, chosen = 0, done = 0] = marks.map((time) => time / 1000);
  return {
    candidates: painted,
    choice,
    scorer: scores?.name,
    image,
    info: model.info,
    times: { load: loaded - begun, paint: finished - loaded, curate: chosen - finished, upscale: done - chosen, total: done - begun },
  };
}
