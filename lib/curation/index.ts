export { type RandomSource, seededRandom } from '../core/index.ts';
export { type AdaptiveOptions, type Another, expectedGain, worthAnother } from './adaptive.ts';
export { type CurationFault, type CurationVerdict, type Ledger, type LedgerCandidate, ledgerSchema } from './ledger.ts';
export {
  type BestOfGain,
  bestOfGain,
  type CentroidCosine,
  centroidCosine,
  type GainRound,
  meanPairwiseCosine,
  type Novelty,
  novelty,
  type StyleConsistency,
  type StyleOptions,
  styleConsistency,
} from './measures.ts';
export {
  CurationMemory,
  type CurationMemoryOptions,
  type KeptRound,
  ledgerOf,
  ledgers,
  type MemoryRepair,
  memoryRepairLine,
  type Recollection,
} from './memory.ts';
export { type BootstrapOptions, type Interval, type MeasuredMean, measuredMean } from './numbers/bootstrap.ts';
export { packEmbedding, unpackEmbedding } from './numbers/packed-vector.ts';
export { type PrincipalAxes, principalAxes } from './numbers/principal-axes.ts';
export { vendiScore } from './numbers/vendi.ts';
export { type RankInput, rank } from './rank.ts';
export type { RankOptions } from './rank-options.ts';
export { otherCaptions, subjectShare } from './subject.ts';
export { type DuelFigures, duelFigures } from './taste/duel-figures.ts';
export { duelsFile, type StoredDuels } from './taste/duels.ts';
export { type Duellist, instructivePair, type Pairing } from './taste/pairing.ts';
export {
  type Beside,
  type Duel,
  type Rating,
  type TasteHead,
  type TasteOptions,
  tasteHeadSchema,
  tasteScore,
  trainDuels,
  trainRatings,
} from './taste/taste.ts';
export { defaultWeightsVersion, type TermName, type Terms, technicalTerm, termNames, type Weights } from './terms.ts';
