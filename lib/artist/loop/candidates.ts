import { similarity } from '../../clip/index.ts';
import { ArtistError, seededRandom } from '../../core/index.ts';
import { type CurationFault, type Ledger, type Recollection, rank, type Terms, technicalTerm, type Weights } from '../../curation/index.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult, Model } from '../../engine/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import { type ArtImage, judgeTechnical, measureTechnical, pixelDigest, type TechnicalMeasures } from '../../image/index.ts';
import type { CandidateScore } from '../models/prompt-scorer.ts';
import { sameRound } from './same-picture.ts';

/** Extra candidates to paint while none has passed the gates. Without --candidates, the requested number is one. */
const furtherTries = 2;
export const mostCandidates = 64;

export interface PaintedCandidate {
  seed: number;
  image: ArtImage;
  result: GenerateResult;
  measures: TechnicalMeasures;
  seconds: number;
  /** SHA-256 of its pixels. */
  pixels?: string | undefined;
  /** The existing work with this same picture. */
  sameAs?: Artwork | undefined;
}

/** A fixed number; 'auto': as many as are worth their seconds; undefined: up to the first that passes the gates, in at most three tries. */
export type CandidateCount = number | 'auto' | undefined;

export interface CandidatePlan {
  count: CandidateCount;
  seed: number;
  options: Omit<GenerateOptions, 'seed'>;
  onProgress: (event: GenerateEvent, candidate: number, of: number) => void;
  /** Called after each candidate when `count` is 'auto': whether to paint another. */
  another?: (painted: readonly PaintedCandidate[]) => Promise<boolean>;
  /** Finds an existing work with this same picture. */
  findSame?: (candidate: PaintedCandidate & { pixels: string }) => Promise<Artwork | undefined>;
}

const passes = ({ measures, sameAs }: PaintedCandidate): boolean => !sameAs && judgeTechnical(measures).verdicts.length === 0;

/** The work of an earlier round that painted all of these seeds: this round repeats it. */
export function roundBefore(painted: readonly PaintedCandidate[]): Artwork | undefined {
  const seeds = painted.map(({ seed }) => seed);
  return painted.find(({ sameAs }) => sameAs && sameRound(sameAs, seeds))?.sameAs;
}

/** Whether a candidate has passed, or no further one will be tried. */
function isOver(painted: readonly PaintedCandidate[], asked: number): boolean {
  if (painted.length < asked) return false;
  return painted.some(passes) || roundBefore(painted) !== undefined || painted.length >= Math.min(mostCandidates, asked + furtherTries);
}

/**
 * Paints candidates with the seeds `seed`, `seed + 1` ….
 *
 * @throws every error of Model.generate()
 */
export async function paintCandidates(
  model: Model,
  { count, seed, options, onProgress, another, findSame }: CandidatePlan,
): Promise<PaintedCandidate[]> {
  const painted: PaintedCandidate[] = [];
  const isEnough = async (): Promise<boolean> => {
    if (count !== 'auto') return isOver(painted, count ?? 1);
    if (painted.length === 0) return false;
    // If none passes, there are no totals to judge by.
    return painted.length === mostCandidates || !((await another?.(painted)) ?? false) || (!painted.some(passes) && isOver(painted, 1));
  };
  while (!(await isEnough())) {
    const index = painted.length;
    const started = performance.now();
    const shown = typeof count === 'number' ? count : 1;
    const result = await model.generate({ ...options, seed: seed + index, onProgress: (event) => onProgress(event, index, shown) });
    const [image] = result.images;
    const seconds = (performance.now() - started) / 1000;
    const candidate = { seed: seed + index, image, result, measures: measureTechnical(image), seconds, pixels: pixelDigest(image) };
    painted.push({ ...candidate, sameAs: await findSame?.(candidate) });
  }
  return painted;
}

/** One painted candidate and the verdicts of the gates. */
export interface Candidate {
  seed: number;
  kept: boolean;
  /** Why the gates rejected it; empty: it passed. */
  verdicts: { verdict: CurationFault['fault']; reason: string }[];
  measures: TechnicalMeasures;
  seconds: number;
}

export interface Choice {
  image: ArtImage;
  result: GenerateResult;
  candidates: Candidate[];
  ledger: Ledger;
  /** The existing work with this same picture, which is then not filed again. */
  sameAs: Artwork | undefined;
}

/** CLIP scores of the candidates, in their order. */
export interface Scores {
  /** Name of the CLIP model. */
  name: string;
  bundled: boolean;
  candidates: readonly CandidateScore[];
}

export interface ChoiceSettings {
  weights?: Weights;
  /** Past rounds and works. */
  past?: Recollection | undefined;
  /** One round in this many keeps a candidate other than the best; 0: never. */
  wildCardOneIn?: number;
  /** No more candidates will be painted. If none passed, the best of those rejected only for their look is kept. */
  last?: boolean;
}

/** With fewer works than this there is no style to compare with. */
const fewestWorksOfAStyle = 3;

/** Common direction of the last works' embeddings; undefined: too few works. */
function styleOf(works: readonly Float32Array[]): Float32Array | undefined {
  const recent = works.slice(-30);
  if (recent.length < fewestWorksOfAStyle) return undefined;
  return recent.reduce((sum, work) => sum.map((value, at) => value + (work[at] ?? 0)), new Float32Array(recent[0]?.length ?? 0));
}

function termsOf(measures: TechnicalMeasures, score: CandidateScore | undefined, past: Recollection | undefined): Terms {
  const technical = technicalTerm(measures);
  if (!score) return { technical };
  const { promptAlign, embedding, aesthetic } = score;
  const works = past?.archive.embeddings ?? [];
  const style = styleOf(works);
  return {
    technical,
    promptAlign,
    ...(aesthetic !== undefined && { aesthetic }),
    ...(style && { styleFit: similarity(embedding, style) }),
  };
}

/** Ranks the candidates in a ledger. The winner is the best by score or, without scores, the first that passes the gates. */
export function rankPainted(
  painted: readonly PaintedCandidate[],
  scores: Scores | undefined,
  { weights = {}, past, wildCardOneIn = 0, last = true }: ChoiceSettings = {},
): Ledger {
  return rank(
    painted.map(({ seed, measures, seconds, pixels, sameAs }, index) => {
      const score = scores?.candidates[index];
      return {
        seed,
        measures,
        seconds,
        ...(pixels !== undefined && { pixels }),
        ...(sameAs && { sameAs: `work ${sameAs.id}` }),
        terms: termsOf(measures, score, past),
        ...(score && { embedding: score.embedding }),
        // The bundled CLIP rejects right and wrong pictures alike (docs/curation.md).
        ...(score && !scores?.bundled && { subject: score.subject }),
        ...(score?.unsafe !== undefined && { unsafe: score.unsafe }),
      };
    }),
    {
      weights,
      wildCardOneIn,
      random: seededRandom(painted[0]?.seed ?? 0),
      ...(scores && { model: scores.name }),
      lastResort: last,
      ...(past && { history: past.history, archive: past.archive }),
    },
  );
}

/**
 * Chooses the winner of the ledger. If an earlier round painted the same seeds, or every candidate is already a work, the result is that work.
 *
 * @throws ArtistError ERR_GENERATE when there is no picture to keep: every candidate is a single colour, unsafe or not finite
 */
export function chooseCandidate(painted: readonly PaintedCandidate[], ledger: Ledger): Choice {
  const before = roundBefore(painted) ?? (ledger.winner === null ? painted.find(({ sameAs }) => sameAs)?.sameAs : undefined);
  const winner = before ? painted.findIndex(({ sameAs }) => sameAs?.id === before.id) : (ledger.winner ?? -1);
  const kept = painted[winner];
  if (kept) {
    const candidates = painted.map(({ seed, measures, seconds }, index) => ({
      seed,
      kept: index === winner,
      verdicts: (ledger.candidates[index]?.faults ?? []).map(({ fault, reason }) => ({ verdict: fault, reason })),
      measures,
      seconds,
    }));
    return { image: kept.image, result: kept.result, candidates, ledger, sameAs: before };
  }
  const reasons = ledger.candidates.map(({ seed, reason }) => `seed ${seed}: ${reason}`);
  throw new ArtistError(
    'ERR_GENERATE',
    `create: no candidate passed the gates. ${reasons.join('; ')}. Try another --seed, more --steps or another --cfg-scale, or paint it as it is with \`ai-artist generate\``,
  );
}
