import * as z from 'zod';
import type { TechnicalMeasures } from '../image/index.ts';
import { termNames, weightFields } from './terms.ts';

/** NaN is let in here: a value that is not finite is a candidate's fault, which the ledger keeps, and not the caller's. */
const measured = z.custom<number>((value) => typeof value === 'number', { error: 'expected a number' });
const vector = z.custom<Float32Array>((value) => value instanceof Float32Array, { error: 'expected an embedding (Float32Array)' });

export const rankCandidates = z
  .array(
    z.strictObject({
      seed: z.int().min(0),
      /** Raw values on their own scales. A term that one candidate lacks counts for none. */
      terms: z.partialRecord(z.enum(termNames), measured.optional()).default({}),
      /** measureTechnical() of the picture, for the gates. Left out: only what follows is checked. */
      measures: z.custom<TechnicalMeasures>((value) => typeof value === 'object' && value !== null && 'hash' in value).optional(),
      /** Name of its pixels, such as their SHA-256: of two candidates with the same pixels, the later one is a duplicate. The ledger keeps it. */
      pixels: z.string().min(1).optional(),
      /** The work that is this very picture, such as its id: it is a duplicate. */
      sameAs: z.string().min(1).optional(),
      /** Embedding of the picture, for novelty. The ledger keeps it. */
      embedding: vector.optional(),
      /** subjectShare() of the picture, 0..1, for the gate of absent subjects. */
      subject: z.number().min(0).max(1).optional(),
      /** What a safety classifier of yours found wrong with it: it is rejected for this reason. */
      unsafe: z.string().min(1).optional(),
      /** Painting it took; for the ledger. */
      seconds: z.number().min(0).optional(),
    }),
  )
  .min(1);
export type RankCandidate = z.output<typeof rankCandidates>[number];

const history = z.array(measured);

export const rankOptions = z.strictObject({
  /** What gave the scores: the ledger's `curation`. */
  scorer: z
    .string()
    .min(1)
    .refine((name) => name !== 'unscored', { error: 'expected a name other than unscored' })
    .default('clip'),
  /** Name of the CLIP model, for the ledger. */
  model: z.string().min(1).optional(),
  weights: weightFields.default(() => weightFields.parse({})),
  /** Name of your own weights in the ledger. Default: default-1, or custom where a weight differs from the default. */
  weightsVersion: z.string().min(1).optional(),
  /** Values of each term in past rounds, such as the last 300. From `coldBelow` on they are what a value is compared with. */
  history: z.partialRecord(z.enum(termNames), history).default({}),
  /** Fewer past values than this, and the candidates are compared among themselves. */
  coldBelow: z.int().min(2).default(30),
  /**
   * Pictures that exist already. Likeness to them is the term novelty, of candidates that have none: 1 - the nearest cosine where
   * embeddings can be compared, else the share of differing bits of the nearest hash.
   */
  archive: z
    .strictObject({ hashes: z.array(z.string()).default([]), embeddings: z.array(vector).default([]) })
    .default({ hashes: [], embeddings: [] }),
  /** Candidates of this round whose perceptual hashes differ in at most this many bits of 64 count as one picture. Default: only the same pixels do. */
  duplicateDistance: z.int().min(0).max(64).optional(),
  /** Candidates of this round whose embeddings have at least this cosine count as one picture. Default: only the same pixels do. */
  duplicateCosine: z.number().min(-1).max(2).optional(),
  /** Where none passes: keep the best of those that failed by their looks alone (blank, blown-out, subject-absent). The ledger says so. */
  lastResort: z.boolean().default(false),
  /** A subject share below this means that the subject is absent. 0: never. */
  subjectBelow: z.number().min(0).max(1).default(0.5),
  /** Totals this close to the best are a tie, in standard deviations. */
  tieMargin: z.number().min(0).default(0.05),
  /** One round in this many keeps a picture that did not win, so that the artist can be surprised. 0: never. */
  wildCardOneIn: z.int().min(0).default(0),
  /** Numbers in [0, 1) for the wild card: seededRandom(seed). Needed with wildCardOneIn. */
  random: z.custom<() => number>((value) => typeof value === 'function', { error: 'expected a function' }).optional(),
});
export type RankOptions = z.input<typeof rankOptions>;
export type ResolvedRank = z.output<typeof rankOptions>;
