/**
 * Learns which styles and modifiers are liked: Thompson sampling with one Gaussian posterior per option.
 *
 * Each work gives one reward r in 0..1 with weight w (a rating 1; a verdict of the curation less). With prior N(m0, s0²) and noise s² the
 * posterior of an option's mean reward is N(m, 1/p), p = 1/s0² + W/s², m = (m0/s0² + R/s²) / p, where W = Σw and R = Σw·r. An option's
 * sample is m + z/√p with z standard normal; the largest sample is taken. So an unknown style is tried, a good one is tried often, and a
 * bad one rarely.
 *
 * The weight g of an option sets its prior mean: m0 = 1/2 + s0·ln g. The first of two unknown options then wins with probability
 * Φ(ln(g1/g2)/√2), which is nearly g1/(g1+g2): 0.69 instead of 0.67 for 2 to 1.
 */
import * as z from 'zod';
import { answering, type RandomSource, type StateDefinition } from '../core/index.ts';
import type { DerivedChoice, DerivedOption } from './derivation.ts';
import { offeredOf, type Weighted } from './draw.ts';

const priorDeviation = 0.25;
const noiseDeviation = 0.25;
/** Number of works whose reward may still change; older ones are only summed. */
export const mostObserved = 500;

const sums = z.strictObject({ weight: z.number().min(0), reward: z.number().min(0) });
const observation = z.strictObject({
  /** Id of the work. */
  id: z.string().min(1),
  arms: z.array(z.string()),
  reward: z.number().min(0).max(1),
  weight: z.number().min(0).max(1),
});
export type Observation = z.output<typeof observation>;

export const preferencesSchema = z.strictObject({
  /** Sums over older works, per option: Σw and Σw·r. */
  settled: z.record(z.string(), sums),
  /** The newest works, oldest first. */
  works: z.array(observation),
  /** The last summed work: works that are not newer count already. */
  settledUpTo: z.string().optional(),
});
/** What was learnt about styles and modifiers, as plain JSON. */
export type Preferences = z.output<typeof preferencesSchema>;

export const noPreferences = (): Preferences => ({ settled: {}, works: [] });

/** For StateFile: `<home>/state/prompt.json`. */
export const preferencesState: StateDefinition<Preferences> = {
  kind: 'prompt',
  version: 1,
  schema: preferencesSchema,
  initial: noPreferences,
};

/** Name of an option in the memory. It contains the model family, because a style works differently in each. */
export const armOf = (family: string, what: string, value: string): string => `${family}/${what}/${value}`;

/**
 * Adds works, with ids that sort by age (ULIDs). A known work replaces its earlier entry, so a changed rating counts once. Returns a new
 * memory and leaves the given one unchanged.
 */
export const observeWorks = answering('observeWorks', (before: Preferences, news: readonly Observation[]): Preferences => {
  const byId = new Map(before.works.map((work) => [work.id, work]));
  for (const work of news) if (before.settledUpTo === undefined || work.id > before.settledUpTo) byId.set(work.id, work);
  const works = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const settled = { ...before.settled };
  let { settledUpTo } = before;
  for (const { id, arms, reward, weight } of works.splice(0, Math.max(0, works.length - mostObserved))) {
    for (const arm of arms) {
      const sum = settled[arm] ?? { weight: 0, reward: 0 };
      settled[arm] = { weight: sum.weight + weight, reward: sum.reward + weight * reward };
    }
    settledUpTo = id;
  }
  return { settled, works, ...(settledUpTo !== undefined && { settledUpTo }) };
});

/** Posterior of an option with this weight (over 0). `works` is Σw. */
export const posteriorOf = answering(
  'posteriorOf',
  ({ settled, works }: Preferences, arm: string, weight = 1): { mean: number; deviation: number; works: number } => {
    let { weight: total, reward } = settled[arm] ?? { weight: 0, reward: 0 };
    for (const work of works) {
      if (!work.arms.includes(arm)) continue;
      total += work.weight;
      reward += work.weight * work.reward;
    }
    const prior = 1 / priorDeviation ** 2;
    const noise = 1 / noiseDeviation ** 2;
    const precision = prior + total * noise;
    const priorMean = 0.5 + priorDeviation * Math.log(weight);
    return { mean: (priorMean * prior + reward * noise) / precision, deviation: 1 / Math.sqrt(precision), works: total };
  },
);

/** Standard normal (Box and Muller). Draws two numbers. */
function normal(chance: RandomSource): number {
  const radius = Math.sqrt(-2 * Math.log(1 - chance()));
  return radius * Math.cos(2 * Math.PI * chance());
}

/** Chooses by Thompson sampling. At least one option must have a weight above 0. */
export function sampleOption(
  options: readonly Weighted[],
  { preferences, armOf: arm, chance }: { preferences: Preferences; armOf: (value: string) => string; chance: RandomSource },
): Pick<DerivedChoice, 'chosen' | 'how' | 'of' | 'offered'> {
  const possible = options.filter((option) => option.weight > 0);
  const offered: DerivedOption[] = possible.map(({ value, weight }) => {
    const { mean, deviation, works } = posteriorOf(preferences, arm(value), weight);
    const sampled = mean + deviation * normal(chance);
    return {
      value,
      weight,
      posterior: { mean: rounded(mean), deviation: rounded(deviation), works: rounded(works), sampled: rounded(sampled) },
    };
  });
  const best = offered.reduce((a, b) => ((b.posterior?.sampled ?? 0) > (a.posterior?.sampled ?? 0) ? b : a));
  return { chosen: best.value, how: offered.length === 1 ? 'only' : 'sampled', ...offeredOf(offered) };
}

/** Rounded to five digits, and the choice uses the rounded numbers, so that the record explains it. */
const rounded = (value: number): number => Math.round(value * 1e5) / 1e5;
