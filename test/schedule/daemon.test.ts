import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ArtistError, isArtistError, VirtualClock } from '../../lib/core/index.ts';
import {
  type DaemonEvent,
  type DaemonOptions,
  daemonStatus,
  homeId,
  ScheduleDaemon,
  type ScheduledTask,
  ScheduleStore,
  scheduleFigures,
  scheduleFiles,
} from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { at, newHome, until } from './support.ts';

const hour = 3_600_000;
const start = at('2026-03-28T08:00Z');
const daily = { when: 'daily 09:00', timeZone: 'UTC' };

async function code(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return isArtistError(error) ? error.code : String(error);
  }
  return 'nothing was thrown';
}

interface Scene {
  clock: VirtualClock;
  store: ScheduleStore;
  events: DaemonEvent[];
  tasks: ScheduledTask[];
  daemon: ScheduleDaemon;
}

const daemons = new Set<ScheduleDaemon>();

/** A daemon with a fake clock; its timer checks every 10 real milliseconds. */
async function scene(
  options: Partial<DaemonOptions> = {},
  home = newHome(),
  prepare?: (store: ScheduleStore) => Promise<unknown>,
): Promise<Scene> {
  const clock = new VirtualClock(start);
  const store = new ScheduleStore(home, { clock });
  await prepare?.(store);
  const events: DaemonEvent[] = [];
  const tasks: ScheduledTask[] = [];
  const daemon = await ScheduleDaemon.start({
    store,
    tickMs: 10,
    heartbeatMs: 20,
    onEvent: (event) => events.push(event),
    ...options,
    run: async (task) => {
      tasks.push(task);
      return options.run ? options.run(task) : { picture: task.id };
    },
  });
  daemons.add(daemon);
  return { clock, store, events, tasks, daemon };
}

async function history(store: ScheduleStore, count: number) {
  return until(`${count} records`, async () => {
    const records = await store.history();
    return records.length >= count && records;
  });
}

suite('schedule daemon', { timeoutMs: 30_000 }, (test) => {
  test.after.each(async () => {
    for (const daemon of daemons) await daemon.stop();
    daemons.clear();
  });

  test('a job that another process adds is listed, started when due, and in the history', async () => {
    const { clock, store, tasks } = await scene();
    const other = new ScheduleStore(store.home, { clock });
    const job = await other.add({ ...daily, payload: { prompt: 'a fox' }, rotation: ['sea', 'forest'] });
    assert.equal(
      (await store.list()).map(({ id }) => id),
      [job.id],
    );
    assert.equal(
      (await store.next(2)).map((run) => run.at),
      [at('2026-03-28T09:00Z'), at('2026-03-29T09:00Z')],
    );
    await clock.advance(hour + 1000);
    const [record] = await history(store, 1);
    assert.equal(
      [record?.outcome, record?.id, record?.results],
      ['done', 'j1-20260328T090000Z', [{ picture: `${await homeId(store.home)}.j1-20260328T090000Z-0` }]],
    );
    assert.equal([tasks.length, tasks[0]?.payload, tasks[0]?.rotation, tasks[0]?.of], [1, { prompt: 'a fox' }, 'sea', 1]);
    const figures = scheduleFigures(await store.history(), clock.now());
    assert.equal([figures.successRate, figures.works], [1, { done: 1, due: 1 }]);
  });

  test('run-now, pause, resume and remove of another process are noticed', async () => {
    const { clock, store, tasks, events } = await scene();
    const other = new ScheduleStore(store.home, { clock });
    const job = await other.add(daily);
    const began = performance.now();
    await other.runNow(job.id);
    await history(store, 1);
    assert.ok(performance.now() - began < 2000);
    assert.match(tasks[0]?.runId ?? '', /^j1-now-/);
    await other.pause(job.id);
    await clock.advance(25 * hour);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.is(tasks.length, 1);
    assert.equal(await other.next(3), []);
    await other.resume(job.id);
    await clock.advance(24 * hour);
    await history(store, 2);
    await other.remove(job.id);
    await clock.advance(48 * hour);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.is(tasks.length, 2);
    assert.is(events.filter(({ type }) => type === 'trouble').length, 0);
  });

  test('one daemon for each home', async () => {
    const first = await scene();
    assert.is(await code(ScheduleDaemon.start({ store: first.store, run: async () => undefined })), 'ERR_LOCKED');
    const status = await daemonStatus(first.store);
    assert.equal([status?.owner.pid, status?.heartbeat?.pid], [process.pid, process.pid]);
    await first.daemon.stop();
    assert.is(await daemonStatus(first.store), undefined);
    await (await scene({}, first.store.home)).daemon.stop();
  });

  const throwers: [string, unknown][] = [
    ['an error of ours', new ArtistError('ERR_MODEL_NOT_FOUND', 'gone')],
    ['a bug', new TypeError('x is not a function')],
    ['what is no error', 'text'],
    ['nothing at all', undefined],
  ];
  for (const [what, thrown] of throwers) {
    test(`survives a runner that throws ${what}, and records the run as failed`, async () => {
      const { clock, store } = await scene({ run: () => Promise.reject(thrown) });
      await store.add({ ...daily, attempts: 1, count: 2 });
      await clock.advance(hour + 1000);
      const [first] = await history(store, 1);
      assert.equal([first?.outcome, first?.works], ['failed', { done: 0, due: 2 }]);
      assert.ok(first?.code);
      await clock.advance(24 * hour);
      await history(store, 2);
      assert.is(scheduleFigures(await store.history(), clock.now()).successRate, 0);
    });
  }

  test('a listener that throws does not stop it', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): number => warnings.push(warning.message);
    process.on('warning', listen);
    const { clock, store } = await scene({
      onEvent: () => {
        throw new Error('listener');
      },
    });
    await store.add(daily);
    await clock.advance(hour + 1000);
    await history(store, 1);
    process.off('warning', listen);
    assert.ok(warnings.includes('listener'));
  });

  test('the machine slept: the last run is caught up, older ones are missed', async () => {
    const { clock, store, events } = await scene();
    await store.add({ ...daily, misfire: 'once' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.jump(50 * hour); // to the 30th, 10:00
    const records = await history(store, 2);
    // Due on the 28th, the 29th and, an hour ago, on the 30th.
    assert.equal(
      records.map(({ outcome, kind, count }) => [outcome, kind, count]),
      [
        ['done', 'caught-up', 1],
        ['missed', 'scheduled', 2],
      ],
    );
    assert.ok(events.some((event) => event.type === 'clock-jump' && event.byMs === 50 * hour));
  });

  test('the clock is set back over a run: it is not run again', async () => {
    const { clock, store, tasks, events } = await scene();
    await store.add(daily);
    await clock.advance(hour + 1000);
    await history(store, 1);
    clock.jump(-2 * hour);
    await until('the jump', () => events.some((event) => event.type === 'clock-jump' && event.byMs === -2 * hour));
    await clock.advance(3 * hour);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.is(tasks.length, 1);
    await clock.advance(24 * hour);
    await until('the next day', () => tasks.length === 2);
  });

  for (const [how, byMs] of [
    ['forward', 50 * hour],
    ['back', -50 * hour],
  ] as const) {
    test(`the clock is set ${how} during a work: it is recorded once, with its true duration`, async () => {
      let finish = (): void => undefined;
      let held = true;
      // The first work runs until the test ends it; works that the jump makes due end at once.
      const run = () => (held ? new Promise<'done'>((resolve) => (finish = () => resolve('done'))) : Promise.resolve('done' as const));
      const { clock, store, tasks } = await scene({ run });
      await store.add(daily);
      await clock.advance(hour + 1000);
      await until('the work', () => tasks.length === 1);
      clock.jump(byMs);
      await clock.advance(20_000);
      assert.is(tasks.length, 1);
      held = false;
      finish();
      const record = await until('the record', async () => (await store.history()).findLast(({ outcome }) => outcome === 'done'));
      assert.is(record.seconds, 20);
      await clock.advance(Math.max(0, -byMs) + 24 * hour);
      await until('the next day', () => tasks.length > 1);
      assert.is(new Set(tasks.map(({ id }) => id)).size, tasks.length);
    });
  }

  test('stop lets the work finish', async () => {
    let finish = (): void => undefined;
    const { clock, store, daemon, tasks } = await scene({ run: () => new Promise((resolve) => (finish = () => resolve('done'))) });
    await store.add({ ...daily, count: 2 });
    await clock.advance(hour + 1000);
    await until('the work', () => tasks.length === 1);
    const stop = daemon.stop();
    finish();
    await stop;
    const [job] = await store.list();
    // The first work is recorded; the run waits with its second.
    assert.equal([job?.running, job?.waiting[0]?.items.length, (await store.history()).length], [null, 1, 0]);
    const next = await scene({}, store.home);
    await history(next.store, 1);
    assert.equal(
      next.tasks.map(({ id }) => id),
      [`${await homeId(store.home)}.j1-20260328T090000Z-1`],
    );
  });

  for (const heeds of [true, false]) {
    test(`stop aborts a work that takes too long, which ${heeds ? 'heeds' : 'ignores'} its signal`, async () => {
      const { clock, store, daemon, tasks } = await scene({
        stopWithinMs: 50,
        abortWithinMs: 100,
        run: ({ signal }) =>
          new Promise((_, reject) => heeds && signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
      });
      await store.add(daily);
      await clock.advance(hour + 1000);
      await until('the work', () => tasks.length === 1);
      const began = performance.now();
      await daemon.stop();
      assert.ok(performance.now() - began < 3000);
      assert.equal([(await store.history()).length, (await store.list())[0]?.waiting[0]?.attempt], [0, 0]);
    });
  }

  test('a job removed while it runs keeps its record, and its remaining works do not begin', async () => {
    let finish = (): void => undefined;
    const { clock, store, tasks } = await scene({ run: () => new Promise((resolve) => (finish = () => resolve('one'))) });
    await store.add({ ...daily, count: 3 });
    await clock.advance(hour + 1000);
    await until('the work', () => tasks.length === 1);
    await store.remove('j1');
    finish();
    const [record] = await history(store, 1);
    assert.equal([record?.outcome, record?.works, record?.results, tasks.length], ['cancelled', { done: 1, due: 3 }, ['one'], 1]);
  });

  test('waits for a state folder that cannot be reached', async () => {
    const { clock, store, tasks, events } = await scene();
    await store.add(daily);
    const folder = path.dirname(scheduleFiles(store.home).state);
    renameSync(folder, `${folder}-away`);
    writeFileSync(folder, '');
    await clock.advance(hour + 1000);
    await until('trouble', () => events.some(({ type }) => type === 'trouble'));
    rmSync(folder);
    renameSync(`${folder}-away`, folder);
    await history(store, 1);
    assert.is(tasks.length, 1);
    assert.ok(events.filter(({ type }) => type === 'trouble').length < 10, 'the same trouble is not told every second');
  });

  test('a damaged state file is repaired from the previous one while the daemon runs', async () => {
    const repairs: string[] = [];
    const clock = new VirtualClock(start);
    const store = new ScheduleStore(newHome(), { clock, onRepair: ({ restored }) => repairs.push(restored) });
    const running = await scene({ store }, store.home);
    await store.add(daily);
    await store.add({ ...daily, name: 'second' });
    await until('both seen', async () => (await store.list()).length === 2);
    writeFileSync(scheduleFiles(store.home).state, '{"kind": "schedule", "ver');
    await clock.advance(hour + 1000);
    await until('the run', () => running.tasks.length > 0);
    assert.equal(repairs, ['backup']);
    assert.ok((await store.list()).length >= 1);
  });

  test('a state file of a newer version is left alone', async () => {
    const store = new ScheduleStore(newHome());
    await store.add(daily);
    const { state } = scheduleFiles(store.home);
    const newer = readFileSync(state, 'utf8').replace('"version": 3', '"version": 99');
    writeFileSync(state, newer);
    assert.is(await code(store.add(daily)), 'ERR_NEWER_VERSION');
    assert.is(await code(ScheduleDaemon.start({ store, run: async () => undefined })), 'ERR_NEWER_VERSION');
    assert.is(readFileSync(state, 'utf8'), newer);
    assert.is(await store.daemon(), undefined, 'the home is free again');
  });

  test('a home that cannot be written', async () => {
    const home = newHome();
    writeFileSync(home, '');
    assert.is(await code(new ScheduleStore(home).add(daily)), 'ERR_WRITE');
    assert.is(await code(ScheduleDaemon.start({ store: new ScheduleStore(home), run: async () => undefined })), 'ERR_WRITE');
  });
});
