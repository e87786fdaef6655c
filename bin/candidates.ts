import { ArtistError } from '../lib/core/index.ts';
import { type CurationFault, type Ledger, rank, technicalTerm, type Weights } from '../lib/curation/index.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult, Model } from '../lib/engine/index.ts';
import { type ArtImage, judgeTechnical, measureTechnical, type TechnicalMeasures } from '../lib/image/index.ts';
import type { Scores } from './scorer.ts';

/** Without --candidates: this many tries, of which the first that passes the gates ends it. */
const triesWhenAuto = 3;
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

export interface CandidatePlan {
  /** How many to paint; undefined: until one passes, at most three. */
  count: number | undefined;
  seed: number;
  options: Omit<GenerateOptions, 'seed'>;
  onProgress: (event: GenerateEvent, candidate: number, of: number) => void;
}

/** Paints candidates with seeds `seed`, `seed + 1` …; throws what model.generate() throws. */
export async function paintCandidates(model: Model, { count, seed, options, onProgress }: CandidatePlan): Promise<PaintedCandidate[]> {
  const painted: PaintedCandidate[] = [];
  const enough = (): boolean =>
    count === undefined ? painted.some(({ measures }) => judgeTechnical(measures).verdicts.length === 0) : painted.length === count;
  while (!enough() && painted.length < (count ?? triesWhenAuto)) {
    const index = painted.length;
    const started = performance.now();
    const result = await model.generate({ ...options, seed: seed + index, onProgress: (event) => onProgress(event, index, count ?? 1) });
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

/**
 * Ranks candidates and keeps the best; without scores, the first that passes the gates (blank, NaN, blown-out, duplicate of an earlier one).
 *
 * @throws ArtistError ERR_GENERATE when none passes
 */
export function chooseCandidate(painted: readonly PaintedCandidate[], scores: Scores | undefined, weights: Weights = {}): Choice {
  const ledger = rank(
    painted.map(({ seed, measures }, index) => {
      const promptAlign = scores?.similarities[index];
      return {
        seed,
        measures,
        terms: { technical: technicalTerm(measures), ...(promptAlign !== undefined && { promptAlign }) },
        ...(scores && { embedding: scores.embeddings[index] }),
      };
    }),
    { weights, ...(scores?.bundled && { duplicateCosine: noCosineLimit }) },
  );
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
    `create: no candidate passed the technical gates. ${reasons.join('; ')}. Try another --seed, more --steps or another --cfg, or paint it as it is with \`ai-artist generate\``,
  );
}
