import * as assert from 'uvu/assert';
import { createIds, isUlid, randomBelow, seededRandom, systemRandom, ulidTime, VirtualClock } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';

suite('core ids', (test) => {
  test('a ULID begins with its time: 01ARZ3NDEK for 2016-07-30T23:54:10.259Z, the example of its specification', () => {
    const id = createIds({ clock: new VirtualClock(1469922850259) })();
    assert.is(id.slice(0, 10), '01ARZ3NDEK');
    assert.is(ulidTime(id), 1469922850259);
    assert.ok(isUlid(id));
  });

  test('always larger than the one before: within a millisecond, and where the clock goes back', () => {
    const clock = new VirtualClock(1469922850259);
    const next = createIds({ clock });
    const ids = Array.from({ length: 2000 }, (_, index) => {
      if (index === 1000) clock.jump(-3_600_000);
      return next();
    });
    assert.equal([...ids].sort(), ids);
    assert.is(new Set(ids).size, 2000);
  });

  test('the same clock and seed give the same ids', () => {
    const [a, b] = [1, 2].map(() => createIds({ clock: new VirtualClock(5), random: seededRandom(9) }));
    assert.equal([a?.(), a?.()], [b?.(), b?.()]);
  });

  const wrong = [
    '',
    'x',
    '01ARZ3NDEKTSV4RRFFQ69G5FA',
    '01arz3ndektsv4rrffq69g5fav',
    '81ARZ3NDEKTSV4RRFFQ69G5FAV',
    '01ARZ3NDEKTSV4RRFFQ69G5FAU',
  ];
  for (const text of wrong) test(`no ULID: ${JSON.stringify(text)}`, () => assert.is(isUlid(text), false));

  test('numbers below a limit: all of them, and never the limit', () => {
    const random = seededRandom(3);
    assert.equal([...new Set(Array.from({ length: 200 }, () => randomBelow(random, 5)))].sort(), [0, 1, 2, 3, 4]);
    assert.is(
      randomBelow(() => 1 - 2 ** -53, 3),
      2,
    );
    const draws = Array.from({ length: 100 }, systemRandom);
    assert.ok(draws.every((value) => value >= 0 && value < 1));
    assert.ok(new Set(draws).size > 90);
  });
});
