import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { placeOnMap } from '../../lib/artist/figures/map.ts';
import { recommendationsOf } from '../../lib/artist/figures/recommendations.ts';
import { type Placed, styleSpans } from '../../lib/artist/figures/style-spans.ts';
import type { WorkFacts } from '../../lib/artist/figures/work-facts.ts';
import { type RandomSource, seededRandom } from '../../lib/core/index.ts';
import { principalAxes } from '../../lib/curation/index.ts';
import { suite } from '../harness.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist figures-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let homes = 0;

/** A normally distributed number (Box and Muller). */
const normal = (random: RandomSource): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Vectors that vary in known directions: variance 9 along (1,1,0,…)/√2, 4 along (1,-1,0,…)/√2, 0.01 along the others. */
function cloud(count: number, seed: number, dimensions = 24): Float32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const [a, b] = [3 * normal(random), 2 * normal(random)];
    return Float32Array.from({ length: dimensions }, (_, at) => {
      if (at === 0) return 5 + (a + b) / Math.SQRT2;
      if (at === 1) return (a - b) / Math.SQRT2;
      return 0.1 * normal(random);
    });
  });
}

const facts = (index: number, given: Partial<WorkFacts>): WorkFacts => ({
  ...{
    id: String(index).padStart(6, '0'),
    createdAt: '2027-01-01T00:00:00Z',
    style: undefined,
    topic: undefined,
    tags: [],
    model: undefined,
  },
  ...{ rating: undefined, round: undefined, spans: { week: 'w', month: 'm', period: 'p1' } },
  ...given,
});

suite('figures of works', (test) => {
  test('principal axes: the directions and shares of a known cloud; the same again; none of a single point', () => {
    const found = principalAxes(cloud(4000, 1), 2);
    const [first = [], second = []] = found.axes.map((axis) => [...axis]);
    const along = (axis: number[], sign: number): number => Math.abs(((axis[0] ?? 0) + sign * (axis[1] ?? 0)) / Math.SQRT2);
    assert.ok(along(first, 1) > 0.999 && along(second, -1) > 0.999);
    assert.ok(Math.abs((found.shares[0] ?? 0) - 9 / 13.22) < 0.02 && Math.abs((found.shares[1] ?? 0) - 4 / 13.22) < 0.02);
    assert.ok(Math.abs((found.mean[0] ?? 0) - 5) < 0.2);
    assert.ok(Math.abs(first.reduce((sum, value, at) => sum + value * (second[at] ?? 0), 0)) < 1e-9);
    assert.equal(principalAxes(cloud(4000, 1), 2), found);
    assert.is(principalAxes([Float32Array.of(1, 2), Float32Array.of(1, 2)], 2).axes.length, 0);
  });

  test('a map keeps every place until there are twice as many works, and then turns as little as it can', async () => {
    const home = path.join(scratch, `home ${homes++}`);
    const options = { home, model: 'clip:1' };
    const few = cloud(60, 2);
    const before = await placeOnMap(few, options);
    assert.ok(Math.max(...before.x.map(Math.abs), ...before.y.map(Math.abs)) <= 1 + 1e-6);
    const more = [...few, ...cloud(59, 3)];
    const grown = await placeOnMap(more, options);
    assert.equal([[...grown.x.slice(0, 60)], [...grown.y.slice(0, 60)]], [[...before.x], [...before.y]]);
    // Works of another kind arrive: the largest variance has another direction now.
    const others = cloud(200, 4).map((vector) => vector.map((value, at) => (at === 1 ? 4 * value : value)));
    const after = await placeOnMap([...more, ...others], options);
    const moved = few.map((_, at) => Math.hypot((after.x[at] ?? 0) - (before.x[at] ?? 0), (after.y[at] ?? 0) - (before.y[at] ?? 0)));
    assert.ok(moved.some((distance) => distance > 0));
    assert.ok(Math.max(...moved) < 0.15, String(Math.max(...moved)));
    assert.equal(await placeOnMap([...more, ...others], options), after);
    // Vectors of another CLIP are another map.
    const other = await placeOnMap(cloud(60, 5, 12), { home, model: 'clip:2' });
    assert.is(other.x.length, 60);
    assert.equal((await placeOnMap([], options)).x.length, 0);
  });

  test('ratings by chance recommend nothing, a real preference among many names is found', () => {
    const random = seededRandom(9);
    const named = Array.from({ length: 300 }, (_, index) =>
      facts(index, {
        tags: Array.from({ length: 40 }, (_, tag) => `t${tag}`).filter(() => random() < 0.2),
        rating: 1 + Math.floor(random() * 5),
      }),
    );
    const chance = recommendationsOf(named, named);
    assert.is(chance.compared, 40);
    assert.equal(
      chance.names.filter(({ verdict }) => verdict !== 'open'),
      [],
    );
    const liking = named.map((one) => (one.tags.includes('t7') ? { ...one, rating: Math.min(5, (one.rating ?? 0) + 2) } : one));
    const [first, ...rest] = recommendationsOf(liking, liking).names;
    assert.equal([first?.name, first?.verdict, rest.filter(({ verdict }) => verdict !== 'open').length], ['t7', 'more', 0]);
    assert.ok((first?.interval[0] ?? 0) > 0);
  });

  test('what is often painted and hardly rated is asked for; three equal ratings of everything say nothing', () => {
    const all = Array.from({ length: 20 }, (_, index) =>
      facts(index, { style: index < 12 ? 'ink' : 'oil', rating: index < 8 ? 4 : undefined }),
    );
    const { names, unknown, mean } = recommendationsOf(
      all.filter(({ rating }) => rating !== undefined),
      all,
    );
    assert.equal([names, mean], [[], 4]);
    assert.equal(unknown, [{ kind: 'style', name: 'oil', works: 8, rated: 0 }]);
  });

  test('variety of two spans of different size is measured on sets of one size', () => {
    const unit = (vector: Float32Array): Float32Array => vector.map((value) => value / Math.hypot(...vector));
    const random = seededRandom(3);
    const wide = Array.from({ length: 300 }, () => unit(Float32Array.from({ length: 16 }, () => normal(random))));
    const narrow = Array.from({ length: 20 }, () => unit(Float32Array.from({ length: 16 }, (_, at) => (at === 0 ? 5 : normal(random)))));
    const placed = [...narrow, ...wide].map(
      (vector, index): Placed => ({ vector, facts: facts(index, { spans: { week: 'w', month: 'm', period: index < 20 ? 'p1' : 'p2' } }) }),
    );
    const [first, second] = styleSpans(placed, 'period');
    assert.equal([first?.vendi?.of, second?.vendi?.of, second?.n, second?.works], [10, 10, 200, 300]);
    assert.ok((first?.vendi?.interval[1] ?? 0) < (second?.vendi?.interval[0] ?? 0));
    assert.ok((first?.consistency?.interval[0] ?? 0) > (second?.consistency?.interval[1] ?? 0));
  });
});
