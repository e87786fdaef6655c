/** What posts brought teaches the taste, as much as the owner lets it. */
import * as assert from 'uvu/assert';
import { learnTaste, type Material } from '../../lib/artist/taste/learn-taste.ts';
import { tasteScore } from '../../lib/curation/index.ts';
import { normals, randomVectors } from '../curation/support.ts';
import { suite } from '../harness.ts';

const dimensions = 16;
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
const unit = (one: Float32Array): Float32Array => one.map((value) => value / Math.sqrt(dot(one, one)));
const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const [owner, crowd] = randomVectors(2, dimensions, 3).map(unit) as [Float32Array, Float32Array];

/** Works of which the first `rated` are rated by the owner's direction, and the others' posts did as the crowd's direction says. */
function world(rated: number, posted: number): { vectors: Map<string, Float32Array>; material: Material } {
  const normal = normals(11);
  const all = randomVectors(rated + posted, dimensions, 7).map((one, index) => [`w${index}`, unit(one)] as const);
  const ratings = all.slice(0, rated).map(([id, one]) => ({ id, rating: 3 + 2 * dot(one, owner) + 0.2 * normal() }));
  const standings = all.slice(rated).map(([id, one]) => ({ id, standing: 4 * dot(one, crowd) + 0.5 * normal() }));
  const duels = all.slice(0, rated - 1).map(([id, one], index) => {
    const [next, other] = all[index + 1] ?? [id, one];
    return dot(one, owner) > dot(other, owner) ? { winner: id, loser: next } : { winner: next, loser: id };
  });
  return { vectors: new Map(all), material: { ratings, duels, standings } };
}

suite('posts teach a taste', (test) => {
  test('without a weight they change nothing; the larger it is, the nearer the taste comes to the crowd', () => {
    const { vectors, material } = world(60, 200);
    const options = { model: 'tiny', ridge: 0.1 };
    for (const source of ['ratings', 'duels'] as const) {
      const heads = [0, 0.3, 1, 10].map((postsWeight) => learnTaste(source, material, vectors, { ...options, postsWeight }));
      const alone = learnTaste(source, { ...material, standings: [] }, vectors, { ...options, postsWeight: 1 });
      assert.equal(heads[0], alone);
      const towards = heads.map(({ weights }) => cosine(weights, crowd) - cosine(weights, owner));
      for (let index = 1; index < towards.length; index++) assert.ok((towards[index] ?? 0) > (towards[index - 1] ?? 0), String(towards));
      assert.ok((towards[1] ?? 1) < -0.2, 'below 1 the own ratings count more');
      assert.ok(Math.abs(towards[2] ?? 1) < 0.35, `at 1 both count as much: ${towards}`);
      assert.ok((towards[3] ?? -1) > 0.1, 'above 1 the owner has allowed it');
    }
  });

  test('it says how sure it is, and when the own ratings are explained less well', () => {
    const { vectors, material } = world(60, 200);
    const { metrics } = learnTaste('ratings', material, vectors, { model: 'tiny', ridge: 0.1, postsWeight: 1 });
    assert.equal([metrics['posts'], metrics['postsWeight']], [200, 0.3]);
    assert.ok((metrics['postsLooR2'] ?? 0) > 0.5, JSON.stringify(metrics));
    assert.ok((metrics['looR2'] ?? 1) < (metrics['looR2Alone'] ?? 0), JSON.stringify(metrics));
    const normal = normals(2);
    const chance = { ...material, standings: material.standings.map(({ id }) => ({ id, standing: normal() })) };
    const lucky = learnTaste('ratings', chance, vectors, { model: 'tiny', ridge: 0.1, postsWeight: 1 }).metrics;
    assert.ok((lucky['postsLooR2'] ?? 1) < 0.1, JSON.stringify(lucky));
  });

  test("a work that the owner rated keeps the owner's word; posts alone predict what posts bring", () => {
    const { vectors, material } = world(60, 0);
    const against = material.ratings.map(({ id, rating }) => ({ id, standing: 3 - rating }));
    const both = learnTaste('ratings', { ...material, standings: against }, vectors, { model: 'tiny', postsWeight: 10 });
    assert.equal(both, learnTaste('ratings', material, vectors, { model: 'tiny', postsWeight: 0 }));
    const posts = world(2, 200);
    const head = learnTaste('posts', posts.material, posts.vectors, { model: 'tiny', ridge: 0.1, postsWeight: 0 });
    const [fresh] = randomVectors(1, dimensions, 90).map(unit) as [Float32Array];
    assert.ok(Math.abs(tasteScore(head, fresh) - 4 * dot(fresh, crowd)) < 0.6);
  });
});
