import * as z from 'zod';
import { termNames } from './terms.ts';

/** Why a candidate was not ranked. */
export const faultNames = ['nan-black', 'blank', 'blown-out', 'duplicate', 'not-finite', 'subject-absent', 'unsafe'] as const;
/** kept: the work. wild-card: kept although another ranked higher. runner-up: second. passed-over: lower. rejected: by a gate. */
export const verdictNames = ['kept', 'wild-card', 'runner-up', 'passed-over', 'rejected'] as const;

const termName = z.enum(termNames);

const candidate = z.strictObject({
  seed: z.int().min(0),
  /** Raw values; null if not finite. */
  terms: z.partialRecord(termName, z.number().nullable()),
  /** The terms that counted in this round; null if rejected or nothing was scored. */
  z: z.partialRecord(termName, z.number()).nullable(),
  /** Sum of weight times z; null as above. */
  total: z.number().nullable(),
  /** 1 is the work; null if rejected. */
  rank: z.int().min(1).nullable(),
  verdict: z.enum(verdictNames),
  /** The reason in words. */
  reason: z.string().min(1),
  /** Faults found by the gates; empty if it passed. A work kept as a last resort has faults too. */
  faults: z.array(z.strictObject({ fault: z.enum(faultNames), reason: z.string() })),
  /** Terms without which it would have won. */
  wouldHaveWonWithout: z.array(termName),
  /** Hash of its pixels, as given. */
  pixels: z.string().optional(),
  /** Perceptual hash, if measured. */
  hash: z.string().optional(),
  /** packEmbedding() of the picture's embedding by `model`. */
  embedding: z.string().optional(),
  /** Seconds to paint it. */
  seconds: z.number().min(0).optional(),
});

const nullable = z.number().nullable();
/** worthAnother() after the last candidate of an adaptive round. */
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

/** One round of curation with every candidate, rejected ones included: enough to recompute the decision. */
export const ledgerSchema = z.strictObject({
  schema: z.literal(1),
  /** The scorer, such as "clip", or "unscored": then the first candidate that passed the gates is kept. */
  curation: z.string().min(1),
  /** Name of the CLIP model of the embeddings and cosines. */
  model: z.string().min(1).optional(),
  weights: z.strictObject({ version: z.string().min(1), values: z.record(termName, z.number().min(0)) }),
  /** The values each term was compared with: the artist's past rounds, or this round's candidates. Only terms that counted. */
  basis: z.partialRecord(
    termName,
    z.strictObject({ from: z.enum(['history', 'batch']), mean: z.number(), deviation: z.number().min(0), n: z.int().min(1) }),
  ),
  /** Terms that some candidates lacked: they do not count. */
  dropped: z.array(termName),
  wildCard: z.boolean(),
  /** true if the subject seemed absent in all candidates that passed the other gates, so this gate was ignored. */
  subjectDoubtful: z.literal(true).optional(),
  /** true if no candidate passed and the best of those with faults of appearance was kept. See its `faults`. */
  lastResort: z.literal(true).optional(),
  /** Why no further candidate was painted. */
  adaptive: adaptive.optional(),
  /** Index of the work in `candidates`; null if all were rejected. */
  winner: z.int().min(0).nullable(),
  candidates: z.array(candidate).min(1),
});
export type Ledger = z.output<typeof ledgerSchema>;
export type LedgerCandidate = z.output<typeof candidate>;
export type CurationFault = LedgerCandidate['faults'][number];
export type CurationVerdict = (typeof verdictNames)[number];
