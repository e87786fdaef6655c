import * as z from 'zod';
import { termNames } from './terms.ts';

/** Why a candidate never came to be ranked. */
export const faultNames = ['nan-black', 'blank', 'blown-out', 'duplicate', 'not-finite', 'subject-absent', 'unsafe'] as const;
/** kept: the work. wild-card: kept although another ranked higher. runner-up: second. passed-over: lower. rejected: by a gate. */
export const verdictNames = ['kept', 'wild-card', 'runner-up', 'passed-over', 'rejected'] as const;

const termName = z.enum(termNames);

const candidate = z.strictObject({
  seed: z.int().min(0),
  /** As they were given; null where a value was not finite. */
  terms: z.partialRecord(termName, z.number().nullable()),
  /** The terms that counted in this round; null: rejected, or nothing was scored. */
  z: z.partialRecord(termName, z.number()).nullable(),
  /** Sum of weight times z; null as above. */
  total: z.number().nullable(),
  /** 1 is the work. null: rejected. */
  rank: z.int().min(1).nullable(),
  verdict: z.enum(verdictNames),
  /** In words. */
  reason: z.string().min(1),
  /** What the gates found; empty: it passed. Of a work that was kept as a last resort: what is wrong with it. */
  faults: z.array(z.strictObject({ fault: z.enum(faultNames), reason: z.string() })),
  /** It would have won if this one term had not counted. */
  wouldHaveWonWithout: z.array(termName),
  /** Name of its pixels, as it was given. */
  pixels: z.string().optional(),
  /** Perceptual hash, where it was measured. */
  hash: z.string().optional(),
  /** packEmbedding() of the picture's embedding by `model`. */
  embedding: z.string().optional(),
  /** Painting it took. */
  seconds: z.number().min(0).optional(),
});

const nullable = z.number().nullable();
/** worthAnother() after the last candidate of a round that decided itself how many to paint. */
const adaptive = z.strictObject({
  another: z.boolean(),
  why: z.enum(['too-few', 'worth-it', 'not-worth-it', 'limit']),
  n: z.int().min(0),
  mean: nullable,
  deviation: nullable,
  best: nullable,
  gain: nullable,
  worthSeconds: nullable,
  seconds: z.number(),
});

/** One round of curation with every candidate, also those that were rejected: enough to recompute the decision. */
export const ledgerSchema = z.strictObject({
  schema: z.literal(1),
  /** What scored, such as "clip"; "unscored" where nothing did: then the first that passed the gates is kept. */
  curation: z.string().min(1),
  /** Name of the CLIP model whose embeddings and cosines these are. */
  model: z.string().min(1).optional(),
  weights: z.strictObject({ version: z.string().min(1), values: z.record(termName, z.number().min(0)) }),
  /** What each term was compared with: the artist's past rounds, or this one's candidates. Only the terms that counted. */
  basis: z.partialRecord(
    termName,
    z.strictObject({ from: z.enum(['history', 'batch']), mean: z.number(), deviation: z.number().min(0), n: z.int().min(1) }),
  ),
  /** Terms that some candidates had and others lacked: they count for none. */
  dropped: z.array(termName),
  wildCard: z.boolean(),
  /** The subject seemed absent in all that passed the other gates: this gate was lifted. */
  subjectDoubtful: z.literal(true).optional(),
  /** No candidate passed: the best of those that only looked wrong was kept all the same. Its `faults` say how. */
  lastResort: z.literal(true).optional(),
  /** Why no further candidate was painted. */
  adaptive: adaptive.optional(),
  /** Place of the work in `candidates`; null: all were rejected. */
  winner: z.int().min(0).nullable(),
  candidates: z.array(candidate).min(1),
});
export type Ledger = z.output<typeof ledgerSchema>;
export type LedgerCandidate = z.output<typeof candidate>;
export type CurationFault = LedgerCandidate['faults'][number];
export type CurationVerdict = (typeof verdictNames)[number];
