import * as z from 'zod';
import { ArtistError, answering, resolveOptions } from '../core/index.ts';
import { type BootstrapOptions, bootstrapInterval, bootstrapOptions, type Interval } from './numbers/bootstrap.ts';
import { dot, sumOf, unit, unitVectors, type Vector } from './numbers/vectors.ts';

/**
 * Mean cosine of all pairs of unit vectors, without forming the pairs: |Σ m e|² contains each pair of draws; those of a vector with itself
 * are subtracted. `counts` says how often each vector is drawn (resampling); two copies of one vector are no pair. NaN if there is no pair.
 */
function meanPairwise(units: readonly Float64Array[], counts?: Uint32Array): number {
  const sum = sumOf(units, counts);
  const [taken, same] = counts
    ? counts.reduce<[number, number]>(([all, squares], count) => [all + count, squares + count * count], [0, 0])
    : [units.length, units.length];
  const pairs = taken * taken - same;
  // All draws are one vector: rounding would turn 0 / 0 into infinity.
  return pairs === 0 ? Number.NaN : (dot(sum, sum) - same) / pairs;
}

/** Mean cosine over pairs of different groups: all pairs of draws without those inside a group. */
function meanCrossGroup(units: readonly Float64Array[], groups: readonly string[]): number {
  const inside = new Map<string, Float64Array[]>();
  for (const [index, vector] of units.entries()) {
    const group = groups[index] ?? '';
    inside.set(group, [...(inside.get(group) ?? []), vector]);
  }
  const all = sumOf(units);
  let squares = dot(all, all);
  let pairs = units.length ** 2;
  for (const members of inside.values()) {
    const sum = sumOf(members);
    squares -= dot(sum, sum);
    pairs -= members.length ** 2;
  }
  return squares / pairs;
}

/** Directions after subtracting the mean of `reference`. */
function centre(units: readonly Float64Array[], reference: readonly Float64Array[]): Float64Array[] {
  const mean = sumOf(reference).map((value) => value / reference.length);
  return units.map((vector, index) => {
    const direction = unit(vector.map((value, at) => value - (mean[at] ?? 0)));
    if (!direction)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `embeddings.${index}: expected another vector than the mean of reference, got the same`,
      );
    return direction;
  });
}

/** Mean cosine of all pairs of embeddings, -1..1, in O(n·d). */
export const meanPairwiseCosine = answering('meanPairwiseCosine', (embeddings: readonly Vector[]): number => {
  return meanPairwise(unitVectors('embeddings', embeddings, 2));
});

const vectors = z.array(
  z.custom<Float32Array>((value) => value instanceof Float32Array, { error: 'expected an embedding (Float32Array)' }),
);

export const styleOptions = z.strictObject({
  ...bootstrapOptions.shape,
  /** Embeddings of a neutral set by the same painter; their mean is subtracted for `centred`. */
  reference: vectors.optional(),
  /** The subject of each embedding, for `crossSubject`. At least two different ones. */
  subjects: z.array(z.string()).optional(),
  /** The same subjects and seeds without the style, in the same order, for `lift`. */
  baseline: vectors.optional(),
});
export type StyleOptions = z.input<typeof styleOptions>;

export interface StyleConsistency {
  n: number;
  /** Mean cosine of all pairs. CLIP's embeddings lie in a cone: two random pictures have 0.4 to 0.6, so this alone says little. */
  raw: number;
  rawInterval: Interval;
  /** After subtracting the mean of the reference. */
  centred?: number;
  centredInterval?: Interval;
  /** Over pairs of different subjects, which share more than the subject. */
  crossSubject?: number;
  /** raw minus that of the baseline: the effect of the style. */
  lift?: number;
  liftInterval?: Interval;
}

/**
 * Measures how similar the works are in style. Intervals are 95 %, by bootstrap over the works (paired with the baseline).
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: fewer than 3 embeddings, of different lengths, not finite, or lists of different lengths
 */
export const styleConsistency = answering(
  'styleConsistency',
  (embeddings: readonly Vector[], options: StyleOptions = {}): StyleConsistency => {
    const { reference, subjects, baseline, ...bootstrap } = resolveOptions('styleConsistency', styleOptions, options);
    const units = unitVectors('embeddings', embeddings, 3);
    const interval = (statistic: (counts: Uint32Array) => number): Interval => bootstrapInterval(units.length, bootstrap, statistic);
    const result: StyleConsistency = {
      n: units.length,
      raw: meanPairwise(units),
      rawInterval: interval((counts) => meanPairwise(units, counts)),
    };
    if (reference) {
      const neutral = sameDimensions('reference', unitVectors('reference', reference), units);
      const centred = centre(units, neutral);
      result.centred = meanPairwise(centred);
      result.centredInterval = interval((counts) => meanPairwise(centred, counts));
    }
    if (subjects) {
      sameCount('subjects', subjects.length, units.length);
      if (new Set(subjects).size < 2)
        throw new ArtistError('ERR_INVALID_ARGUMENT', `subjects: expected at least 2 different ones, got ${new Set(subjects).size}`);
      result.crossSubject = meanCrossGroup(units, subjects);
    }
    if (baseline) {
      const plain = sameDimensions('baseline', unitVectors('baseline', baseline), units);
      sameCount('baseline', plain.length, units.length);
      result.lift = result.raw - meanPairwise(plain);
      result.liftInterval = interval((counts) => meanPairwise(units, counts) - meanPairwise(plain, counts));
    }
    return result;
  },
);

function sameCount(name: string, got: number, expected: number): void {
  if (got !== expected) throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected ${expected}, one for each embedding, got ${got}`);
}

function sameDimensions(name: string, units: Float64Array[], others: readonly Float64Array[]): Float64Array[] {
  const [got, expected] = [units[0]?.length, others[0]?.length];
  if (got !== expected)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}.0: expected ${expected} values, got ${got}. All must come from one model`);
  return units;
}

export interface Novelty {
  /** 1 - cosine with the nearest of the archive, 0..2: 0 is a copy. */
  nearest: number;
  /** 1 - mean cosine with its k nearest, so that one similar picture does not hide an outlier. */
  mean: number;
  /** Indexes of these k in the archive, nearest first. */
  neighbours: number[];
}

/**
 * The distance of a picture from all existing ones; undefined if the archive is empty.
 *
 * @param k neighbours for `mean`, at least 1; all if the archive has fewer
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export const novelty = answering('novelty', (embedding: Vector, archive: readonly Vector[], k = 5): Novelty | undefined => {
  const count = resolveOptions('k', z.int().min(1), k);
  const [direction = new Float64Array()] = unitVectors('embedding', [embedding]);
  const known = unitVectors('archive', archive, 0);
  if (known.length === 0) return undefined;
  sameDimensions('archive', known, [direction]);
  const cosines = known.map((other, index) => ({ index, cosine: Math.min(1, Math.max(-1, dot(direction, other))) }));
  const near = cosines.sort((a, b) => b.cosine - a.cosine || a.index - b.index).slice(0, count);
  return {
    nearest: 1 - (near[0]?.cosine ?? 0),
    mean: 1 - near.reduce((sum, { cosine }) => sum + cosine, 0) / near.length,
    neighbours: near.map(({ index }) => index),
  };
});

export interface CentroidCosine {
  /** Cosine of the two mean directions, -1..1. */
  cosine: number;
  /** 95 %, by bootstrap over the works of both. */
  interval: Interval;
}

/**
 * How near two sets of works are: the cosine of their centroids (means of the directions). With few works centroids are rough; see the
 * interval.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: a set is empty, embeddings of different lengths or not finite
 */
export const centroidCosine = answering(
  'centroidCosine',
  (before: readonly Vector[], after: readonly Vector[], options: BootstrapOptions = {}): CentroidCosine => {
    const bootstrap = resolveOptions('centroidCosine', bootstrapOptions, options);
    const old = unitVectors('before', before, 1);
    const fresh = sameDimensions('after', unitVectors('after', after, 1), old);
    const cosine = (counts?: Uint32Array): number => {
      const a = unit(sumOf(old, counts?.subarray(0, old.length)));
      const b = unit(sumOf(fresh, counts?.subarray(old.length)));
      return a && b ? dot(a, b) : Number.NaN;
    };
    return { cosine: cosine(), interval: bootstrapInterval(old.length + fresh.length, bootstrap, cosine) };
  },
);

const gainRounds = z.array(z.strictObject({ first: z.number(), best: z.number() })).min(3);

/** One round: a judge's values of the first candidate and of the kept one. */
export interface GainRound {
  first: number;
  best: number;
}

export interface BestOfGain {
  n: number;
  first: number;
  best: number;
  /** mean(best) - mean(first). */
  gain: number;
  gainInterval: Interval;
}

/**
 * The gain of curation over keeping the first picture. Use values of an independent judge: with the values of the ranking itself the gain
 * is positive by construction.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: fewer than 3 rounds, values that are not finite
 */
export function bestOfGain(rounds: readonly GainRound[], options: BootstrapOptions = {}): BestOfGain {
  const given = resolveOptions('rounds', gainRounds, rounds);
  const bootstrap = resolveOptions('bestOfGain', bootstrapOptions, options);
  const n = given.length;
  const mean = (value: (round: GainRound) => number): number => given.reduce((sum, round) => sum + value(round), 0) / n;
  return {
    n,
    first: mean(({ first }) => first),
    best: mean(({ best }) => best),
    gain: mean(({ best, first }) => best - first),
    gainInterval: bootstrapInterval(n, bootstrap, (counts) =>
      given.reduce((sum, { best, first }, index) => sum + ((counts[index] ?? 0) * (best - first)) / n, 0),
    ),
  };
}
