import * as assert from 'uvu/assert';
import { isArtistError } from '../../lib/core/index.ts';
import { nextRuns, runsBetween } from '../../lib/schedule/time/occurrences.ts';
import { checkTimeZone, formatMoment } from '../../lib/schedule/time/time-zone.ts';
import { formatDuration, formatTiming, parseTiming, readDuration } from '../../lib/schedule/time/timing.ts';
import { suite } from '../harness.ts';
import { at, iso, jobOf } from './support.ts';

function refuses(work: () => unknown, says: RegExp): void {
  try {
    work();
  } catch (error) {
    assert.ok(isArtistError(error, 'ERR_INVALID_ARGUMENT'), String(error));
    assert.match(String(error), says);
    return;
  }
  assert.unreachable(`expected a refusal that says ${says}`);
}

suite('schedule expressions', (test) => {
  const good: [string[], unknown][] = [
    [['daily', '09:00'], { timing: { kind: 'daily', at: '09:00' } }],
    [['daily', '9:05'], { timing: { kind: 'daily', at: '09:05' } }],
    [['weekly', 'thu,mon', '18:30'], { timing: { kind: 'weekly', days: ['mon', 'thu'], at: '18:30' } }],
    [['every', '6h'], { timing: { kind: 'every', ms: 21_600_000 } }],
    [['every', '1h30m'], { timing: { kind: 'every', ms: 5_400_000 } }],
    [['cron', '0 9 * * *'], { timing: { kind: 'cron', expression: '0 9 * * *' } }],
    [['cron', '0', '9', '*', '*', 'MON-FRI'], { timing: { kind: 'cron', expression: '0 9 * * MON-FRI' } }],
    [['once', '2027-01-01T00:00'], { timing: { kind: 'once', at: '2027-01-01T00:00' } }],
    [['batch', '3@09:00'], { timing: { kind: 'daily', at: '09:00' }, count: 3 }],
    [['daily 09:00'], { timing: { kind: 'daily', at: '09:00' } }],
  ];
  for (const [words, parsed] of good) test(`reads ${JSON.stringify(words)}`, () => assert.equal(parseTiming(words), parsed));

  const bad: [string[], RegExp][] = [
    [['dayly', '09:00'], /did you mean daily\?/],
    [['daily'], /a time of day as HH:MM/],
    [['daily', '24:00'], /00:00\.\.23:59, got "24:00"/],
    [['daily', '09:00', '10:00'], /nothing behind daily 09:00, got "10:00"/],
    [['weekly', 'monn', '09:00'], /did you mean mon\?/],
    [['weekly', '', '09:00'], /days of mon, tue/],
    [['every', '6'], /duration such as 30m/],
    [['every', '10s'], /1m\.\.366d/],
    [['every', '0m'], /1m\.\.366d/],
    [['every', '400d'], /1m\.\.366d/],
    [['cron', '0 9 * *'], /five fields/],
    [['cron', '61 9 * * *'], /got "61 9 \* \* \*": .*61/],
    [['cron', '0 9 * * FUNDAY'], /got "0 9 \* \* FUNDAY": /],
    [['cron', '0 5-2 * * *'], /got "0 5-2 \* \* \*": /],
    [['cron', '0 0 9 * * *'], /five fields/],
    [['once', '2027-02-30T09:00'], /YYYY-MM-DDTHH:MM/],
    [['once', '2027-01-01T09:00Z'], /without an offset/],
    [['once', 'tomorrow'], /YYYY-MM-DDTHH:MM/],
    [['batch', '09:00'], /N@HH:MM/],
    [[''], /one of daily HH:MM/],
  ];
  for (const [words, says] of bad) test(`refuses ${words.join(' ') || 'nothing'}`, () => refuses(() => parseTiming(words), says));

  test('what is formatted is read again as the same', () => {
    for (const [words] of good) {
      const { timing } = parseTiming(words);
      const again = [...formatTiming(timing).matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
      assert.equal(parseTiming(again).timing, timing);
    }
  });

  test('durations both ways', () => {
    for (const text of ['45s', '1m', '1h30m', '2d', '1d1h1m']) assert.is(formatDuration(readDuration(text, 'x')), text);
    refuses(() => readDuration('6 hours', '--grace'), /^Artist.*--grace: expected a duration/);
  });

  const now = at('2026-11-25T12:00Z');
  const never: [Parameters<typeof jobOf>[0], RegExp][] = [
    [{ when: 'once 2020-01-01T00:00' }, /still to come in .*never due/],
    [{ when: 'cron "0 0 30 2 *"' }, /never due/],
    [{ when: 'daily 09:00', timeZone: 'Europe/Berln' }, /Did you mean Europe\/Berlin\?/],
    [{ when: 'daily 09:00', timeZone: 'New York' }, /Did you mean America\/New_York\?/],
    [{ when: 'every 1h', jitterMs: 3_600_000 }, /less than the interval/],
    [{ when: 'daily 09:00', quietHours: { from: '10:00', to: '10:00' } }, /two different times/],
    [{ when: 'batch 3@09:00', count: 4 }, /left out with batch 3/],
    [{ when: 'batch 99@09:00' }, /1\.\.64/],
  ];
  for (const [options, says] of never) test(`refuses a job: ${JSON.stringify(options)}`, () => refuses(() => jobOf(options, now), says));

  test('a zone is kept as the zone database spells it', () => assert.is(checkTimeZone('europe/berlin'), 'Europe/Berlin'));
});

suite('when a job is due', (test) => {
  const next = (options: Parameters<typeof jobOf>[0], from: string, count = 4): string[] =>
    iso(nextRuns(jobOf(options, at(from)), at(from), count));

  test('Berlin, clocks forward: 02:30 does not exist and runs at the first moment after the gap', () =>
    assert.equal(next({ when: 'daily 02:30', timeZone: 'Europe/Berlin' }, '2026-03-28T00:00Z', 3), [
      '2026-03-28T01:30Z',
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]));
  test('Berlin, clocks back: 02:30 comes twice and runs the first time', () =>
    assert.equal(next({ when: 'daily 02:30', timeZone: 'Europe/Berlin' }, '2026-10-24T00:00Z', 3), [
      '2026-10-24T00:30Z',
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]));
  test('New York, both ways', () => {
    assert.equal(next({ when: 'daily 02:30', timeZone: 'America/New_York' }, '2026-03-07T00:00Z', 3), [
      '2026-03-07T07:30Z',
      '2026-03-08T07:00Z',
      '2026-03-09T06:30Z',
    ]);
    assert.equal(next({ when: 'daily 01:30', timeZone: 'America/New_York' }, '2026-10-31T00:00Z', 3), [
      '2026-10-31T05:30Z',
      '2026-11-01T05:30Z',
      '2026-11-02T06:30Z',
    ]);
  });
  test('Lord Howe, whose clocks move by half an hour', () => {
    assert.equal(next({ when: 'daily 02:15', timeZone: 'Australia/Lord_Howe' }, '2026-10-02T00:00Z', 3), [
      '2026-10-02T15:45Z',
      '2026-10-03T15:30Z',
      '2026-10-04T15:15Z',
    ]);
    assert.equal(next({ when: 'daily 01:45', timeZone: 'Australia/Lord_Howe' }, '2026-04-03T00:00Z', 3), [
      '2026-04-03T14:45Z',
      '2026-04-04T14:45Z',
      '2026-04-05T15:15Z',
    ]);
  });
  test('once follows the same rule in gap and overlap', () => {
    assert.equal(next({ when: 'once 2026-03-29T02:30', timeZone: 'Europe/Berlin' }, '2026-03-01T00:00Z'), ['2026-03-29T01:00Z']);
    assert.equal(next({ when: 'once 2026-10-25T02:30', timeZone: 'Europe/Berlin' }, '2026-03-01T00:00Z'), ['2026-10-25T00:30Z']);
    assert.equal(next({ when: 'once 2026-10-04T02:15', timeZone: 'Australia/Lord_Howe' }, '2026-03-01T00:00Z'), ['2026-10-03T15:30Z']);
  });
  test('a cron interval skips the gap and runs in both repeated hours', () => {
    assert.equal(next({ when: 'cron "*/30 2 * * *"', timeZone: 'Europe/Berlin' }, '2026-03-28T12:00Z', 2), [
      '2026-03-30T00:00Z',
      '2026-03-30T00:30Z',
    ]);
    assert.equal(next({ when: 'cron "*/30 2 * * *"', timeZone: 'Europe/Berlin' }, '2026-10-24T12:00Z', 5), [
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
      '2026-10-26T01:00Z',
    ]);
  });
  test('`every` counts elapsed time since the job was made, independent of clock changes', () =>
    assert.equal(next({ when: 'every 6h', timeZone: 'Europe/Berlin' }, '2026-03-28T17:20Z', 4), [
      '2026-03-28T23:20Z',
      '2026-03-29T05:20Z',
      '2026-03-29T11:20Z',
      '2026-03-29T17:20Z',
    ]));
  test('weekly, over a change of the clocks', () =>
    assert.equal(next({ when: 'weekly thu,sun 18:30', timeZone: 'Europe/Berlin' }, '2026-03-25T00:00Z', 4), [
      '2026-03-26T17:30Z',
      '2026-03-29T16:30Z',
      '2026-04-02T16:30Z',
      '2026-04-05T16:30Z',
    ]));
  test('a year of daily 02:30 in three zones: one run for each day, none twice', () => {
    for (const timeZone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe']) {
      const job = jobOf({ when: 'daily 02:30', timeZone }, at('2026-01-01T00:00Z'));
      const { times } = runsBetween(job, at('2026-01-01T00:00Z'), at('2027-01-01T00:00Z'), 1000);
      assert.is(times.length, 365, timeZone);
      const days = new Set(times.map((time) => formatMoment(time, timeZone).slice(4, 14)));
      assert.is(days.size, 365, timeZone);
    }
  });
  test('shown in the zone of the job, with its offset', () =>
    assert.is(formatMoment(at('2026-03-29T01:00Z'), 'Europe/Berlin'), 'Sun 2026-03-29 03:00 +02:00'));
});

suite('jitter and quiet hours', (test) => {
  const from = at('2026-03-01T00:00Z');

  test('jitter delays each run by its own amount, the same for the same seed', () => {
    const options = { when: 'daily 09:00', timeZone: 'UTC', jitterMs: 1_800_000 };
    const times = nextRuns(jobOf({ ...options, seed: 5 }, from), from, 60);
    const delays = times.map((time) => (time % 86_400_000) - 9 * 3_600_000);
    assert.ok(delays.every((delay) => delay >= 0 && delay < 1_800_000));
    assert.ok(new Set(delays).size > 50);
    assert.equal(nextRuns(jobOf({ ...options, seed: 5 }, from), from, 60), times);
    assert.not.equal(nextRuns(jobOf({ ...options, seed: 6 }, from), from, 60), times);
  });

  test('asking from any moment finds the same runs', () => {
    const job = jobOf(
      { when: 'every 50m', timeZone: 'Europe/Berlin', jitterMs: 2_400_000, quietHours: { from: '22:00', to: '07:00' }, seed: 9 },
      from,
    );
    const all = nextRuns(job, from, 400);
    const end = all.at(-1) ?? 0;
    assert.equal(runsBetween(job, from, end, 1000).times, all);
    for (let step = from; step < (all.at(-4) ?? 0); step += 6_130_000) {
      assert.equal(nextRuns(job, step, 3), all.filter((time) => time > step).slice(0, 3), new Date(step).toISOString());
    }
  });

  test('a run in quiet hours waits for their end, and all that wait are one', () => {
    const job = jobOf({ when: 'every 1h', timeZone: 'Europe/Berlin', quietHours: { from: '22:00', to: '07:00' } }, at('2026-03-28T18:30Z'));
    assert.equal(iso(nextRuns(job, at('2026-03-28T18:30Z'), 4)), [
      '2026-03-28T19:30Z',
      '2026-03-28T20:30Z',
      '2026-03-29T05:00Z', // 07:00 of summer time
      '2026-03-29T05:30Z',
    ]);
  });

  test('quiet hours within a day', () => {
    const job = jobOf({ when: 'daily 13:00', timeZone: 'UTC', quietHours: { from: '12:00', to: '14:30' } }, from);
    assert.equal(iso(nextRuns(job, from, 2)), ['2026-03-01T14:30Z', '2026-03-02T14:30Z']);
  });

  test('a minute-wise job that was off for three years is listed to its end in seconds', () => {
    const job = jobOf({ when: 'cron "* * * * *"', timeZone: 'UTC' }, from);
    const started = performance.now();
    const upTo = from + 3 * 365 * 86_400_000;
    const { times, earlier } = runsBetween(job, from, upTo, 1000);
    assert.ok(performance.now() - started < 15_000);
    assert.is(times.length, 1000);
    assert.is(times.at(-1), upTo);
    assert.is(earlier + times.length, 3 * 365 * 1440);
  });
});
