/** The queue of jobs without a worker: keys, references, order, and a queue that holds many. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { createArtist, paintTasks } from '../../../lib/artist/index.ts';
import { homeOf, VirtualClock } from '../../../lib/core/index.ts';
import type { FileQueue } from '../../../lib/schedule/queue/file-queue.ts';
import { openPaintJobs, startPaintWorker } from '../../../lib/service/index.ts';
import { suite } from '../../harness.ts';
import { startRedis } from '../../schedule/redis.ts';
import { codeOf, openServer, request } from './support.ts';

for (const driver of ['file', 'redis'] as const) {
  suite(`jobs in the queue: ${driver}`, (test) => {
    let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
    let used = 0;
    test.before(async () => {
      redis = driver === 'redis' ? await startRedis() : undefined;
    });
    test.after(() => redis?.stop());
    const open: typeof openServer = (folder, options) =>
      openServer(folder, { ...options, ...(redis && { redis: redis.url, queueName: `q${used}` }) });

    test('one of many requests with a key becomes a job, in two processes', async () => {
      used++;
      const one = await open();
      const two = await open(one.folder);
      const more = { key: 'k' };
      const jobs = await Promise.all([one, two, one, two, one].map(({ jobs }) => jobs.submit(request({}, more))));
      assert.is(new Set(jobs.map(({ id }) => id)).size, 1);
      const other = await one.jobs.submit(request({}, { ...more, client: 'another' }));
      assert.is.not(other.id, jobs[0]?.id);
      assert.is((await one.jobs.list()).length, 2);
      await two.jobs.cancel(jobs[0]?.id ?? '');
      assert.is((await one.jobs.wait(jobs[0]?.id ?? '')).state, 'cancelled');
      assert.is.not((await two.jobs.submit(request({}, more))).id, jobs[0]?.id);
      await one.close();
      await two.close();
    });

    test('a client has a bounded number of jobs that wait', async () => {
      used++;
      const server = await open(undefined, { openJobs: 2 });
      const [first] = [await server.jobs.submit(request({})), await server.jobs.submit(request({}))];
      assert.is(await codeOf(server.jobs.submit(request({}))), 'ERR_RATE_LIMIT');
      await server.jobs.submit(request({}, { client: 'another' }));
      await server.jobs.cancel(first?.id ?? '');
      await server.jobs.submit(request({}));
      await server.close();
    });

    test('a job that is done counts for its key for ten minutes', async () => {
      used++;
      const clock = new VirtualClock(Date.now());
      const server = await open(undefined, { clock });
      const first = await server.jobs.submit(request({}, { key: 'k' }));
      const worker = await server.queue.work(async () => ({ pictures: [], warnings: [] }));
      assert.is((await server.jobs.wait(first.id)).state, 'done');
      await worker.stop();
      assert.is((await server.jobs.submit(request({}, { key: 'k' }))).id, first.id);
      await clock.advance(10.1 * 60_000);
      assert.is.not((await server.jobs.submit(request({}, { key: 'k' }))).id, first.id);
      await server.close();
    });

    test('a reference is unique while its job waits, and finds the newest', async () => {
      used++;
      const { jobs, close } = await open();
      const job = await jobs.submit(request({}, { reference: 'task(abc)' }));
      assert.is(await codeOf(jobs.submit(request({}, { reference: 'task(abc)' }))), 'ERR_ALREADY_EXISTS');
      const other = await jobs.submit(request({}, { reference: 'task(abc)', client: 'another' }));
      assert.is((await jobs.byReference('tester', 'task(abc)'))?.id, job.id);
      assert.is((await jobs.byReference('another', 'task(abc)'))?.id, other.id);
      assert.is(await jobs.byReference('tester', 'absent'), undefined);
      await jobs.cancel(job.id);
      const again = await jobs.submit(request({}, { reference: 'task(abc)' }));
      assert.is((await jobs.byReference('tester', 'task(abc)'))?.id, again.id);
      await close();
    });

    test('a worker of the home paints a job, whatever the queue', async () => {
      used++;
      const server = await open();
      const artist = await createArtist({ config: server.config });
      const queue = redis?.url ?? 'file';
      const worker = await startPaintWorker({ artist, queue, ...(redis && { queueName: `q${used}` }) });
      const job = await server.jobs.wait((await server.jobs.submit(request({ batchCount: 2 }))).id);
      assert.equal([job.state, job.error, job.pictures.length], ['done', null, 2]);
      assert.is((await server.gallery.list({ limit: 5 })).works.length, 2);
      await worker.stop();
      await artist.dispose();
      await server.close();
    });

    test('a job of another home is refused by a worker', async () => {
      used++;
      const [server, other] = [await open(), await open()];
      const artist = await createArtist({ config: other.config });
      const { id } = await server.jobs.submit(request({}));
      const { payload = null } = (await server.queue.get(id)) ?? {};
      const handler = paintTasks(artist, async () => undefined);
      const task = { id, payload, attempt: 1, signal: new AbortController().signal, settled: undefined, settle: async () => null };
      assert.is(await codeOf(Promise.resolve(handler(task))), 'ERR_NOT_FOUND');
      const newer = { ...task, payload: { ...(payload as object), job: 2 } };
      assert.is(await codeOf(Promise.resolve(handler(newer))), 'ERR_NEWER_VERSION');
      await artist.dispose();
      await server.close();
      await other.close();
    });

    test('order: ahead, move and cancel of waiting jobs', async () => {
      used++;
      const { jobs, close } = await open();
      const [a, b, c] = [await jobs.submit(request({})), await jobs.submit(request({})), await jobs.submit(request({}, { priority: 80 }))];
      const places = async (): Promise<(number | null)[]> =>
        (await Promise.all([a, b, c].map(({ id }) => jobs.get(id)))).map(({ ahead }) => ahead);
      assert.equal(await places(), [1, 2, 0]);
      assert.equal([(await jobs.move(b.id, 90)).ahead, (await jobs.get(b.id)).priority], [0, 90]);
      assert.equal(await places(), [2, 0, 1]);
      assert.is((await jobs.cancel(c.id)).state, 'cancelled');
      assert.equal(await places(), [1, 0, null]);
      assert.is(await codeOf(jobs.move(c.id, 1)), 'ERR_INVALID_ARGUMENT');
      assert.is(await codeOf(jobs.retry(a.id)), 'ERR_INVALID_ARGUMENT');
      assert.equal(
        (await jobs.list({ states: ['waiting'], client: 'tester', dialect: 'api' })).map(({ id }) => id),
        [b.id, a.id],
      );
      assert.equal(await jobs.list({ dialect: 'openai' }), []);
      await close();
    });
  });
}

suite('a queue of thousands', { timeoutMs: 60_000 }, (test) => {
  test('a submit reads the queue once, also beyond the first thousand tasks', async () => {
    const server = await openServer(undefined, { openJobs: 1900 });
    const first = await server.jobs.submit(request({ seed: 1 }, { key: 'k', priority: 10 }));
    // 2,000 in one step: each add() writes the file.
    await (server.queue as FileQueue).change((state) => {
      const [one] = state.tasks;
      for (let at = 0; one && at < 2000; at++)
        state.tasks.push({
          ...structuredClone(one),
          ...{ id: `job-${String(at).padStart(26, '0')}`, order: state.nextOrder++, priority: 60 },
          payload: { ...(structuredClone(one.payload) as object), client: at % 2 === 0 ? 'tester' : 'other', key: `other ${at}` },
        });
    });
    const calls: string[] = [];
    const queue = new Proxy(server.queue, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          calls.push(String(name));
          return value.apply(target, given);
        };
      },
    });
    const jobs = openPaintJobs({ home: homeOf(server.folder), config: server.config, gallery: server.gallery, queue, openJobs: 1900 });
    await sleep(200); // its first look for old folders
    calls.length = 0;
    const added = await jobs.submit(request({ seed: 2 }));
    assert.equal([added.ahead, calls.splice(0)], [2000, ['list', 'add']]);
    const named = await jobs.submit(request({ seed: 3 }, { reference: 'r', priority: 20 }));
    assert.equal([named.ahead, calls.splice(0)], [2001, ['list', 'add']]);
    // It is the last of all.
    const again = await jobs.submit(request({ seed: 1 }, { key: 'k', priority: 10 }));
    assert.equal([again.id, again.ahead, calls.splice(0)], [first.id, 2002, ['list']]);
    assert.is((await jobs.get(first.id)).ahead, 2002);
    await jobs.close();
    const few = openPaintJobs({ home: homeOf(server.folder), config: server.config, gallery: server.gallery, queue, openJobs: 1003 });
    assert.is(await codeOf(few.submit(request({}))), 'ERR_RATE_LIMIT'); // 1,003 are the client's
    assert.is((await few.submit(request({}, { client: 'other' }))).client, 'other');
    await few.close();
    await server.close();
  });
});
