import { resolveOptions } from '../core/index.ts';
import { hashDistance } from '../image/index.ts';
import { applyGates, failedByLooks } from './gates.ts';
import type { CurationFault, Ledger, LedgerCandidate } from './ledger.ts';
import { packEmbedding } from './numbers/packed-vector.ts';
import { dot, unit } from './numbers/vectors.ts';
import { basisOf, zScores } from './numbers/z-scores.ts';
import { type RankCandidate, type RankOptions, type ResolvedRank, rankCandidates, rankOptions } from './rank-options.ts';
import { counterfactuals, drawWildCard, type Scored, select, total } from './selection.ts';
import { defaultWeightsVersion, scorerTerms, type TermName, type Terms, termNames, weightFields } from './terms.ts';

/** A candidate for rank(). */
export type RankInput = Omit<RankCandidate, 'terms'> & { terms?: Terms };

function presentTerms(
  candidates: readonly RankCandidate[],
  weights: Record<TermName, number>,
): { counted: TermName[]; dropped: TermName[] } {
  const holders = (term: TermName): number => candidates.filter(({ terms }) => terms[term] !== undefined).length;
  return {
    counted: termNames.filter((term) => weights[term] > 0 && candidates.length > 0 && holders(term) === candidates.length),
    dropped: termNames.filter((term) => holders(term) > 0 && holders(term) < candidates.length),
  };
}

function versionOf(weights: Record<TermName, number>, given: string | undefined): string {
  const standard = weightFields.parse({});
  return given ?? (termNames.every((term) => weights[term] === standard[term]) ? defaultWeightsVersion : 'custom');
}

/** The decision about candidates that passed. */
interface Round {
  isScored: boolean;
  weights: Readonly<Record<TermName, number>>;
  /** The work first. */
  places: readonly Scored[];
  wild: boolean;
  tie: string | undefined;
  /** For each term, the candidate that would have won without it and did not. */
  without: readonly [TermName, number][];
}

/**
 * Decides which candidate becomes the work, and records why. Gates come first; then the weighted sum of each term's z-score against the
 * past (or against the candidates, while there is little past). Without promptAlign, aesthetic or styleFit nothing was scored: the first
 * candidate that passed is kept, without a total. A pure function: the same arguments give the same ledger.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function rank(candidates: readonly RankInput[], options: RankOptions = {}): Ledger {
  const settings = resolveOptions('rank', rankOptions, options);
  const given = withNovelty(resolveOptions('rank', rankCandidates, candidates), settings);
  const { weights, tieMargin } = settings;
  const found = applyGates(given, settings);
  // If the subject is doubtful in every candidate, the scorer or the model is more likely at fault, so this gate rejects none.
  const subjectDoubtful = found.every((some) => some.length > 0) && found.some(onlySubject);
  const strict = subjectDoubtful ? found.map((some) => (onlySubject(some) ? [] : some)) : found;
  const lastResort = settings.lastResort && strict.every((some) => some.length > 0) && strict.some(failedByLooks);
  const faults = lastResort ? found.map((some) => (failedByLooks(some) ? [] : some)) : strict;
  const passed = given.filter((_, index) => faults[index]?.length === 0);
  const { counted, dropped } = presentTerms(passed, weights);
  const isScored = counted.some((term) => scorerTerms.includes(term));
  const bases = new Map(isScored ? counted.map((term) => [term, basisOf(term, passed, settings)] as const) : []);
  const used = Object.fromEntries(termNames.map((term) => [term, bases.has(term) ? weights[term] : 0])) as Record<TermName, number>;
  const scored = given.flatMap((candidate, index): Scored[] =>
    faults[index]?.length === 0 ? [{ index, z: zScores(candidate.terms, bases) }] : [],
  );
  const { order, tie } = isScored
    ? select(scored, used, tieMargin)
    : { order: lastResort ? leastFlawed(scored, given) : scored, tie: undefined };
  const drawn = isScored ? drawWildCard(order.length, settings) : 0;
  const round: Round = {
    isScored,
    weights: used,
    places: [...order.slice(drawn, drawn + 1), ...order.filter((_, at) => at !== drawn)],
    wild: drawn > 0,
    tie,
    without: isScored ? counterfactuals(scored, used, tieMargin).filter(([, would]) => would !== order[0]?.index) : [],
  };
  return {
    schema: 1,
    curation: isScored ? settings.scorer : 'unscored',
    ...(settings.model !== undefined && { model: settings.model }),
    weights: { version: versionOf(weights, settings.weightsVersion), values: weights },
    basis: Object.fromEntries(bases),
    dropped,
    wildCard: round.wild,
    ...(subjectDoubtful && { subjectDoubtful }),
    ...(lastResort && { lastResort }),
    winner: round.places[0]?.index ?? null,
    candidates: given.map((candidate, index) => {
      const wrong = faults[index] ?? [];
      if (wrong.length > 0) return rejected(candidate, wrong);
      const place = placed(candidate, index, round);
      return lastResort ? withFaults(place, found[index] ?? []) : place;
    }),
  };
}

const onlySubject = (faults: readonly CurationFault[]): boolean => faults.length === 1 && faults[0]?.fault === 'subject-absent';

/** Raw values for JSON: NaN becomes null, missing values are left out. */
function rawTerms(terms: Terms): LedgerCandidate['terms'] {
  const given = Object.entries(terms).filter((entry): entry is [TermName, number] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([term, value]) => [term, Number.isFinite(value) ? value : null]));
}

/** Novelty against the archive, by the same measure for all candidates, so that they can be compared. */
function withNovelty(candidates: readonly RankCandidate[], { archive: { embeddings, hashes } }: ResolvedRank): RankCandidate[] {
  const works = candidates.every(({ embedding }) => embedding) ? embeddings.flatMap((embedding) => unit(embedding) ?? []) : [];
  const noveltyOf = ({ embedding, measures }: RankCandidate): number | undefined => {
    if (works.length === 0)
      return measures && hashes.length > 0 ? Math.min(...hashes.map((hash) => hashDistance(measures.hash, hash))) / 64 : undefined;
    const direction = embedding && unit(embedding);
    const cosines = direction ? works.flatMap((work) => (work.length === direction.length ? [dot(direction, work)] : [])) : [];
    return cosines.length > 0 ? 1 - Math.max(...cosines) : undefined;
  };
  return candidates.map((candidate) => {
    const novelty = candidate.terms.novelty ?? noveltyOf(candidate);
    return novelty === undefined ? candidate : { ...candidate, terms: { ...candidate.terms, novelty } };
  });
}

/** Best technical term first, or highest contrast if it was not measured. */
function leastFlawed(scored: readonly Scored[], candidates: readonly RankCandidate[]): Scored[] {
  const worth = ({ index }: Scored): number => candidates[index]?.terms.technical ?? candidates[index]?.measures?.contrast ?? 0;
  return [...scored].sort((a, b) => worth(b) - worth(a) || a.index - b.index);
}

/** Adds its faults to a candidate that was kept despite the gates. */
function withFaults(place: LedgerCandidate, faults: CurationFault[]): LedgerCandidate {
  return { ...place, faults, reason: `${reasonsOf(faults)}; no candidate passed the gates: ${place.reason}` };
}

/** The fields of a candidate that do not depend on the decision. */
function known({ seed, terms, measures, embedding, seconds, pixels }: RankCandidate) {
  const finite = embedding?.every(Number.isFinite);
  return {
    seed,
    terms: rawTerms(terms),
    ...(pixels !== undefined && { pixels }),
    ...(measures && { hash: measures.hash }),
    ...(embedding && finite && { embedding: packEmbedding(embedding) }),
    ...(seconds !== undefined && { seconds }),
  };
}

const reasonsOf = (faults: readonly CurationFault[]): string => faults.map(({ fault, reason }) => `${fault}: ${reason}`).join('; ');

function rejected(candidate: RankCandidate, faults: CurationFault[]): LedgerCandidate {
  const reason = reasonsOf(faults);
  return { ...known(candidate), z: null, total: null, rank: null, verdict: 'rejected', reason, faults, wouldHaveWonWithout: [] };
}

function placed(candidate: RankCandidate, index: number, round: Round): LedgerCandidate {
  const place = round.places.findIndex((one) => one.index === index);
  const z = round.isScored ? (round.places[place]?.z ?? {}) : null;
  return {
    ...known(candidate),
    z,
    total: z && total(z, round.weights),
    rank: place + 1,
    verdict: place === 0 ? (round.wild ? 'wild-card' : 'kept') : place === 1 ? 'runner-up' : 'passed-over',
    reason: reasonOf(place, round),
    faults: [],
    wouldHaveWonWithout: round.without.flatMap(([term, would]) => (would === index ? [term] : [])),
  };
}

const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(2)}`;

function reasonOf(place: number, { isScored, weights, places, wild, tie }: Round): string {
  if (!isScored) return `${place === 0 ? 'the first that' : 'an earlier one'} passed the gates; nothing was scored`;
  if (places.length === 1) return 'the only one that passed the gates';
  const totalAt = (at: number): string => signed(total(places[at]?.z ?? {}, weights));
  if (place > 0) return `total ${totalAt(place)}, the work has ${totalAt(0)}${wild ? ' (wild card)' : ''}`;
  return wild ? `wild card: drawn although its total is ${totalAt(0)}` : (tie ?? `highest total, ${totalAt(0)} of ${places.length}`);
}
