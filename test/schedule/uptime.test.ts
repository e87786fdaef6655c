import { readFileSync, writeFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../lib/core/index.ts';
import {
  lifetimeTotals,
  ScheduleDaemon,
  ScheduleStore,
  scheduleFiles,
  UptimeBook,
  type UptimeSpan,
  uptimeOver,
} from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { at, newHome, until } from './support.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = at('2026-04-01T00:00Z');

const span = (from: string, to: string, stopped = false): UptimeSpan => ({ from: at(from), to: at(to), stopped });

suite('uptime', (test) => {
  test('shares over spans: stops by hand are not losses', () => {
    const spans = [
      span('2026-03-20T00:00Z', '2026-03-25T00:00Z', true),
      span('2026-03-26T00:00Z', '2026-03-28T00:00Z'),
      span('2026-03-29T00:00Z', '2026-04-01T00:00Z'),
    ];
    const { share, shareWithoutStops, aliveSeconds, stoppedSeconds, lostSeconds, since } = uptimeOver(spans, now, 90);
    assert.equal(
      [aliveSeconds, stoppedSeconds, lostSeconds].map((seconds) => seconds / 86_400),
      [10, 1, 1],
    );
    assert.equal([share, shareWithoutStops, since], [10 / 12, 10 / 11, '2026-03-20T00:00:00.000Z']);
    // The last seven days begin in the middle of the second span's gap before it.
    const week = uptimeOver(spans, now, 7);
    assert.equal(
      [week.aliveSeconds, week.stoppedSeconds, week.lostSeconds].map((seconds) => seconds / 86_400),
      [5, 1, 1],
    );
  });

  test('never ran, just started, gone for longer than the window', () => {
    assert.equal([uptimeOver([], now, 7).share, uptimeOver([], now, 7).since], [null, null]);
    assert.is(uptimeOver([{ from: now, to: now, stopped: false }], now, 7).share, null);
    const gone = uptimeOver([span('2026-03-01T00:00Z', '2026-03-02T00:00Z')], now, 7);
    assert.equal([gone.share, gone.lostSeconds], [0, 7 * 86_400]);
  });

  test('the time since the last beat counts while it runs, and spans that overlap count once', () => {
    const running = [span('2026-03-31T00:00Z', '2026-03-31T23:59Z')];
    assert.is(uptimeOver(running, now, 1, true).share, 1);
    assert.ok((uptimeOver(running, now, 1, false).share ?? 1) < 1);
    const back = [span('2026-03-31T00:00Z', '2026-03-31T12:00Z'), span('2026-03-31T10:00Z', '2026-04-01T00:00Z')];
    assert.equal([uptimeOver(back, now, 1).share, uptimeOver(back, now, 1).aliveSeconds], [1, 86_400]);
    // The clock is set back to before all spans: future spans do not count.
    assert.is(uptimeOver(back, at('2026-03-30T00:00Z'), 1).share, null);
  });

  test('the book: beats that follow each other are one span; sleep, a crash and a clock set back begin another', async () => {
    const clock = new VirtualClock(now);
    const book = new UptimeBook(newHome(), { clock });
    await book.begin();
    for (let minute = 0; minute < 5; minute++) {
      await clock.advance(60_000);
      await book.beat();
    }
    clock.jump(3 * hour);
    await book.beat();
    clock.jump(-2 * hour);
    await book.beat();
    await book.end();
    await clock.advance(1000);
    await book.begin();
    assert.equal(
      (await book.spans()).map(({ from, to, stopped }) => [(from - now) / 60_000, (to - now) / 60_000, stopped]),
      [
        [0, 5, false],
        [185, 185, false],
        [65, 65, true],
        [65 + 1 / 60, 65 + 1 / 60, false],
      ],
    );
    // Only a hundred days are kept.
    await clock.advance(120 * day);
    await book.begin();
    assert.is((await book.spans()).length, 1);
  });

  test('a daemon keeps the record: planned stops differ from crashes', async () => {
    const clock = new VirtualClock(now);
    const home = newHome();
    const store = new ScheduleStore(home, { clock });
    const daemon = await ScheduleDaemon.start({ store, run: async () => undefined });
    await clock.advance(30_000);
    await daemon.stop();
    assert.equal(
      (await new UptimeBook(home, { clock }).spans()).map(({ from, to, stopped }) => [to - from, stopped]),
      [[30_000, true]],
    );
    // A process that only serves run-now does not count as uptime.
    await store.add({ when: 'daily 09:00' });
    const { id } = await store.runNow('j1');
    const once = await ScheduleDaemon.start({ store, run: async () => undefined, only: id, tickMs: 10 });
    await until('the run', async () => (await store.history()).length === 1);
    await once.stop();
    assert.is((await new UptimeBook(home).spans()).length, 1);
  });

  test('a state file of the previous version gets the missing fields; totals outlive their jobs', async () => {
    const home = newHome();
    const store = new ScheduleStore(home);
    await store.add({ when: 'daily 09:00' });
    const { state } = scheduleFiles(home);
    const old = JSON.parse(readFileSync(state, 'utf8')) as { version: number; data: Record<string, unknown> };
    old.version = 1;
    delete old.data['removed'];
    writeFileSync(state, JSON.stringify(old));
    const { id } = await store.runNow('j1');
    const daemon = await ScheduleDaemon.start({ store, run: async () => undefined, only: id, tickMs: 10 });
    await until('the run', async () => (await store.history()).length === 1);
    await daemon.stop();
    await store.remove('j1');
    const after = await store.read();
    assert.equal([after.jobs.length, lifetimeTotals(after).done, lifetimeTotals(after).worksDone], [0, 1, 1]);
    assert.is((JSON.parse(readFileSync(state, 'utf8')) as { version: number }).version, 3);
  });
});
