import * as assert from 'uvu/assert';
import { expectedGain, worthAnother } from '../../lib/doors/curation.ts';
import { suite } from '../harness.ts';
import { coded, near, normals } from './support.ts';

suite('curation adaptive number of candidates', (test) => {
  test('expected gain of a draw: known values, and a simulation', () => {
    near(expectedGain({ mean: 0, deviation: 1, best: 0 }), 1 / Math.sqrt(2 * Math.PI), 1e-6);
    near(expectedGain({ mean: 3, deviation: 0, best: 1 }), 2, 0);
    near(expectedGain({ mean: 0, deviation: 0, best: 1 }), 0, 0);
    const normal = normals(3);
    let sum = 0;
    for (let draw = 0; draw < 200_000; draw++) sum += Math.max(0, 2 + 0.5 * normal() - 2.4);
    near(expectedGain({ mean: 2, deviation: 0.5, best: 2.4 }), sum / 200_000, 0.001);
  });

  test('goes on until three are there, then as long as it is worth the seconds, never past the limit', () => {
    assert.equal(worthAnother([1, 2], { seconds: 1000 }).why, 'too-few');
    const totals = [-1, 0, 1];
    const cheap = worthAnother(totals, { seconds: 1 });
    assert.is(cheap.another, true);
    near(cheap.mean ?? 9, 0, 1e-12);
    near(cheap.deviation ?? 9, 1, 1e-12);
    near(cheap.worthSeconds ?? 0, (cheap.gain ?? 0) * 30, 1e-12);
    const dear = worthAnother(totals, { seconds: 20 });
    assert.equal([dear.another, dear.why], [false, 'not-worth-it']);
    assert.is(worthAnother(totals, { seconds: 20, secondsPerPoint: 600 }).another, true);
    assert.equal(worthAnother(Array(16).fill(0), { seconds: 0 }).why, 'limit');
    assert.is(worthAnother([2, 2, 2], { seconds: 0.001 }).another, false); // no spread, nothing to hope for
  });

  test('stopping by the rule is worth more than any fixed number, on rounds of normal scores', () => {
    const seconds = 2;
    const [perPoint, normal] = [30, normals(4)];
    const worth = (values: readonly number[]): number => Math.max(...values) * perPoint - values.length * seconds;
    let adaptive = 0;
    const fixed = new Map([1, 3, 16].map((n) => [n, 0]));
    for (let round = 0; round < 1500; round++) {
      const draws = Array.from({ length: 16 }, normal);
      let n = 0;
      while (worthAnother(draws.slice(0, n), { seconds, secondsPerPoint: perPoint }).another) n++;
      adaptive += worth(draws.slice(0, n));
      for (const [count, sum] of fixed) fixed.set(count, sum + worth(draws.slice(0, count)));
    }
    for (const [count, sum] of fixed) assert.ok(adaptive > sum, `${count}: ${sum / 1500}, by the rule ${adaptive / 1500}`);
  });

  test('bad values are refused by name', () => {
    coded(() => worthAnother([1, Number.NaN], { seconds: 1 }), 'ERR_INVALID_ARGUMENT', /^1|totals/);
    coded(() => worthAnother([1], { seconds: -1 }), 'ERR_INVALID_ARGUMENT', /^seconds: expected/);
  });
});
