import * as assert from 'uvu/assert';
import {
  bestOfGain,
  meanPairwiseCosine,
  novelty,
  seededRandom,
  styleConsistency,
  technicalTerm,
  vendiScore,
} from '../../lib/doors/curation.ts';
import { suite } from '../harness.ts';
import { coded, near, randomVectors } from './support.ts';

const vector = (...values: number[]): Float32Array => Float32Array.from(values);

/** The definition, pair by pair: an implementation that shares nothing with the streaming one. */
function naiveCosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [x = 0, y = 0] = [a[at], b[at]];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

function naiveMean(vectors: readonly ArrayLike<number>[], counts: (a: number, b: number) => boolean = () => true): number {
  const pairs: number[] = [];
  for (const [a, one] of vectors.entries())
    for (const [b, other] of vectors.entries()) if (a < b && counts(a, b)) pairs.push(naiveCosine(one, other));
  return pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
}

const normalised = (vector: ArrayLike<number>): number[] => {
  const values = Array.from(vector);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
};

suite('curation measures', (test) => {
  // [what, act, message]
  const wrong: [string, () => unknown, RegExp][] = [
    [
      'a work that is the mean of the reference',
      () => styleConsistency([vector(1, 0), vector(0, 1), vector(1, 1)], { reference: [vector(0, 2)] }),
      /^embeddings\.1: expected another vector than the mean of reference, got the same/,
    ],
    [
      'embeddings that are no list',
      () => vendiScore('x' as unknown as Float32Array[]),
      /^embeddings: expected an array of embeddings, got "x"/,
    ],
    [
      'too few resamples',
      () => styleConsistency(randomVectors(3, 3, 1), { resamples: 10 }),
      /^resamples: expected a number of at least 100, got 10/,
    ],
    ['one embedding has no pairs', () => meanPairwiseCosine([vector(1)]), /^embeddings: expected at least 2 embeddings, got 1/],
    ['lengths differ', () => meanPairwiseCosine([vector(1, 0), vector(1)]), /^embeddings\.1: expected 2 values as in the first, got 1/],
    ['all zero', () => meanPairwiseCosine([vector(1), vector(0)]), /^embeddings\.1: expected finite values, not all zero/],
    ['NaN', () => vendiScore([vector(Number.NaN)]), /^embeddings\.0: expected finite values/],
    ['no embedding', () => vendiScore([[1] as unknown as Float32Array]), /^embeddings\.0: expected an embedding \(Float32Array\)/],
    ['two works are no style', () => styleConsistency([vector(1), vector(1)]), /at least 3 embeddings, got 2/],
    [
      'a baseline of another count',
      () => styleConsistency(randomVectors(4, 3, 1), { baseline: randomVectors(3, 3, 1) }),
      /^baseline: expected 4, one for each embedding, got 3/,
    ],
    [
      'a reference of another model',
      () => styleConsistency(randomVectors(4, 3, 1), { reference: randomVectors(4, 2, 1) }),
      /^reference\.0: expected 3 values, got 2/,
    ],
    [
      'one subject',
      () => styleConsistency(randomVectors(3, 3, 1), { subjects: ['a', 'a', 'a'] }),
      /^subjects: expected at least 2 different ones, got 1/,
    ],
    ['an unknown option', () => styleConsistency(randomVectors(3, 3, 1), { base: [] } as object), /^base: unknown option/],
    ['the archive of another model', () => novelty(vector(1, 0), [vector(1)]), /^archive\.0: expected 2 values, got 1/],
    ['k = 0', () => novelty(vector(1), [vector(1)], 0), /^k: expected a number of at least 1, got 0/],
    [
      'a gain of NaN',
      () =>
        bestOfGain([
          { first: 1, best: 2 },
          { first: 1, best: 2 },
          { first: 1, best: Number.NaN },
        ]),
      /^2\.best: expected a number/,
    ],
  ];
  for (const [what, act, message] of wrong) test(`rejects: ${what}`, () => coded(act, 'ERR_INVALID_ARGUMENT', message));

  test('mean pairwise cosine by hand: two equal, one at a right angle: (1 + 0 + 0) / 3', () => {
    near(meanPairwiseCosine([vector(2, 0), vector(5, 0), vector(0, 3)]), 1 / 3, 1e-12);
    near(meanPairwiseCosine([vector(1, 0), vector(-1, 0)]), -1, 1e-12);
  });

  test('the streaming formula equals the sum over all pairs', () => {
    const vectors = randomVectors(40, 17, 3);
    near(meanPairwiseCosine(vectors), naiveMean(vectors), 1e-9);
  });

  test('centred, cross-subject and lift equal their definitions pair by pair', () => {
    const vectors = randomVectors(12, 8, 5).map((one) => one.map((value) => value + 1));
    const reference = randomVectors(9, 8, 6).map((one) => one.map((value) => value + 1));
    const baseline = randomVectors(12, 8, 7);
    const subjects = vectors.map((_, index) => `topic ${index % 5}`);
    const found = styleConsistency(vectors, { reference, baseline, subjects });
    const neutral = reference.map(normalised);
    const mean = neutral[0]?.map((_, at) => neutral.reduce((sum, one) => sum + (one[at] ?? 0), 0) / neutral.length) ?? [];
    const centred = vectors.map((one) => normalised(one).map((value, at) => value - (mean[at] ?? 0)));
    near(found.raw, naiveMean(vectors), 1e-9);
    near(found.centred ?? 0, naiveMean(centred), 1e-9);
    near(
      found.crossSubject ?? 0,
      naiveMean(vectors, (a, b) => a % 5 !== b % 5),
      1e-9,
    );
    near(found.lift ?? 0, naiveMean(vectors) - naiveMean(baseline), 1e-9);
    assert.is(found.n, 12);
  });

  test('what was not asked for is absent, not zero', () => {
    assert.equal(Object.keys(styleConsistency(randomVectors(5, 4, 1))).sort(), ['n', 'raw', 'rawInterval']);
  });

  test('identical works: 1, with an interval of no width (a resampled copy is no pair of its own)', () => {
    const { raw, rawInterval } = styleConsistency(Array.from({ length: 5 }, () => vector(1, 2, 3)));
    near(raw, 1, 1e-9);
    near(rawInterval[0], 1, 1e-9);
    near(rawInterval[1], 1, 1e-9);
  });

  test('resampling is not biased by copies: works at right angles stay at 0', () => {
    const { rawInterval } = styleConsistency([vector(1, 0, 0, 0), vector(0, 1, 0, 0), vector(0, 0, 1, 0), vector(0, 0, 0, 1)]);
    near(rawInterval[0], 0, 1e-9);
    near(rawInterval[1], 0, 1e-9);
  });

  test('the interval holds its value, repeats with its seed, and is narrower with more works', () => {
    const works = randomVectors(120, 6, 11).map((one) => one.map((value, at) => value + (at === 0 ? 2 : 0)));
    const few = styleConsistency(works.slice(0, 15), { seed: 4 });
    const many = styleConsistency(works, { seed: 4 });
    for (const { raw, rawInterval } of [few, many]) assert.ok(rawInterval[0] < raw && raw < rawInterval[1]);
    assert.ok(many.rawInterval[1] - many.rawInterval[0] < 0.6 * (few.rawInterval[1] - few.rawInterval[0]));
    assert.equal(styleConsistency(works.slice(0, 15), { seed: 4 }), few);
    assert.not.equal(styleConsistency(works.slice(0, 15), { seed: 5 }).rawInterval, few.rawInterval);
  });

  test('lift: a real style is above 0 with its interval, none is not', () => {
    const plain = randomVectors(30, 16, 21);
    const styled = plain.map((one) => one.map((value, at) => value + (at === 0 ? 4 : 0)));
    const { lift = 0, liftInterval = [0, 0] } = styleConsistency(styled, { baseline: plain });
    assert.ok(lift > 0.3 && liftInterval[0] > 0.2, `${lift} ${liftInterval}`);
    const none = styleConsistency(randomVectors(30, 16, 22), { baseline: plain });
    assert.ok((none.liftInterval?.[0] ?? 1) < 0 && (none.liftInterval?.[1] ?? -1) > 0);
  });

  test('novelty by hand: a copy 0, a right angle 1, the opposite 2; the nearest first', () => {
    const archive = [vector(0, 1), vector(1, 1), vector(2, 0), vector(-1, 0)];
    const found = novelty(vector(1, 0), archive, 2);
    near(found?.nearest ?? 9, 0, 1e-12);
    near(found?.mean ?? 9, 1 - (1 + Math.SQRT1_2) / 2, 1e-7);
    assert.equal(found?.neighbours, [2, 1]);
    near(novelty(vector(1, 0), [vector(0, 1)])?.nearest ?? 9, 1, 1e-12);
    near(novelty(vector(1, 0), [vector(-3, 0)])?.nearest ?? 9, 2, 1e-12);
    assert.is(novelty(vector(1, 0), []), undefined);
    near(novelty(vector(1, 0), archive, 99)?.mean ?? 9, 1 - (1 + Math.SQRT1_2 + 0 - 1) / 4, 1e-7);
  });

  test('Vendi score by hand: one picture n times is 1, n at right angles are n, two pairs are 2', () => {
    near(vendiScore([vector(1, 2), vector(2, 4), vector(3, 6)]), 1, 1e-6);
    near(vendiScore([vector(1, 0, 0), vector(0, 1, 0), vector(0, 0, 1)]), 3, 1e-9);
    near(vendiScore([vector(1, 0, 0), vector(1, 0, 0), vector(0, 1, 0), vector(0, 1, 0)]), 2, 1e-9);
    // cosine c: eigenvalues (1 ± c) / 2
    const c = 0.6;
    const entropy = -((1 + c) / 2) * Math.log((1 + c) / 2) - ((1 - c) / 2) * Math.log((1 - c) / 2);
    near(vendiScore([vector(1, 0), vector(0.6, 0.8)]), Math.exp(entropy), 1e-6);
  });

  test('Vendi score: the n x n and the d x d matrix agree', () => {
    // Padded with zeros the same vectors have d > n, which takes the other way.
    const vectors = randomVectors(25, 7, 9);
    const padded = vectors.map((one) => Float32Array.from({ length: 40 }, (_, at) => one[at] ?? 0));
    near(vendiScore(vectors), vendiScore(padded), 1e-9);
    assert.ok(vendiScore(vectors) > 4 && vendiScore(vectors) < 7);
  });

  test('best-of-N gain by hand, and its interval on numbers whose spread is known', () => {
    const three = bestOfGain([
      { first: 1, best: 2 },
      { first: 2, best: 2 },
      { first: 3, best: 5 },
    ]);
    assert.equal([three.n, three.first, three.best, three.gain], [3, 2, 3, 1]);
    assert.ok(three.gainInterval[0] >= 0 && three.gainInterval[1] <= 2);
    // 400 gains uniform in 0..1: mean 0.5, standard error 0.289 / 20 = 0.0144, so ± 0.028
    const random = seededRandom(1);
    const many = bestOfGain(
      Array.from({ length: 400 }, () => ({ first: 0, best: random() })),
      { resamples: 4000 },
    );
    near(many.gain, 0.5, 0.04);
    near(many.gainInterval[0], many.gain - 0.0283, 0.004);
    near(many.gainInterval[1], many.gain + 0.0283, 0.004);
  });

  test('the technical term: contrast up to 40, less burnt pixels; white and black do not count', () => {
    near(technicalTerm({ contrast: 20, burnt: 0 }), 0.5, 1e-12);
    near(technicalTerm({ contrast: 127, burnt: 0 }), 1, 1e-12);
    near(technicalTerm({ contrast: 60, burnt: 0.25 }), 0.75, 1e-12);
  });

  test('the seeded generator: same seed, same numbers, evenly spread over [0, 1)', () => {
    const [a, b] = [seededRandom(7), seededRandom(7)];
    const numbers = Array.from({ length: 10_000 }, a);
    assert.equal(numbers.slice(0, 5), Array.from({ length: 5 }, b));
    assert.ok(numbers.every((number) => number >= 0 && number < 1));
    near(numbers.reduce((sum, number) => sum + number, 0) / 10_000, 0.5, 0.012);
    assert.not.equal(seededRandom(8)(), numbers[0]);
  });
});
