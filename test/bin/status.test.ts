import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ArtistError } from '../../lib/core/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { openQueue, ScheduleDaemon, ScheduleStore } from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { until } from '../schedule/support.ts';
import { ledger, paint } from '../service/homes.ts';
import { type CliResult, cliSeries, jsonOf, scratch } from './support.ts';

let homes = 0;
function newHome(): string {
  const home = path.join(scratch, `status 🎨 ${homes++}`);
  mkdirSync(home);
  return home;
}

interface Status {
  schedule: {
    daemon: { pid: number } | null;
    jobs: { all: number };
    success: { days: number; successRate: number | null; secondsPerWork: number | null }[];
    uptime: { days: number; share: number | null; shareWithoutStops: number | null }[];
    next: { name: string; at: string }[];
    lastErrors: { jobId: string; code: string }[];
  };
  works: {
    inGallery: { works: number };
    tally: { works: number; candidates: number };
    perDay: { days: number; works: number | null }[];
    meanPaintingSeconds: number;
  };
  style: { n: number; raw: number; rawInterval: [number, number] } | null;
  queue: { driver: string; tasks: { waiting: number } } | null;
  disk: { parts: Record<string, number>; freeBytes: number } | null;
  problems: { part: string; code: string }[];
}

const statusOf = (result: CliResult | undefined): Status => jsonOf(result as CliResult) as unknown as Status;

suite('bin status', { timeoutMs: 120_000 }, (test) => {
  test('the figures of a home, while its schedule runs and when it does not', async () => {
    const home = newHome();
    const gallery = new Gallery({ home });
    for (let i = 0; i < 4; i++) await paint({ gallery }, ledger(10, { rejected: 1, direction: i * 0.1 }));
    const store = new ScheduleStore(home);
    await store.add({ when: 'daily 09:00', timeZone: 'UTC', name: 'mornings' });
    await store.add({ when: 'daily 10:00', timeZone: 'UTC', attempts: 1, payload: 'fails' });
    await (await openQueue({ driver: 'file', home })).add(null);
    const daemon = await ScheduleDaemon.start({
      store,
      tickMs: 10,
      run: async ({ payload }) => {
        if (payload === 'fails') throw new ArtistError('ERR_GENERATE', 'blank, at redis://u:sesame99@h');
        return null;
      },
    });
    await store.runNow('j1');
    await store.runNow('j2');
    await until('both runs', async () => (await store.history()).length === 2);
    const lines = [
      ['status', '--json', '--home', home],
      ['status', '--no-disk', '--home', home],
    ];
    const [running, text] = await cliSeries(lines);
    await daemon.stop();
    const [stopped] = await cliSeries(lines.slice(0, 1));
    const on = statusOf(running);
    assert.is(running?.code, 0, running?.stderr);
    assert.is(on.schedule.daemon?.pid, process.pid);
    assert.is(on.schedule.jobs.all, 2);
    assert.equal(
      on.schedule.success.map(({ days, successRate }) => [days, successRate]),
      [
        [7, 0.5],
        [30, 0.5],
        [90, 0.5],
      ],
    );
    assert.ok((on.schedule.success[0]?.secondsPerWork ?? -1) >= 0);
    assert.ok(on.schedule.uptime.every(({ share }) => (share ?? 0) > 0.99));
    assert.ok(on.schedule.next.some(({ name }) => name === 'mornings'));
    assert.equal([on.schedule.lastErrors.length, on.schedule.lastErrors[0]?.code], [1, 'ERR_GENERATE']);
    assert.equal([on.works.inGallery.works, on.works.tally.works, on.works.tally.candidates], [4, 4, 8]);
    assert.is(on.works.meanPaintingSeconds, 20);
    assert.equal(
      on.works.perDay.map(({ days }) => days),
      [7, 30, 90],
    );
    assert.ok(on.style && on.style.n === 4 && on.style.rawInterval[0] <= on.style.raw && on.style.raw <= on.style.rawInterval[1]);
    assert.equal([on.queue?.driver, on.queue?.tasks.waiting], ['file', 1]);
    assert.ok((on.disk?.parts['gallery'] ?? 0) > 0);
    assert.equal(on.problems, []);
    for (const line of [
      /^schedule +2 jobs, 0 paused, \d running; running since \d{4}-\S+ \S+ [+-]\d\d:\d\d \(process \d+\)$/m,
      /^uptime +\d+\.\d\d % of the time the schedule was running(, since \d+[smh] ago)?$/m,
      /^success rate +50\.0 % of the runs painted all their works$/m,
      /^works a day +4\.00/m,
      /^seconds a work +/m,
      /^likeness +0\.9\d\d of 1 \(0\.\d+ to 0\.\d+\): how alike two of the latest 4 works are$/m,
      /^queue +1 waiting, 0 running, 0 failed \(file\)$/m,
      /^last error +\S+ \S+ [+-]\d\d:\d\d {2}j2 failed: ERR_GENERATE: blank, at redis:\/\/u:\(secret\)@h/m,
    ])
      assert.match(text?.stdout ?? '', line);
    assert.not.match(text?.stdout ?? '', /^disk/m);
    const off = statusOf(stopped);
    assert.is(off.schedule.daemon, null);
    assert.ok(off.schedule.uptime.every(({ shareWithoutStops }) => shareWithoutStops === 1));
  });

  test('a new home: no invented values; a part that cannot be read is named, the others are shown', async () => {
    const broken = newHome();
    writeFileSync(path.join(broken, 'gallery'), 'a file where a folder should be');
    const [fresh, text, bad] = await cliSeries([
      ['status', '--json', '--home', newHome()],
      ['status', '--home', newHome()],
      ['status', '--json', '--home', broken, '--queue', 'redis://127.0.0.1:1'],
    ]);
    const none = statusOf(fresh);
    assert.is(fresh?.code, 0, fresh?.stderr);
    assert.ok(none.schedule.success.every(({ successRate }) => successRate === null));
    assert.ok(none.schedule.uptime.every(({ share }) => share === null));
    assert.equal([none.style, none.queue, none.works.tally.works], [null, null, 0]);
    assert.match(text?.stdout ?? '', /^uptime +the schedule has not run yet$/m);
    const damaged = statusOf(bad);
    assert.is(bad?.code, 1);
    assert.ok(damaged.problems.some(({ part, code }) => part === 'queue' && code === 'ERR_NETWORK'));
    assert.ok(damaged.schedule && damaged.disk);
  });
});

suite('bin simulate', { timeoutMs: 120_000 }, (test) => {
  const ninety = ['simulate', '--start', '2026-02-01', '--tz', 'Europe/Berlin', '--job', 'daily 02:30', '--job', 'batch 3@09:00', '--json'];
  interface Simulated {
    digest: string;
    seconds: number;
    duplicates: number;
    successRate: number;
    days: number;
    runs: { due: number; done: number; failed: number; missed: number; caughtUp: number; partial: number };
    works: { done: number; due: number };
    worksPerDay: { mean: number; least: number; most: number; days: Record<string, number> };
    clockChanges: { day: string; byMinutes: number; due: number; done: number }[];
  }
  const simulated = (result: CliResult | undefined): Simulated => jsonOf(result as CliResult) as unknown as Simulated;

  test('ninety days over a change of the clocks, with outages: counted, none twice, the same again', async () => {
    const outages = ['--down', '2026-03-01T00:00..2026-03-03T00:00', '--kill', '2026-04-10T09:00..2026-04-10T09:30'];
    const [first, again, other, calm] = await cliSeries([
      [...ninety, ...outages, '--seed', '5'],
      [...ninety, ...outages, '--seed', '5'],
      [...ninety, ...outages, '--seed', '6'],
      [...ninety, '--failure-rate', '0'],
    ]);
    const one = simulated(first);
    assert.is(first?.code, 0, first?.stderr);
    assert.equal([one.days, one.runs.due, one.duplicates], [90, 180, 0]);
    assert.is(one.runs.done + one.runs.partial + one.runs.failed + one.runs.missed, 180);
    // Two days without power: afterwards each job's run of the first day is too old, that of the second may be caught up.
    assert.ok(one.runs.missed >= 2 && one.runs.missed <= 4, String(one.runs.missed));
    assert.is(Object.keys(one.worksPerDay.days).length, 90);
    assert.is(
      Object.values(one.worksPerDay.days).reduce((sum, count) => sum + count, 0),
      one.works.done,
    );
    assert.equal(one.clockChanges, [{ timeZone: 'Europe/Berlin', day: '2026-03-29', byMinutes: 60, due: 2, done: 2 }]);
    assert.ok(one.seconds < 20, String(one.seconds));
    assert.is(simulated(again).digest, one.digest);
    assert.is.not(simulated(other).digest, one.digest);
    const well = simulated(calm);
    assert.equal(
      [well.successRate, well.works.done, well.worksPerDay.least, well.worksPerDay.most, well.worksPerDay.mean],
      [1, 360, 4, 4, 4],
    );
  });

  test('the schedule of the home, which stays as it is', async () => {
    const home = newHome();
    const store = new ScheduleStore(home);
    await store.add({ when: 'daily 09:00', timeZone: 'UTC', count: 2 });
    await store.add({ when: 'daily 11:00', timeZone: 'UTC' });
    await store.pause('j2');
    const before = await store.version();
    const [result, text] = await cliSeries([
      ['simulate', '--days', '10', '--failure-rate', '0', '--home', home, '--json'],
      ['simulate', '--days', '10', '--home', home],
    ]);
    assert.equal(simulated(result).works, { done: 20, due: 20 });
    assert.match(text?.stderr ?? '', /1 of 2 jobs are paused, over or broken/);
    assert.match(text?.stdout ?? '', /^success rate +\d/m);
    assert.is(await store.version(), before);
  });

  // [arguments, message]
  const wrong: [string[], RegExp][] = [
    [['--days', '0'], /--days: expected an integer 1\.\.3660, got 0/],
    [['--start', 'tomorrow'], /expected a moment/],
    [['--tz', 'Berlin'], /Did you mean Europe\/Berlin\?/],
    [['--job', 'dayly 09:00'], /did you mean daily\?/],
    [['--down', '2026-03-01'], /--down: expected FROM\.\.TO/],
    [['--down', '2026-03-03T00:00..2026-03-01T00:00'], /--down: expected a time that ends after it begins/],
    [['--down', '2026-03-01..2026-03-05', '--kill', '2026-03-02..2026-03-03'], /do not overlap/],
    [['--failure-rate', '2'], /--failure-rate: expected a number 0\.\.1, got 2/],
  ];
  test('wrong usage exits 2 and says how', async () => {
    const results = await cliSeries(wrong.map(([args]) => ['simulate', ...args]));
    for (const [index, [args, says]] of wrong.entries()) {
      assert.is(results[index]?.code, 2, `${args.join(' ')}: ${results[index]?.stderr}`);
      assert.match(results[index]?.stderr ?? '', says);
    }
  });
});
