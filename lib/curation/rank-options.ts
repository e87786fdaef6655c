import { z } from 'zod';
import { lazySchema } from '../core/index.ts';
import type { TechnicalMeasures } from '../image/index.ts';
import { termNames, weightFields } from './terms.ts';

/** NaN is let in here: a value that is not finite is a candidate's fault, which the ledger keeps, and not the caller's. */
const measured = z.custom<number>((value) => typeof value === 'number', { error: 'expected a number' });
const vector = z.custom<Float32Array>((value) => value instanceof Float32Array, { error: 'expected an embedding (Float32Array)' });

export const rankCandidates = lazySchema(() =>
  z
    .array(
      z.strictObject({
        seed: z.int().min(0),
        /** Raw values on their own scales. A term that one candidate lacks counts for none. */
        terms: z.partialRecord(z.enum(termNames), measured.optional()).default({}),
        /** measureTechnical() of the picture, for the gates. Left out: only what follows is checked. */
        measures: z.custom<TechnicalMeasures>((value) => typeof value === 'object' && value !== null && 'hash' in value).optional(),
        /** Embedding of the picture, for the duplicate gate. The ledger keeps it. */
        embedding: vector.optional(),
        /** subjectShare() of the picture, 0..1, for the gate of absent subjects. */
        subject: z.number().min(0).max(1).optional(),
        /** What a safety classifier of yours found wrong with it: it is rejected for this reason. */
        unsafe: z.string().min(1).optional(),
        /** Painting it took; for the ledger. */
        seconds: z.number().min(0).optional(),
      }),
    )
    .min(1),
);
export type RankCandidate = z.output<typeof rankCandidates>[number];

const history = z.array(measured);

export const rankOptions = lazySchema(() =>
  z.strictObject({
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
    /** Pictures that exist already. */
    archive: z
      .strictObject({ hashes: z.array(z.string()).default([]), embeddings: z.array(vector).default([]) })
      .default({ hashes: [], embeddings: [] }),
    /** Perceptual hashes that differ in at most this many bits of 64 are one picture. */
    duplicateDistance: z.int().min(0).max(64).default(6),
    /** Embeddings with at least this cosine are one picture. Depends on the model: above 1 switches it off. */
    duplicateCosine: z.number().min(-1).max(2).default(0.96),
    /** A subject share below this means that the subject is absent. 0: never. */
    subjectBelow: z.number().min(0).max(1).default(0.5),
    /** Totals this close to the best are a tie, in standard deviations. */
    tieMargin: z.number().min(0).default(0.05),
    /** One round in this many keeps a picture that did not win, so that the artist can be surprised. 0: never. */
    wildCardOneIn: z.int().min(0).default(0),
    /** Numbers in [0, 1) for the wild card: seededRandom(seed). Needed with wildCardOneIn. */
    random: z.custom<() => number>((value) => typeof value === 'function', { error: 'expected a function' }).optional(),
  }),
);
export type RankOptions = z.input<typeof rankOptions>;
export type ResolvedRank = z.output<typeof rankOptions>;
