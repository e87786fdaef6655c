import * as z from 'zod';
import { answering } from '../core/index.ts';
import type { TechnicalMeasures } from '../image/index.ts';

/** The criteria for candidates. Each has its own scale; z-scores make them comparable. Larger is better. */
export const termNames = ['promptAlign', 'aesthetic', 'styleFit', 'novelty', 'technical'] as const;
export type TermName = (typeof termNames)[number];
export type Terms = Partial<Record<TermName, number>>;

/**
 * The terms that judge the picture itself. Without one of them there is no ranking: novelty and technical quality alone do not make a
 * picture good.
 */
export const scorerTerms: readonly TermName[] = ['promptAlign', 'aesthetic', 'styleFit'];

/** Changes with every change of the default weights or of what a term means, so that ledgers can be told apart. */
export const defaultWeightsVersion = 'default-1';

const weight = (value: number): z.ZodDefault<z.ZodNumber> => z.number().min(0).max(1000).default(value);

/** Factors of the z-scores, 0..1000; 0 leaves a term out. Only their ratios matter. */
export const weightFields = z.strictObject({
  /** Cosine of picture and prompt: showing what was asked for is most important. */
  promptAlign: weight(1),
  /** Score of an aesthetic head: the same weight, if the owner has one. */
  aesthetic: weight(1),
  /** Cosine with the artist's own works: half, so that a style may move. */
  styleFit: weight(0.5),
  /** 1 - the nearest cosine in the archive: decides between pictures that are otherwise alike. */
  novelty: weight(0.25),
  /** Distance from the technical gates: likewise. */
  technical: weight(0.25),
});
export type Weights = z.input<typeof weightFields>;

/** Contrast above which more is not better. The median of 128 pictures by the bundled model is 38. */
const enoughContrast = 40;

/**
 * How far a picture is from the technical gates, 0..1: contrast up to a limit, minus the share of burnt pixels. White and black do not
 * count: line art on white is good.
 */
export const technicalTerm = answering('technicalTerm', ({ contrast, burnt }: Pick<TechnicalMeasures, 'contrast' | 'burnt'>): number => {
  return Math.min(1, contrast / enoughContrast) * (1 - burnt);
});
