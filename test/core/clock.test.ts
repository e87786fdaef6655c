import * as assert from 'uvu/assert';
import { systemClock, VirtualClock } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';

const start = Date.UTC(2026, 0, 1);
const hour = 3_600_000;

suite('core clock', (test) => {
  test('a virtual clock stands still, and goes through timers in order, each at its moment', async () => {
    const clock = new VirtualClock(start);
    const seen: [string, number][] = [];
    const note = (name: string) => () => seen.push([name, clock.now() - start]);
    clock.timer(2 * hour, note('second'));
    clock.timer(hour, note('first'));
    clock.timer(2 * hour, note('third'));
    clock.timer(90 * 24 * hour, note('never'));
    await clock.advance(3 * hour);
    assert.equal(seen, [
      ['first', hour],
      ['second', 2 * hour],
      ['third', 2 * hour],
    ]);
    assert.is(clock.now(), start + 3 * hour);
    assert.equal(clock.waiting, [start + 90 * 24 * hour]);
  });

  test('what a timer starts belongs to the same stretch: ninety days of one call an hour', async () => {
    const clock = new VirtualClock(start);
    let calls = 0;
    const loop = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(hour);
        calls++;
      }
    };
    void loop();
    await clock.advance(90 * 24 * hour);
    assert.is(calls, 90 * 24);
  });

  test('a jump moves the time of day, not the timers', async () => {
    const clock = new VirtualClock(start);
    let fired = false;
    clock.timer(hour, () => (fired = true));
    clock.jump(-5 * hour);
    assert.is(clock.now(), start - 5 * hour);
    await clock.advance(hour - 1);
    assert.is(fired, false);
    await clock.advance(1);
    assert.is(fired, true);
    assert.is(clock.monotonic(), hour);
  });

  test('a cancelled timer stays silent', async () => {
    const clock = new VirtualClock(start);
    let fired = false;
    clock.timer(hour, () => (fired = true)).cancel();
    await clock.advance(2 * hour);
    assert.is(fired, false);
  });

  for (const [name, clock] of [
    ['system', systemClock],
    ['virtual', new VirtualClock(start)],
  ] as const) {
    test(`${name}: sleep ends with the reason of its signal, and forgets its timer`, async () => {
      const reason = new Error('enough');
      const controller = new AbortController();
      const sleeping = clock.sleep(hour, { signal: controller.signal });
      controller.abort(reason);
      await assert.is(await sleeping.catch((error: unknown) => error), reason);
      await assert.is(await clock.sleep(1, { signal: controller.signal }).catch((error: unknown) => error), reason);
      if (clock instanceof VirtualClock) assert.equal(clock.waiting, []);
    });
  }

  test('the system clock waits, and takes more than setTimeout can count', async () => {
    const before = systemClock.monotonic();
    await systemClock.sleep(20);
    assert.ok(systemClock.monotonic() - before >= 19);
    let fired = false;
    const timer = systemClock.timer(2 ** 32, () => (fired = true));
    await systemClock.sleep(5);
    timer.cancel();
    assert.is(fired, false);
  });
});
