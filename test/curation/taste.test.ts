import * as assert from 'uvu/assert';
import {
  type Duel,
  type Rating,
  seededRandom,
  type TasteHead,
  tasteHeadSchema,
  tasteScore,
  trainDuels,
  trainRatings,
} from '../../lib/doors/curation.ts';
import { suite } from '../harness.ts';
import { coded, near, normals, randomVectors } from './support.ts';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

/** Vectors of length 1, as CLIP's are. */
const embeddings = (count: number, dimensions: number, seed: number): Float32Array[] =>
  randomVectors(count, dimensions, seed).map((one) => one.map((value) => value / Math.sqrt(dot(one, one))));

const planted = embeddings(1, 16, 99)[0] as Float32Array;

suite('curation taste', (test) => {
  const one = Float32Array.of(1, 0);
  const wrong: [string, () => unknown, RegExp][] = [
    ['one rating', () => trainRatings([{ embedding: one, rating: 1 }]), /^ratings: expected at least 2 items/],
    [
      'equal ratings',
      () =>
        trainRatings([
          { embedding: one, rating: 3 },
          { embedding: one, rating: 3 },
        ]),
      /^ratings: expected different ratings, got 2 times 3/,
    ],
    [
      'ratings that are NaN',
      () =>
        trainRatings([
          { embedding: one, rating: Number.NaN },
          { embedding: one, rating: 3 },
        ]),
      /^0\.rating: expected a number/,
    ],
    [
      'embeddings of two models',
      () =>
        trainRatings([
          { embedding: one, rating: 1 },
          { embedding: Float32Array.of(1), rating: 3 },
        ]),
      /^ratings\.1: expected 2 values as in the first, got 1/,
    ],
    [
      'an embedding with NaN',
      () =>
        trainDuels([
          { winner: one, loser: Float32Array.of(Number.NaN, 1) },
          { winner: one, loser: one },
        ]),
      /^0\.loser: expected an embedding/,
    ],
    [
      'a ridge of 0',
      () =>
        trainDuels(
          [
            { winner: one, loser: one },
            { winner: one, loser: one },
          ],
          { ridge: 0 },
        ),
      /^ridge: expected a number over 0, got 0/,
    ],
    [
      'a head of another model',
      () =>
        tasteScore(
          trainRatings([
            { embedding: one, rating: 1 },
            { embedding: Float32Array.of(0, 1), rating: 3 },
          ]),
          Float32Array.of(1),
        ),
      /^embedding: expected 2 values, as the head was trained on, got 1/,
    ],
    ['a head of another version', () => tasteScore({ version: 2 } as unknown as TasteHead, one), /^version: expected 1, got 2/],
  ];
  for (const [what, act, message] of wrong) test(`rejects ${what}`, () => coded(act, 'ERR_INVALID_ARGUMENT', message));

  test('ridge by hand: x = -1, 1 and y = 0, 2 give w = 2 / (2 + ridge) and the mean as bias', () => {
    const head = trainRatings(
      [
        { embedding: Float32Array.of(-1), rating: 0 },
        { embedding: Float32Array.of(1), rating: 2 },
      ],
      { ridge: 2, model: 'tiny' },
    );
    near(head.weights[0] ?? 0, 0.5, 1e-12);
    near(head.bias, 1, 1e-12);
    near(tasteScore(head, Float32Array.of(3)), 2.5, 1e-12);
    assert.equal([head.version, head.kind, head.n, head.model], [1, 'ratings', 2, 'tiny']);
    // errors ±0.5 of spread 2
    near(head.metrics['r2'] ?? 0, 1 - 0.5 / 2, 1e-12);
  });

  test('ratings recover a planted direction through noise, and predict pictures that were not rated', () => {
    const normal = normals(5);
    const rated = embeddings(400, 16, 1).map(
      (embedding): Rating => ({ embedding, rating: 5 + 4 * dot(embedding, planted) + 0.3 * normal() }),
    );
    const head = trainRatings(rated, { ridge: 0.1 });
    assert.ok(cosine(head.weights, planted) > 0.99, String(cosine(head.weights, planted)));
    near(head.bias, 5, 0.05);
    for (const fresh of embeddings(20, 16, 2)) near(tasteScore(head, fresh), 5 + 4 * dot(fresh, planted), 0.4);
    assert.ok((head.metrics['looR2'] ?? 0) > 0.85, JSON.stringify(head.metrics));
  });

  test('the left-out error is that of training without each rating in turn', () => {
    const normal = normals(6);
    const rated = embeddings(9, 16, 3).map((embedding): Rating => ({ embedding, rating: dot(embedding, planted) + 0.1 * normal() }));
    const squares = rated.map(({ embedding, rating }, left) => {
      const head = trainRatings(
        rated.filter((_, index) => index !== left),
        { ridge: 0.5 },
      );
      return (tasteScore(head, embedding) - rating) ** 2;
    });
    near(trainRatings(rated, { ridge: 0.5 }).metrics['looError'] ?? 0, Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / 9), 1e-9);
  });

  test('examples beside count as their weight says, and the left-out error is of the own ratings, with all others known', () => {
    const normal = normals(16);
    const rate = (embedding: Float32Array): Rating => ({ embedding, rating: dot(embedding, planted) + 0.1 * normal() });
    const own = embeddings(8, 16, 51).map(rate);
    const others = embeddings(3, 16, 52).map(rate);
    const twice = trainRatings([...own, ...others], { ridge: 0.5 });
    const beside = trainRatings(own, { ridge: 0.5 }, { examples: others, weight: 1 });
    for (const [index, weight] of beside.weights.entries()) near(weight, twice.weights[index] ?? 9, 1e-9);
    assert.is(beside.n, 8);
    const half = trainRatings(own, { ridge: 0.5 }, { examples: [...others, ...others], weight: 0.5 });
    for (const [index, weight] of half.weights.entries()) near(weight, twice.weights[index] ?? 9, 1e-9);
    const squares = own.map(({ embedding, rating }, left) => {
      const rest = own.filter((_, index) => index !== left);
      return (tasteScore(trainRatings(rest, { ridge: 0.5 }, { examples: others, weight: 0.3 }), embedding) - rating) ** 2;
    });
    const { metrics } = trainRatings(own, { ridge: 0.5 }, { examples: others, weight: 0.3 });
    near(metrics['looError'] ?? 0, Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / 8), 1e-9);
    coded(() => trainRatings(own, {}, { examples: others, weight: 0 }), 'ERR_INVALID_ARGUMENT', /^weight: expected a number over 0/);
  });

  test('duels beside count as their weight says', () => {
    const [left, right] = [embeddings(12, 16, 61), embeddings(12, 16, 62)];
    const fought = left.map((winner, index): Duel => ({ winner, loser: right[index] ?? winner }));
    const [own, others] = [fought.slice(0, 8), fought.slice(8)];
    const all = trainDuels(fought, { ridge: 0.5 });
    const half = trainDuels(own, { ridge: 0.5 }, { examples: [...others, ...others], weight: 0.5 });
    for (const [index, weight] of half.weights.entries()) near(weight, all.weights[index] ?? 9, 1e-6);
    assert.is(half.n, 8);
  });

  test('noise teaches nothing, and looR2 says so where r2 flatters', () => {
    const normal = normals(7);
    const { metrics } = trainRatings(
      embeddings(40, 16, 4).map((embedding) => ({ embedding, rating: normal() })),
      { ridge: 0.01 },
    );
    assert.ok((metrics['r2'] ?? 0) > 0.2);
    assert.ok((metrics['looR2'] ?? 1) < 0.1, JSON.stringify(metrics));
  });

  test('a duel by hand: in one dimension the slope is zero where 2 / (1 + exp(2w)) · 2 = ridge · w', () => {
    const duel: Duel = { winner: Float32Array.of(1), loser: Float32Array.of(-1) };
    const { weights, metrics } = trainDuels([duel, duel], { ridge: 1 });
    const [w = 0] = weights;
    near(4 / (1 + Math.exp(2 * w)) - w, 0, 1e-6);
    assert.ok(w > 0.5 && w < 1);
    near(metrics['logLoss'] ?? 0, Math.log(1 + Math.exp(-2 * w)), 1e-9);
  });

  test('duels recover a planted direction from noisy wins', () => {
    const random = seededRandom(12);
    const [left, right] = [embeddings(1500, 16, 31), embeddings(1500, 16, 32)];
    const fought = left.map((a, index): Duel => {
      const b = right[index] ?? a;
      const aWins = random() < 1 / (1 + Math.exp(-6 * (dot(a, planted) - dot(b, planted))));
      return aWins ? { winner: a, loser: b } : { winner: b, loser: a };
    });
    const head = trainDuels(fought, { ridge: 0.1 });
    assert.ok(cosine(head.weights, planted) > 0.97, String(cosine(head.weights, planted)));
    // Scores are log odds: the planted strength was 6.
    near(Math.sqrt(dot(head.weights, head.weights)), 6, 0.9);
    assert.ok((head.metrics['accuracy'] ?? 0) > 0.75);
    assert.is(head.bias, 0);
  });

  test('duels that one direction decides stay finite: the ridge holds', () => {
    const head = trainDuels(
      embeddings(30, 4, 8).map((loser) => ({ winner: loser.map((value, at) => value + (at === 0 ? 50 : 0)), loser })),
      { ridge: 0.01 },
    );
    assert.ok(head.weights.every(Number.isFinite));
    assert.is(head.metrics['accuracy'], 1);
  });

  test('a head survives JSON', () => {
    const head = trainRatings(embeddings(20, 16, 41).map((embedding) => ({ embedding, rating: dot(embedding, planted) })));
    const read = tasteHeadSchema.parse(JSON.parse(JSON.stringify(head)));
    assert.equal(read, head);
    assert.is(tasteScore(read, planted), tasteScore(head, planted));
  });
});
