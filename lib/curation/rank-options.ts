import * as z from 'zod';
import type { TechnicalMeasures } from '../image/index.ts';
import { termNames, weightFields } from './terms.ts';

/** Allows NaN: a value that is not finite is a fault of the candidate, recorded in the ledger, not of the caller. */
const measured = z.custom<number>((value) => typeof value === 'number', { error: 'expected a number' });
const vector = z.custom<Float32Array>((value) => value instanceof Float32Array, { error: 'expected an embedding (Float32Array)' });

export const rankCandidates = z
  .array(
    z.strictObject({
      seed: z.int().min(0),
      /** Raw values on their own scales. If one candidate lacks a term, the term does not count. */
      terms: z.partialRecord(z.enum(termNames), measured.optional()).default({}),
      /** measureTechnical() of the picture, for the gates. Without it, only the fields below are checked. */
      measures: z.custom<TechnicalMeasures>((value) => typeof value === 'object' && value !== null && 'hash' in value).optional(),
      /**
       * Hash of its pixels, such as SHA-256. If two candidates have the same pixels, the later one is a duplicate. Recorded in the ledger.
       */
      pixels: z.string().min(1).optional(),
      /** Id of an existing work that is the same picture, which makes this one a duplicate. */
      sameAs: z.string().min(1).optional(),
      /** Embedding of the picture, for novelty. Recorded in the ledger. */
      embedding: vector.optional(),
      /** subjectShare() of the picture, 0..1, for the gate of absent subjects. */
      subject: z.number().min(0).max(1).optional(),
      /** Finding of your own safety classifier; rejects the candidate for this reason. */
      unsafe: z.string().min(1).optional(),
      /** Seconds to paint it, for the ledger. */
      seconds: z.number().min(0).optional(),
    }),
  )
  .min(1);
export type RankCandidate = z.output<typeof rankCandidates>[number];

const history = z.array(measured);

export const rankOptions = z.strictObject({
  /** The scorer, for the ledger's `curation`. */
  scorer: z
    .string()
    .min(1)
    .refine((name) => name !== 'unscored', { error: 'expected a name other than unscored' })
    .default('clip'),
  /** Name of the CLIP model, for the ledger. */
  model: z.string().min(1).optional(),
  weights: weightFields.default(() => weightFields.parse({})),
  /** Name of your own weights in the ledger. Default: default-1, or custom if a weight differs from the default. */
  weightsVersion: z.string().min(1).optional(),
  /** Values of each term in past rounds, such as the last 300. Values are compared with them if there are at least `coldBelow`. */
  history: z.partialRecord(z.enum(termNames), history).default({}),
  /** With fewer past values than this, the candidates are compared among themselves. */
  coldBelow: z.int().min(2).default(30),
  /**
   * Existing pictures. They give the term novelty to candidates without one: 1 - the nearest cosine if embeddings can be compared, else the
   * share of differing bits of the nearest hash.
   */
  archive: z
    .strictObject({ hashes: z.array(z.string()).default([]), embeddings: z.array(vector).default([]) })
    .default({ hashes: [], embeddings: [] }),
  /**
   * Candidates of this round whose perceptual hashes differ in at most this many bits of 64 count as one picture. Default: only equal
   * pixels.
   */
  duplicateDistance: z.int().min(0).max(64).optional(),
  /** Candidates of this round whose embeddings have at least this cosine count as one picture. Default: only equal pixels. */
  duplicateCosine: z.number().min(-1).max(2).optional(),
  /** If none passes, keep the best of those with faults of appearance only (blank, blown-out, subject-absent). Recorded in the ledger. */
  lastResort: z.boolean().default(false),
  /** A subject share below this means that the subject is absent. 0: never. */
  subjectBelow: z.number().min(0).max(1).default(0.5),
  /** Totals this close to the best are a tie, in standard deviations. */
  tieMargin: z.number().min(0).default(0.05),
  /** One round in this many keeps a picture that did not win, for variety. 0: never. */
  wildCardOneIn: z.int().min(0).default(0),
  /** Numbers in [0, 1) for the wild card: seededRandom(seed). Needed with wildCardOneIn. */
  random: z.custom<() => number>((value) => typeof value === 'function', { error: 'expected a function' }).optional(),
});
export type RankOptions = z.input<typeof rankOptions>;
export type ResolvedRank = z.output<typeof rankOptions>;
