import { randomInt } from 'node:crypto';
import { ArtistError } from '../lib/core/index.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult, Model } from '../lib/engine/index.ts';
import { type ArtImage, checkTechnical, type TechnicalJudgement } from '../lib/image/index.ts';

/** Without --candidates: this many tries, of which the first that passes the gates ends it. */
const triesWhenAuto = 3;
export const mostCandidates = 64;

/** One painted candidate and what the technical gates say of it. */
export interface Candidate {
  seed: number;
  kept: boolean;
  /** Empty: it passed. */
  verdicts: TechnicalJudgement['verdicts'];
  measures: TechnicalJudgement['measures'];
  seconds: number;
}

export interface Choice {
  image: ArtImage;
  result: GenerateResult;
  candidates: Candidate[];
}

/** A seed as short as other programs take it, 0..2^32-1. */
export function drawSeed(): number {
  return randomInt(2 ** 32);
}

export interface CandidatePlan {
  /** How many to paint; undefined: until one passes, at most three. */
  count: number | undefined;
  seed: number;
  options: Omit<GenerateOptions, 'seed'>;
  onProgress: (event: GenerateEvent, candidate: number, of: number) => void;
}

/**
 * Paints candidates with seeds `seed`, `seed + 1` … and keeps the first that passes the technical gates (blank, NaN, blown-out, duplicate of
 * an earlier candidate). There is no scorer yet: nothing says that one passing picture is better than another, so no score is given.
 *
 * @throws ArtistError ERR_GENERATE when none passes; what model.generate() throws
 */
export async function paintCandidates(model: Model, { count, seed, options, onProgress }: CandidatePlan): Promise<Choice> {
  const total = count ?? triesWhenAuto;
  const candidates: Candidate[] = [];
  let kept: Pick<Choice, 'image' | 'result'> | undefined;
  for (let index = 0; index < total && !(kept && count === undefined); index++) {
    const started = performance.now();
    const result = await model.generate({ ...options, seed: seed + index, onProgress: (event) => onProgress(event, index, count ?? 1) });
    const [image] = result.images;
    if (!image) throw new ArtistError('ERR_INTERNAL', 'create: the engine returned no picture');
    const { verdicts, measures } = checkTechnical(
      image,
      candidates.map((other) => other.measures.hash),
    );
    const keep = !kept && verdicts.length === 0;
    if (keep) kept = { image, result };
    candidates.push({ seed: seed + index, kept: keep, verdicts, measures, seconds: (performance.now() - started) / 1000 });
  }
  if (kept) return { ...kept, candidates };
  const reasons = candidates.map(
    (candidate) => `seed ${candidate.seed}: ${candidate.verdicts.map(({ verdict, reason }) => `${verdict} (${reason})`).join(', ')}`,
  );
  throw new ArtistError(
    'ERR_GENERATE',
    `create: no candidate passed the technical gates. ${reasons.join('; ')}. Try another --seed, more --steps or another --cfg, or paint it as it is with \`ai-artist generate\``,
  );
}
