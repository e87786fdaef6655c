import { hashDistance, judgeTechnical } from '../image/index.ts';
import type { CurationFault } from './ledger.ts';
import type { RankCandidate } from './rank-options.ts';
import { dot, unit } from './vectors.ts';

export interface GateLimits {
  duplicateDistance: number;
  duplicateCosine: number;
  subjectBelow: number;
}

/** A picture that is already there, as far as a gate looks. */
interface Known {
  name: string;
  hash?: string | undefined;
  direction?: Float64Array | undefined;
}

export interface Archive {
  hashes: readonly string[];
  embeddings: readonly Float32Array[];
}

function duplicateOf(candidate: RankCandidate, direction: Float64Array | undefined, known: readonly Known[], limit: GateLimits) {
  for (const { name, hash, direction: other } of known) {
    if (candidate.measures && hash !== undefined) {
      const bits = hashDistance(candidate.measures.hash, hash);
      if (bits <= limit.duplicateDistance) return `${bits} of 64 bits differ from ${name}`;
    }
    if (direction && other && direction.length === other.length) {
      const cosine = dot(direction, other);
      if (cosine >= limit.duplicateCosine) return `cosine ${cosine.toFixed(3)} with ${name}`;
    }
  }
  return undefined;
}

/** What is wrong with each candidate. Of two that are alike, the first stays: duplicates are those of the archive and of earlier ones that passed. */
export function applyGates(candidates: readonly RankCandidate[], archive: Archive, limit: GateLimits): CurationFault[][] {
  const known: Known[] = [
    ...archive.hashes.map((hash) => ({ name: 'a picture of the archive', hash })),
    ...archive.embeddings.map((embedding) => ({ name: 'a picture of the archive', direction: unit(embedding) })),
  ];
  return candidates.map((candidate) => {
    const { measures, embedding, terms, seed, subject, unsafe } = candidate;
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
    const duplicate = duplicateOf(candidate, direction, known, limit);
    if (duplicate !== undefined) faults.push({ fault: 'duplicate', reason: duplicate });
    if (faults.length === 0) known.push({ name: `the candidate with seed ${seed}`, hash: measures?.hash, direction });
    return faults;
  });
}
