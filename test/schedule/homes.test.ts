/** Exactly-once delivery with several homes and workers on one unreliable Redis. A work is a file in its worker's folder. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { handOver } from '../../lib/artist/index.ts';
import {
  homeId,
  openQueue,
  ScheduleDaemon,
  ScheduleStore,
  serveQueues,
  type TaskHandler,
  type WorkerEvent,
} from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { endPrograms, readyProgram } from './compiled.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { newHome, until } from './support.ts';

type Filed = { by: string; payload: unknown };

/** Final works of all workers: task -> worker that filed it. */
function easel() {
  const filed = new Map<string, Filed[]>();
  const events: (WorkerEvent & { by: string })[] = [];
  const painter =
    (by: string, paint: () => Promise<void>): TaskHandler =>
    async ({ id, payload, settled, settle }) => {
      if (settled !== undefined) return settled;
      await paint();
      const mine = { by };
      const counts = await settle(mine);
      if (JSON.stringify(counts) === JSON.stringify(mine)) filed.set(id, [...(filed.get(id) ?? []), { by, payload }]);
      return counts;
    };
  const onEvent =
    (by: string) =>
    (event: WorkerEvent): void =>
      void events.push({ ...event, by });
  return { filed, events, painter, onEvent };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

suite('homes on one Redis', { timeoutMs: 90_000 }, (test) => {
  let redis: RedisServer;
  const ends: (() => Promise<unknown>)[] = [];
  test.before(async () => {
    redis = await startRedis({ aof: false });
  });
  test.after.each(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  test.after(async () => {
    await endPrograms();
    await redis?.stop();
  });

  /** A home with one job, whose schedule hands works to the queue. */
  async function schedule(payload: string, count = 1) {
    const home = newHome();
    const store = new ScheduleStore(home);
    await store.add({ when: 'daily 03:33', timeZone: 'UTC', payload, count, backoffMs: 0 });
    const queue = await openQueue({ driver: 'bullmq', url: redis.url, name: await homeId(home) });
    const warnings: string[] = [];
    const run = handOver(queue, { warn: (line) => warnings.push(line) });
    const daemon = await ScheduleDaemon.start({ store, run, concurrency: count, tickMs: 20 });
    ends.push(async () => {
      await daemon.stop();
      await queue.close();
    });
    const record = (id: string) => until('the run', async () => (await store.history()).find((one) => one.id === id), 60_000);
    return { home, store, queue, warnings, record };
  }

  test('a home has one name, the same each time; another home has another', async () => {
    const home = newHome();
    const names = await Promise.all([homeId(home), homeId(home), homeId(home)]);
    assert.match(names[0], /^h[0-9a-z]{10}$/);
    assert.equal(names, [names[0], names[0], names[0]]);
    assert.is.not(await homeId(newHome()), names[0]);
  });

  test('the same run of two homes: each gets its own work, from a worker of every home', async () => {
    const { filed, painter } = easel();
    const [fox, whale] = [await schedule('a fox'), await schedule('a whale')];
    const worker = await serveQueues({ url: redis.url }, painter('w', soon));
    ends.push(() => worker.stop(0));
    const due = Date.parse('2026-03-01T03:33:00Z');
    // Both runs are due at the same moment.
    for (const { store } of [fox, whale])
      await store.change(({ jobs }) => {
        jobs[0]?.waiting.push({
          id: 'j1-20260301T033300Z',
          dueAt: due,
          kind: 'requested',
          attempt: 0,
          interruptions: 0,
          notBefore: 0,
          rotationFrom: null,
          items: [],
        });
      });
    for (const { record } of [fox, whale]) assert.is((await record('j1-20260301T033300Z')).outcome, 'done');
    const task = async (home: string): Promise<unknown> =>
      filed.get(`${await homeId(home)}.j1-20260301T033300Z-0`)?.map(({ payload }) => (payload as { order: string }).order);
    assert.equal([await task(fox.home), await task(whale.home)], [['a fox'], ['a whale']]);
  });

  test('a worker of one home leaves the works of another alone', async () => {
    const { filed, painter } = easel();
    const [mine, other] = [await schedule('mine'), await schedule('other')];
    const worker = await serveQueues({ url: redis.url, name: await homeId(mine.home) }, painter('w', soon));
    ends.push(() => worker.stop(0));
    const theirs = await other.store.runNow('j1');
    await mine.record((await mine.store.runNow('j1')).id);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(
      [...filed.keys()].map((id) => id.split('.')[0]),
      [await homeId(mine.home)],
    );
    assert.equal(
      (await other.queue.list()).map(({ state }) => state),
      ['waiting'],
    );
    await other.store.remove('j1');
    assert.ok(theirs);
  });

  test('a worker that dies right after filing: another worker ends the task with the filed result', async () => {
    const { filed, painter } = easel();
    const { store, home, record } = await schedule('a fox');
    const name = await homeId(home);
    const log = path.join(home, 'log');
    const options = JSON.stringify({ driver: 'bullmq', url: redis.url, name });
    const dying = await readyProgram('worker', [log, '1000', options, 'hang']);
    const { id } = await store.runNow('j1');
    await until('the first', () => existsSync(log) && readFileSync(log, 'utf8').includes('filed'));
    dying.kill('SIGKILL');
    const worker = await serveQueues({ url: redis.url, name }, painter('second', soon), { leaseMs: 1000 });
    ends.push(() => worker.stop(0));
    assert.equal((await record(id)).results, [{ by: 'first' }]);
    assert.is(filed.size, 0);
  });

  test('Redis freezes for longer than the lease: both workers may paint, one files, the other learns that it lost', async () => {
    const { filed, events, painter, onEvent } = easel();
    const { store, home, record } = await schedule('a fox', 4);
    let frozen = false;
    const paint = async (): Promise<void> => {
      await soon();
      if (!frozen) {
        frozen = true;
        redis.freeze();
        setTimeout(() => redis.thaw(), 4000);
      }
    };
    for (const by of ['a', 'b']) {
      const worker = await serveQueues({ url: redis.url, name: await homeId(home) }, painter(by, paint), {
        leaseMs: 1000,
        onEvent: onEvent(by),
      });
      ends.push(() => worker.stop(0));
    }
    const { id } = await store.runNow('j1');
    assert.equal((await record(id)).works, { done: 4, due: 4 });
    assert.equal(
      [...filed.values()].map((works) => works.length),
      [1, 1, 1, 1],
    );
    assert.ok(
      events.some(({ type }) => type === 'lost'),
      JSON.stringify(events.map(({ type }) => type)),
    );
  });

  test('Redis comes back without its data: filed works are not filed again, the run is done', async () => {
    const { filed, painter, onEvent } = easel();
    const { store, home, record, warnings } = await schedule('a fox', 6);
    for (const by of ['a', 'b']) {
      const worker = await serveQueues(
        { url: redis.url, name: await homeId(home) },
        painter(by, () => new Promise((resolve) => setTimeout(resolve, 400))),
        { onEvent: onEvent(by) },
      );
      ends.push(() => worker.stop(0));
    }
    const { id } = await store.runNow('j1');
    await until('the first two', () => filed.size >= 2);
    await redis.stop();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await redis.start();
    const { outcome, works } = await record(id);
    assert.equal([outcome, works], ['done', { done: 6, due: 6 }]);
    assert.equal(
      [...filed.values()].map((one) => one.length),
      [1, 1, 1, 1, 1, 1],
    );
    assert.ok(
      warnings.some((line) => line.includes('does not know this work any more')),
      warnings.join(),
    );
  });

  test('Redis is away when a run is due: the run waits and is done, with one try', async () => {
    const { filed, painter } = easel();
    const { store, home, record, warnings } = await schedule('a fox');
    const worker = await serveQueues({ url: redis.url, name: await homeId(home) }, painter('w', soon));
    ends.push(() => worker.stop(0));
    await redis.stop();
    const { id } = await store.runNow('j1');
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    assert.equal(await store.history(), []);
    await redis.start();
    const { outcome, attempts } = await record(id);
    assert.equal([outcome, attempts, filed.size], ['done', 1, 1]);
    assert.ok(
      warnings.some((line) => line.includes('the run waits for it')),
      warnings.join(),
    );
  });

  test('warns how Redis persists its data, and refuses a work whose id is taken', async () => {
    const queue = await openQueue({ driver: 'bullmq', url: redis.url, name: 'named' });
    ends.push(() => queue.close());
    assert.match((await queue.warnings()).join(), /appendonly no.*Set: appendonly yes/);
    const safe = await startRedis();
    const other = await openQueue({ driver: 'bullmq', url: safe.url });
    assert.equal(await other.warnings(), []);
    await other.close();
    await safe.stop();
    const run = handOver(queue, { warn: () => undefined });
    await queue.add({ order: 'another', rotation: null, since: 0 }, { id: 'taken' });
    const { signal } = new AbortController();
    const task = {
      id: 'taken',
      jobId: 'j1',
      runId: 'r',
      index: 0,
      of: 1,
      attempt: 1,
      dueAt: 0,
      payload: 'mine',
      rotation: undefined,
      signal,
    };
    await run(task).then(
      () => assert.unreachable(),
      (error: unknown) => assert.match(String(error), /expected a new id, or the payload that "taken" was added with/),
    );
    // The task belongs to the other home and is not cancelled.
    assert.is((await queue.get('taken'))?.state, 'waiting');
  });
});
