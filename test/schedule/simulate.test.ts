import * as assert from 'uvu/assert';
import { ArtistError } from '../../lib/core/index.ts';
import { type SimulateOptions, simulateSchedule } from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { at } from './support.ts';

const day = 86_400_000;

/** Ninety days over the spring change of the clocks, three zones, a daemon that is off for a weekend and crashes twice. */
const ninety: SimulateOptions = {
  from: at('2026-02-01T00:00Z'),
  to: at('2026-02-01T00:00Z') + 90 * day,
  seed: 11,
  jobs: [
    { when: 'daily 02:30', timeZone: 'Europe/Berlin', rotation: ['sea', 'forest', 'city'] },
    { when: 'daily 02:30', timeZone: 'America/New_York', misfire: 'skip' },
    { when: 'batch 3@02:15', timeZone: 'Australia/Lord_Howe', misfire: 'all', graceMs: 2 * day, jitterMs: 600_000 },
    { when: 'every 6h', timeZone: 'UTC', quietHours: { from: '22:00', to: '07:00' } },
  ],
  outages: [
    { from: at('2026-02-14T00:00Z'), to: at('2026-02-16T00:00Z') },
    { from: at('2026-03-29T00:59:50Z'), to: at('2026-03-29T01:00:20Z'), crash: true },
    { from: at('2026-04-02T01:30:20Z'), to: at('2026-04-02T01:32:00Z'), crash: true },
  ],
  work: (_, random) => ({
    seconds: 20 + 40 * random(),
    ...(random() < 0.1 && { error: new ArtistError('ERR_GENERATE', 'blank') }),
  }),
};

suite('simulateSchedule', (test) => {
  test('ninety days: every due run is accounted for, none twice', async () => {
    const started = performance.now();
    const result = await simulateSchedule(ninety);
    assert.ok(performance.now() - started < 20_000, 'seconds, not days');
    assert.is(result.duplicates, 0);
    for (const job of result.jobs) {
      const { done, partial, failed, missed, cancelled } = job.outcomes;
      assert.is(done + partial + failed + missed, job.due, `${job.id} ${job.name}`);
      assert.is(cancelled, 0);
      assert.ok(job.works.done <= job.works.due);
    }
    const [berlin, newYork, lordHowe, sixHours] = result.jobs;
    // One run a day, the days of the change included.
    assert.equal([berlin?.due, newYork?.due, lordHowe?.due], [90, 90, 90]);
    // The runs of 00:00 and 06:00 wait until 07:00 and are merged.
    assert.is(sixHours?.due, 3 * 90);
    // Weekend off: `skip` misses both, `once` makes up the latest, `all` makes up each.
    assert.is(newYork?.outcomes.missed, 2);
    assert.equal([berlin?.outcomes.missed, berlin?.caughtUp], [2, 0]);
    assert.equal([lordHowe?.outcomes.missed, lordHowe?.caughtUp], [0, 2]);
    assert.ok((result.successRate ?? 0) > 0.9 && (result.successRate ?? 1) < 1);
  });

  test('equal seeds give equal results, others differ', async () => {
    const [first, again, other] = [
      await simulateSchedule(ninety),
      await simulateSchedule(ninety),
      await simulateSchedule({ ...ninety, seed: 12 }),
    ];
    assert.equal(again, first);
    assert.not.equal(other.records, first.records);
  });

  test('a crash during a work: the work is repeated, and recorded once', async () => {
    const result = await simulateSchedule({
      from: at('2026-03-01T00:00Z'),
      to: at('2026-03-02T00:00Z'),
      jobs: [{ when: 'batch 3@09:00', timeZone: 'UTC' }],
      outages: [{ from: at('2026-03-01T09:00:45Z'), to: at('2026-03-01T09:10:00Z'), crash: true }],
    });
    assert.equal(
      result.starts.map(({ runId }) => runId),
      ['j1-20260301T090000Z', 'j1-20260301T090000Z'],
    );
    assert.equal([result.records.length, result.records[0]?.outcome, result.duplicates], [1, 'done', 0]);
  });

  test('a job that always fails is recorded as failed: nothing "succeeds"', async () => {
    const result = await simulateSchedule({
      from: at('2026-03-01T00:00Z'),
      to: at('2026-03-11T00:00Z'),
      jobs: [{ when: 'batch 3@09:00', timeZone: 'UTC' }],
      work: () => ({ seconds: 1, error: new Error('no') }),
    });
    assert.equal([result.successRate, result.jobs[0]?.outcomes.failed, result.jobs[0]?.works.done], [0, 10, 0]);
  });

  test('runs longer than their interval: missed runs are counted once', async () => {
    const result = await simulateSchedule({
      from: at('2026-03-01T00:00Z'),
      to: at('2026-03-01T04:00Z'),
      jobs: [{ when: 'every 1m' }],
      work: () => ({ seconds: 600 }),
    });
    const [job] = result.jobs;
    const { done = 0, missed = 0 } = job?.outcomes ?? {};
    assert.is(job?.due, 240);
    // At the end one is running and one is waiting.
    assert.ok(done + missed >= 238 && done + missed <= 240, `${done} done, ${missed} missed`);
    assert.ok(done >= 23);
  });

  test('no runs: no rate is invented', async () => {
    const result = await simulateSchedule({
      from: at('2026-03-01T00:00Z'),
      to: at('2026-03-01T01:00Z'),
      jobs: [{ when: 'daily 09:00', timeZone: 'UTC' }],
    });
    assert.is(result.successRate, null);
  });
});
