import { hashDistance, judgeTechnical } from '../image/index.ts';
import type { CurationFault } from './ledger.ts';
import { dot, unit } from './numbers/vectors.ts';
import type { RankCandidate } from './rank-options.ts';

export interface GateLimits {
  duplicateDistance?: number | undefined;
  duplicateCosine?: number | undefined;
  subjectBelow: number;
}

/** The fields of an earlier passing candidate that gates use. */
interface Passed {
  seed: number;
  pixels?: string | undefined;
  hash?: string | undefined;
  direction?: Float64Array | undefined;
}

/** The earlier candidate that this one repeats: the same pixels, or nearly the same if the caller set limits. */
function repeated(one: Passed, passed: readonly Passed[], { duplicateDistance, duplicateCosine }: GateLimits): string | undefined {
  for (const { seed, pixels, hash, direction } of passed) {
    const name = `the candidate with seed ${seed}`;
    if (one.pixels !== undefined && one.pixels === pixels) return `the same pixels as ${name}`;
    if (duplicateDistance !== undefined && one.hash !== undefined && hash !== undefined) {
      const bits = hashDistance(one.hash, hash);
      if (bits <= duplicateDistance) return `${bits} of 64 bits differ from ${name}`;
    }
    if (duplicateCosine !== undefined && one.direction && direction && direction.length === one.direction.length) {
      const cosine = dot(one.direction, direction);
      if (cosine >= duplicateCosine) return `cosine ${cosine.toFixed(3)} with ${name}`;
    }
  }
  return undefined;
}

/**
 * The faults of each candidate. Similarity to a work of the archive is no fault (the term novelty covers it), but being the same picture
 * is.
 */
export function applyGates(candidates: readonly RankCandidate[], limit: GateLimits): CurationFault[][] {
  const known: Passed[] = [];
  return candidates.map((candidate) => {
    const { measures, embedding, terms, seed, subject, unsafe, sameAs, pixels } = candidate;
    const faults: CurationFault[] = measures
      ? judgeTechnical(measures).verdicts.map(({ verdict, reason }) => ({ fault: verdict, reason }))
      : [];
    const direction = embedding && unit(embedding);
    if (embedding && !direction) faults.push({ fault: 'not-finite', reason: 'its embedding is all zero or holds NaN' });
    for (const [term, value] of Object.entries(terms))
      if (value !== undefined && !Number.isFinite(value)) faults.push({ fault: 'not-finite', reason: `${term} is ${value}` });
    if (unsafe !== undefined) faults.push({ fault: 'unsafe', reason: unsafe });
    if (subject !== undefined && subject < limit.subjectBelow)
      faults.push({
        fault: 'subject-absent',
        reason: `the prompt fits it better than only ${Math.round(subject * 100)} % of other captions`,
      });
    const one: Passed = { seed, pixels, hash: measures?.hash, direction };
    const duplicate = sameAs === undefined ? repeated(one, known, limit) : `the same picture as ${sameAs}`;
    if (duplicate !== undefined) faults.push({ fault: 'duplicate', reason: duplicate });
    if (faults.length === 0) known.push(one);
    return faults;
  });
}

/**
 * Gates that judge appearance and may be wrong: white on white, a face in fog. They never excuse an invalid, unsafe or duplicate picture.
 */
const byLooks: readonly CurationFault['fault'][] = ['blank', 'blown-out', 'subject-absent'];

/** Whether it failed only gates that judge appearance. */
export const failedByLooks = (faults: readonly CurationFault[]): boolean =>
  faults.length > 0 && faults.every(({ fault }) => byLooks.includes(fault));
