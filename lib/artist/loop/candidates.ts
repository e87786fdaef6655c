import { similarity } from '../../clip/index.ts';
import { ArtistError, seededRandom } from '../../core/index.ts';
import {
  type CurationFault,
  type Ledger,
  novelty,
  type Recollection,
  rank,
  type Terms,
  technicalTerm,
  type Weights,
} from '../../curation/index.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult, Model } from '../../engine/index.ts';
import { type ArtImage, judgeTechnical, measureTechnical, type TechnicalMeasures } from '../../image/index.ts';
import type { CandidateScore } from './prompt-scorer.ts';

/** Without --candidates: this many tries, of which the first that passes the gates ends it. */
const triesForOne = 3;
export const mostCandidates = 64;

/**
 * The bundled CLIP tells apart what its captions name: two pictures of one prompt have a cosine of 0.98 in the middle (docs/curation.md), so
 * that it cannot say whether they are duplicates; their hashes can.
 */
const noCosineLimit = 2;

export interface PaintedCandidate {
  seed: number;
  image: ArtImage;
  result: GenerateResult;
  measures: TechnicalMeasures;
  seconds: number;
}

/** A number, as many as are worth their seconds, or (undefined) the first that passes the gates, in at most three tries. */
export type CandidateCount = number | 'auto' | undefined;

export interface CandidatePlan {
  count: CandidateCount;
  seed: number;
  options: Omit<GenerateOptions, 'seed'>;
  onProgress: (event: GenerateEvent, candidate: number, of: number) => void;
  /** With 'auto', asked after each candidate. */
  another?: (painted: readonly PaintedCandidate[]) => Promise<boolean>;
}

const passes = ({ measures }: PaintedCandidate): boolean => judgeTechnical(measures).verdicts.length === 0;

/** Paints candidates with seeds `seed`, `seed + 1` …; throws what model.generate() throws. */
export async function paintCandidates(
  model: Model,
  { count, seed, options, onProgress, another }: CandidatePlan,
): Promise<PaintedCandidate[]> {
  const painted: PaintedCandidate[] = [];
  const isEnough = async (): Promise<boolean> => {
    if (count === 'auto') return painted.length === mostCandidates || (painted.length > 0 && !(await another?.(painted)));
    return count === undefined ? painted.length === triesForOne || painted.some(passes) : painted.length === count;
  };
  while (!(await isEnough())) {
    const index = painted.length;
    const started = performance.now();
    const shown = typeof count === 'number' ? count : 1;
    const result = await model.generate({ ...options, seed: seed + index, onProgress: (event) => onProgress(event, index, shown) });
    const [image] = result.images;
    if (!image) throw new ArtistError('ERR_INTERNAL', 'create: the engine returned no picture');
    painted.push({ seed: seed + index, image, result, measures: measureTechnical(image), seconds: (performance.now() - started) / 1000 });
  }
  return painted;
}

/** One painted candidate and what the gates say of it. */
export interface Candidate {
  seed: number;
  kept: boolean;
  /** Empty: it passed. */
  verdicts: { verdict: CurationFault['fault']; reason: string }[];
  measures: TechnicalMeasures;
  seconds: number;
}

export interface Choice {
  image: ArtImage;
  result: GenerateResult;
  candidates: Candidate[];
  ledger: Ledger;
}

/** What CLIP said of the candidates, in their order. */
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
  /** One round in this many keeps another than the best; 0: never. */
  wildCardOneIn?: number;
}

/** With fewer works there is no style to fit. */
const fewestWorksOfAStyle = 3;

/** Direction that the last works have in common; undefined: too few. */
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
  const nearest = novelty(embedding, works)?.nearest;
  return {
    technical,
    promptAlign,
    ...(aesthetic !== undefined && { aesthetic }),
    ...(style && { styleFit: similarity(embedding, style) }),
    ...(nearest !== undefined && { novelty: nearest }),
  };
}

/** The ledger of candidates: with scores, what is best; without, the first that passes the gates. */
export function rankPainted(
  painted: readonly PaintedCandidate[],
  scores: Scores | undefined,
  { weights = {}, past, wildCardOneIn = 0 }: ChoiceSettings = {},
): Ledger {
  return rank(
    painted.map(({ seed, measures, seconds }, index) => {
      const score = scores?.candidates[index];
      return {
        seed,
        measures,
        seconds,
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
      ...(scores?.bundled && { duplicateCosine: noCosineLimit }),
      ...(past && { history: past.history, archive: { hashes: past.archive.hashes, embeddings: past.archive.embeddings } }),
    },
  );
}

/**
 * Ranks candidates and keeps the best.
 *
 * @throws ArtistError ERR_GENERATE when none passes the gates
 */
export function chooseCandidate(painted: readonly PaintedCandidate[], ledger: Ledger): Choice {
  const kept = ledger.winner === null ? undefined : painted[ledger.winner];
  if (kept) {
    const candidates = painted.map(({ seed, measures, seconds }, index) => ({
      seed,
      kept: index === ledger.winner,
      verdicts: (ledger.candidates[index]?.faults ?? []).map(({ fault, reason }) => ({ verdict: fault, reason })),
      measures,
      seconds,
    }));
    return { image: kept.image, result: kept.result, candidates, ledger };
  }
  const reasons = ledger.candidates.map(({ seed, reason }) => `seed ${seed}: ${reason}`);
  throw new ArtistError(
    'ERR_GENERATE',
    `create: no candidate passed the gates. ${reasons.join('; ')}. Try another --seed, more --steps or another --cfg, or paint it as it is with \`ai-artist generate\``,
  );
}
