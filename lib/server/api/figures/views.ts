import * as z from 'zod';
import { shareKinds } from '../../../artist/index.ts';

const interval = z.tuple([z.number(), z.number()]).describe('95 %');
const count = z.int();
const mean = z.object({ n: count, mean: z.number(), interval });
const contrast = {
  with: mean.describe('Ratings of those that have it'),
  rest: z.object({ n: count, mean: z.number() }),
  difference: z.number(),
  interval,
  p: z.number().describe('Share of random divisions that differ at least as much (permutation test)'),
};
const kind = z.enum(shareKinds);

/** What every answer says about itself. */
const measuredAt = {
  at: z.string().describe('When it was measured'),
  works: count,
  read: count.describe('Works whose records were read: the newest'),
};

export const daysView = z.object({
  ...measuredAt,
  days: z.array(
    z.object({
      day: z.string().describe('UTC'),
      works: count,
      candidates: count,
      rejected: count,
      timed: count.describe('Works with a painting time'),
      pictures: count.describe('Candidates of these works that have a painting time'),
      seconds: z.number().describe('Painting time of these pictures'),
    }),
  ),
  runs: z
    .array(z.object({ day: z.string(), done: count, partial: count, failed: count, missed: count, cancelled: count, seconds: z.number() }))
    .describe('Runs of the schedule that ended on a day: those of the latest 1000 records'),
  jobs: z
    .array(z.object({ day: z.string(), done: count, failed: count, cancelled: count }))
    .describe('Jobs that ended on a day, as far as the queue knows'),
});

export const sharesView = z.object({
  ...measuredAt,
  names: z.array(z.string()).describe('The most frequent ones, most frequent first'),
  spans: z.array(
    z.object({
      span: z.string(),
      from: z.string(),
      to: z.string(),
      works: count,
      counts: z.array(count).describe('For each of names'),
      others: count,
      without: count.describe('Works that have none'),
    }),
  ),
});

export const spreadsView = z.object({
  ...measuredAt,
  scores: z.array(
    z.object({
      scorer: z.string(),
      term: z.string(),
      n: count,
      mean: z.number(),
      quantiles: z.array(z.number()).describe('Minimum, lower quartile, median, upper quartile, maximum'),
      classes: z.array(count).describe('Works in classes of equal width from minimum to maximum'),
    }),
  ),
  ratings: z.array(count).describe('Works with 1 to 5 stars'),
});

export const styleView = z.object({
  at: z.string(),
  scorer: z.string().describe('The CLIP'),
  works: count,
  compared: count.describe('Works with a vector; those of new works are made in the background'),
  spans: z.array(
    z.object({
      span: z.string(),
      from: z.string(),
      to: z.string(),
      works: count,
      n: count.describe('Works that were compared: at most 200'),
      consistency: z.object({ mean: z.number(), interval }).nullable().describe('Mean cosine of all pairs'),
      novelty: mean.nullable().describe('1 - cosine with the nearest of the 300 works before'),
      vendi: z
        .object({ of: count, mean: z.number(), interval })
        .nullable()
        .describe('Effective number of different pictures among `of` random ones; the same `of` for all spans'),
    }),
  ),
});

export const choosingView = z.object({
  ...measuredAt,
  rounds: count,
  chosen: count.describe('Rounds with something to choose from'),
  candidates: count,
  rejected: count,
  faults: z.array(z.object({ name: z.string(), candidates: count })),
  terms: z.array(
    z.object({
      scorer: z.string(),
      term: z.string(),
      ranked: z.boolean().describe('The ranking used it: kept ones are better in it by construction'),
      rounds: count,
      kept: z.number(),
      passedOver: z.number(),
      gain: mean.describe('Kept minus passed over'),
      overFirst: mean.describe('Kept minus the first candidate'),
    }),
  ),
  ratings: z.object(contrast).nullable().describe('Works chosen among several, against works without a rival; null: too few ratings'),
});

export const recommendationsView = z.object({
  ...measuredAt,
  rated: count,
  mean: z.number().nullable(),
  compared: count.describe('Names that were compared; the verdicts allow for their number'),
  names: z.array(
    z.object({
      kind,
      name: z.string(),
      works: count,
      ...contrast,
      verdict: z.enum(['more', 'less', 'open']).describe('open: it may be chance'),
    }),
  ),
  unknown: z.array(z.object({ kind, name: z.string(), works: count, rated: count })).describe('Often painted, hardly rated'),
});

export type DaysAnswer = z.output<typeof daysView>;
export type SharesAnswer = z.output<typeof sharesView>;
export type SpreadsAnswer = z.output<typeof spreadsView>;
export type StyleAnswer = z.output<typeof styleView>;
export type ChoosingAnswer = z.output<typeof choosingView>;
export type RecommendationsAnswer = z.output<typeof recommendationsView>;
