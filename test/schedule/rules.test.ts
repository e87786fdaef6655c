import * as assert from 'uvu/assert';
import { isArtistError } from '../../lib/core/index.ts';
import { scheduleFigures } from '../../lib/schedule/figures.ts';
import type { JobOptions, RunItem } from '../../lib/schedule/job.ts';
import { isRetryable, retryDelay } from '../../lib/schedule/retry.ts';
import { collectDue } from '../../lib/schedule/rules/due.ts';
import { findJob, resumeJob } from '../../lib/schedule/rules/jobs.ts';
import { rotationOf } from '../../lib/schedule/rules/run-state.ts';
import { claimNext, dropStale, endRun, recordItem, recoverRuns, requestRun, withdrawRun } from '../../lib/schedule/rules/runs.ts';
import type { ScheduleState } from '../../lib/schedule/state.ts';
import { suite } from '../harness.ts';
import { at, stateWith } from './support.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = at('2026-03-01T08:00Z');
const nine = at('2026-03-01T09:00Z');
const daily: JobOptions = { when: 'daily 09:00', timeZone: 'UTC' };

function job(state: ScheduleState, id = 'j1') {
  return findJob(state, id);
}

/** Claims the next run and ends it at `now` with the given items. */
function perform(state: ScheduleState, now: number, items: Partial<RunItem>[]) {
  const claim = claimNext(state, now);
  if (!claim) throw new Error('nothing to claim');
  for (const [place, item] of items.entries())
    recordItem(state, claim.job.id, claim.run.id, { index: claim.indexes[place] ?? 0, outcome: 'done', seconds: 1, ...item });
  return { claim, events: endRun(state, claim, now, 'ended') };
}

const failed: Partial<RunItem> = { outcome: 'failed', code: 'ERR_GENERATE', message: 'blank', retryable: true };

suite('due, on time', (test) => {
  test('nothing before its time; then one run, once', () => {
    const state = stateWith(start, daily);
    assert.equal(collectDue(state, nine - 1), []);
    assert.is(collectDue(state, nine + 1000).length, 1);
    assert.is(collectDue(state, nine + 2000).length, 0);
    assert.is(job(state).waiting[0]?.id, 'j1-20260301T090000Z');
    const { events } = perform(state, nine + 3000, [{ result: { path: 'a.png' } }]);
    assert.is(events[0]?.type, 'ended');
    assert.is(state.history[0]?.outcome, 'done');
    assert.equal(state.history[0]?.results, [{ path: 'a.png' }]);
    assert.equal(job(state).totals, { ...job(state).totals, done: 1, missed: 0, worksDone: 1, worksDue: 1 });
    assert.is(claimNext(state, nine + hour), undefined);
  });

  test('one run at a time for each job; the next due run waits, further ones are missed', () => {
    const state = stateWith(start, { when: 'every 1m' });
    collectDue(state, start + minute);
    const claim = claimNext(state, start + minute);
    assert.ok(claim);
    for (let step = 2; step <= 5; step++) collectDue(state, start + step * minute);
    assert.is(job(state).waiting.length, 1);
    assert.is(claimNext(state, start + 5 * minute), undefined);
    assert.is(job(state).totals.missed, 3);
    assert.match(state.history.at(-1)?.message ?? '', /had not ended/);
  });

  test('missed runs that follow each other are one record', () => {
    const state = stateWith(start, { when: 'every 1m' });
    collectDue(state, start + minute);
    claimNext(state, start + minute);
    for (let step = 2; step <= 60; step++) collectDue(state, start + step * minute);
    assert.equal(
      state.history.map(({ outcome, count, works }) => [outcome, count, works.due]),
      [['missed', 58, 58]],
    );
  });

  test('a request is taken back until it begins', () => {
    const state = stateWith(start, daily);
    requestRun(state, 'j1', start, 'a');
    assert.ok(withdrawRun(state, 'j1-now-a', start));
    assert.not.ok(withdrawRun(state, 'j1-now-a', start));
    assert.is(claimNext(state, start), undefined);
    assert.is(state.history[0]?.outcome, 'cancelled');
    requestRun(state, 'j1', start, 'b');
    claimNext(state, start);
    assert.not.ok(withdrawRun(state, 'j1-now-b', start));
  });

  test('the longest-waiting run comes first, and requested runs before all others', () => {
    const state = stateWith(start, { when: 'daily 09:01', timeZone: 'UTC' }, daily, { when: 'daily 20:00', timeZone: 'UTC' });
    collectDue(state, nine + minute);
    requestRun(state, 'j3', nine + minute, 'x');
    const order = [1, 2, 3].map(() => perform(state, nine + minute, [{}]).claim.job.id);
    assert.equal(order, ['j3', 'j2', 'j1']);
  });
});

suite('misfires', (test) => {
  // Three runs are missed: 09:00, 10:00, 11:00; it is 11:30.
  const hourly = (options: Partial<JobOptions>): ScheduleState =>
    stateWith(start, { when: 'cron "0 9-20 * * *"', timeZone: 'UTC', ...options });
  const later = at('2026-03-01T11:30Z');
  const cases: [string, Partial<JobOptions>, { run: string[]; missed: number }][] = [
    ['skip runs none', { misfire: 'skip' }, { run: [], missed: 3 }],
    ['once runs the latest', { misfire: 'once' }, { run: ['110000'], missed: 2 }],
    ['all runs each', { misfire: 'all' }, { run: ['090000', '100000', '110000'], missed: 0 }],
    ['all within grace', { misfire: 'all', graceMs: 2 * hour }, { run: ['100000', '110000'], missed: 1 }],
    ['once, too old for its grace', { misfire: 'once', graceMs: 10 * minute }, { run: [], missed: 3 }],
  ];
  for (const [name, options, expected] of cases) {
    test(name, () => {
      const state = hourly(options);
      collectDue(state, later);
      assert.equal(
        job(state).waiting.map(({ id }) => id.slice(12, 18)),
        expected.run,
      );
      assert.is(job(state).totals.missed, expected.missed);
      assert.is(job(state).totals.caughtUp, expected.run.length);
      assert.is(
        state.history.reduce((sum, { count, outcome }) => sum + (outcome === 'missed' ? count : 0), 0),
        expected.missed,
      );
      assert.is(job(state).totals.worksDue, 3);
    });
  }

  test('a year off, minute by minute: bounded, counted, and the latest is run', () => {
    const state = stateWith(start, { when: 'every 1m', misfire: 'all', graceMs: 366 * 24 * hour });
    collectDue(state, start + 365 * 24 * hour);
    assert.is(job(state).waiting.length, 100);
    assert.is(job(state).totals.missed + job(state).waiting.length, 365 * 1440);
    assert.ok(state.history.length < 5);
  });

  test('runs due during a pause are not made up', () => {
    const state = hourly({ misfire: 'all' });
    job(state).paused = true;
    assert.equal(collectDue(state, later), []);
    resumeJob(state, 'j1', later);
    assert.equal(collectDue(state, later + 1000), []);
    assert.is(job(state).totals.missed, 0);
  });
});

suite('clock set back', (test) => {
  test('what has run does not run again', () => {
    const state = stateWith(start, daily);
    collectDue(state, nine);
    perform(state, nine, [{}]);
    assert.equal(
      collectDue(state, nine - hour).map(({ type }) => type),
      ['clock-back'],
    );
    assert.equal(collectDue(state, nine + 1000), []);
    assert.is(state.history.length, 1);
    // The next day goes on as usual.
    assert.is(collectDue(state, nine + 24 * hour).length, 1);
  });

  test('a clock that was years ahead for a moment does not stop the schedule for years', () => {
    const state = stateWith(start, daily);
    collectDue(state, at('2037-01-01T00:00Z'));
    collectDue(state, start + minute);
    const events = collectDue(state, nine + 1000);
    assert.equal(
      events.map(({ type }) => type),
      ['due'],
    );
  });

  test('a retry scheduled by a wrong clock does not wait for it', () => {
    const state = stateWith(start, { ...daily, backoffMs: hour });
    collectDue(state, nine);
    perform(state, nine, [failed]);
    assert.is(claimNext(state, nine), undefined);
    collectDue(state, nine - 5 * hour);
    assert.is(claimNext(state, nine - 5 * hour)?.run.attempt, 2);
  });
});

suite('failure', (test) => {
  test('a batch is partial if one work fails, failed if all do, and in neither case done', () => {
    const state = stateWith(start, { ...daily, count: 3, attempts: 1 });
    collectDue(state, nine);
    perform(state, nine, [{}, failed, {}]);
    assert.equal(
      [state.history[0]?.outcome, state.history[0]?.works, state.history[0]?.code],
      ['partial', { done: 2, due: 3 }, 'ERR_GENERATE'],
    );
    collectDue(state, nine + 24 * hour);
    perform(state, nine + 24 * hour, [failed, failed, failed]);
    assert.is(state.history[1]?.outcome, 'failed');
    const { totals } = job(state);
    assert.equal([totals.done, totals.partial, totals.failed, totals.worksDone, totals.worksDue], [0, 1, 1, 2, 6]);
  });

  test('a retry does the failed works only, after a growing wait', () => {
    const state = stateWith(start, { ...daily, count: 3, attempts: 3, backoffMs: minute });
    collectDue(state, nine);
    perform(state, nine, [{}, failed, {}]);
    assert.is(claimNext(state, nine + minute - 1), undefined);
    const second = perform(state, nine + minute, [failed]);
    assert.equal(second.claim.indexes, [1]);
    assert.is(second.claim.run.attempt, 2);
    assert.is(claimNext(state, nine + 2 * minute), undefined);
    const third = perform(state, nine + 3 * minute, [{}]);
    assert.is(third.claim.run.attempt, 3);
    assert.equal([state.history[0]?.outcome, state.history[0]?.attempts, job(state).totals.retries], ['done', 3, 2]);
  });

  test('no retry after a permanent error, none over the daily budget', () => {
    const state = stateWith(start, { when: 'every 1h', attempts: 5, backoffMs: 0, retriesPerDay: 3 });
    collectDue(state, start + hour);
    perform(state, start + hour, [{ ...failed, code: 'ERR_MODEL_NOT_FOUND', retryable: false }]);
    assert.equal([state.history[0]?.outcome, state.history[0]?.attempts], ['failed', 1]);
    collectDue(state, start + 2 * hour);
    for (let attempt = 1; attempt <= 4; attempt++) perform(state, start + 2 * hour, [failed]);
    assert.equal([state.history[1]?.outcome, state.history[1]?.attempts], ['failed', 4]);
    collectDue(state, start + 3 * hour);
    perform(state, start + 3 * hour, [failed]);
    assert.is(state.history[2]?.attempts, 1);
    collectDue(state, start + 28 * hour);
    perform(state, start + 28 * hour, [failed]);
    assert.ok(claimNext(state, start + 28 * hour), 'the budget is there again after a day');
  });

  test('backoff doubles up to an hour', () => {
    assert.equal(
      [1, 2, 3, 7, 30].map((attempt) => retryDelay(minute, attempt)),
      [minute, 2 * minute, 4 * minute, hour, hour],
    );
  });

  test('errors that are not ours are tried again', () => assert.ok(isRetryable(new TypeError('x'))));
});

suite('a daemon that died', (test) => {
  test('recorded works stay, the others are painted', () => {
    const state = stateWith(start, { ...daily, count: 3 });
    collectDue(state, nine);
    const claim = claimNext(state, nine);
    recordItem(state, 'j1', claim?.run.id ?? '', { index: 0, outcome: 'done', seconds: 1 });
    recoverRuns(state, nine + minute);
    const again = claimNext(state, nine + minute);
    assert.equal(again?.indexes, [1, 2]);
    assert.equal([again?.run.id, again?.run.attempt], [claim?.run.id, 1]);
  });

  test('a run that crashes the daemon repeatedly is given up', () => {
    const state = stateWith(start, { ...daily, count: 2 });
    collectDue(state, nine);
    for (let death = 0; death < 3; death++) {
      assert.ok(claimNext(state, nine));
      recoverRuns(state, nine);
    }
    assert.is(claimNext(state, nine), undefined);
    assert.equal([state.history[0]?.outcome, state.history[0]?.code], ['failed', 'ERR_INTERRUPTED']);
  });

  test('after days, waiting runs are missed and begun runs are closed', () => {
    const state = stateWith(start, daily, { ...daily, count: 2 });
    collectDue(state, nine);
    const claim = claimNext(state, nine);
    assert.is(claim?.job.id, 'j1');
    const second = claimNext(state, nine);
    recordItem(state, 'j2', second?.run.id ?? '', { index: 0, outcome: 'done', seconds: 1 });
    const much = nine + 72 * hour;
    recoverRuns(state, much);
    dropStale(state, much);
    assert.equal(
      state.history.map(({ jobId, outcome }) => [jobId, outcome]),
      [
        ['j1', 'failed'],
        ['j2', 'partial'],
      ],
    );
  });

  test('a try that was stopped normally does not count', () => {
    const state = stateWith(start, daily);
    collectDue(state, nine);
    const claim = claimNext(state, nine);
    if (!claim) throw new Error('nothing to claim');
    endRun(state, claim, nine, 'stopped');
    assert.equal([job(state).running, job(state).waiting[0]?.attempt, state.history.length], [null, 0, 0]);
  });
});

suite('rotation and names', (test) => {
  test('each work takes the next element, retries keep theirs', () => {
    const state = stateWith(start, { ...daily, count: 2, backoffMs: 0, rotation: ['sea', 'forest', 'city'] });
    const seen: unknown[] = [];
    for (let day = 0; day < 3; day++) {
      const now = nine + day * 24 * hour;
      collectDue(state, now);
      const { claim } = perform(state, now, [{}, failed]);
      seen.push(...claim.indexes.map((index) => rotationOf(claim.job, claim.run, index)));
      const retry = perform(state, now, [{}]);
      assert.is(rotationOf(retry.claim.job, retry.claim.run, 1), seen.at(-1));
    }
    assert.equal(seen, ['sea', 'forest', 'city', 'sea', 'forest', 'city']);
    assert.is(job(state).rotationAt, 0);
  });

  test('an unknown job is named with what is known', () => {
    const state = stateWith(start, daily, { ...daily, name: 'morning' });
    assert.is(findJob(state, 'morning').id, 'j2');
    try {
      findJob(state, 'j3');
      assert.unreachable();
    } catch (error) {
      assert.ok(isArtistError(error, 'ERR_NOT_FOUND'));
      assert.match(error.message, /Known: j1, j2/);
    }
  });

  test('the history is bounded', () => {
    const state = stateWith(start, { when: 'every 1m' });
    for (let step = 1; step <= 1100; step++) {
      collectDue(state, start + step * minute);
      perform(state, start + step * minute, [{}]);
    }
    assert.is(state.history.length, 1000);
    assert.is(job(state).totals.done, 1100);
  });
});

suite('schedule after a clock that was ahead', (test) => {
  test('runs recorded as missed in future years are removed from the history, the totals and the figures', () => {
    const now = at('2026-12-01T08:00Z');
    const state = stateWith(now, { when: 'every 1m', timeZone: 'UTC', misfire: 'skip' });
    collectDue(state, now + 5 * 60_000);
    const before = structuredClone(state.jobs[0]?.totals);
    collectDue(state, now + 5 * 365 * 86_400_000);
    assert.ok((state.jobs[0]?.totals.missed ?? 0) > 2_000_000);
    collectDue(state, now + 6 * 60_000);
    assert.equal(state.jobs[0]?.totals.missed, (before?.missed ?? 0) + 1);
    const { runs, works } = scheduleFigures(state.history, now + 6 * 60_000, 30);
    assert.ok(runs.missed <= 6, String(runs.missed));
    assert.ok(works.due <= 6, String(works.due));
  });
});
