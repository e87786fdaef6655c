import * as assert from 'uvu/assert';
import { ScheduleStore } from '../../../lib/schedule/index.ts';
import { scheduleRoutes } from '../../../lib/server/api/schedule/routes.ts';
import { suite } from '../../harness.ts';
import { serve, type TestServer } from './support.ts';

suite('the schedule over HTTP', { timeoutMs: 60_000 }, (test) => {
  let server: TestServer;
  test.before(async () => {
    server = await serve([scheduleRoutes]);
  });
  test.after(() => server.close());

  test('a job is added, changed, paused, resumed, listed and removed; the command sees the same jobs', async () => {
    const added = await server.call('POST', '/schedule', {
      body: {
        ...{ when: 'daily 09:00', timeZone: 'Europe/Berlin', topics: ['a fox', 'an owl'], jitterSeconds: 600 },
        ...{ quietHours: { from: '22:00', to: '07:00' }, options: { steps: 4, candidates: 2 } },
      },
    });
    assert.equal([added.status, added.body.warnings], [201, []]);
    const { job } = added.body;
    assert.equal(
      [job.when, job.name, job.rotation, job.jitterSeconds, job.payload.steps],
      ['daily 09:00', 'daily 09:00', ['a fox', 'an owl'], 600, 4],
    );
    assert.match(job.next, /^\d{4}-\d\d-\d\dT/);
    const store = new ScheduleStore(server.home);
    assert.equal((await store.get(job.id)).payload, job.payload);

    const edited = await server.call('PATCH', `/schedule/${job.id}`, {
      body: { when: 'weekly mon 10:00', quietHours: null, options: { steps: 8 } },
    });
    assert.equal(
      [
        edited.body.job.when,
        edited.body.job.name,
        edited.body.job.quietHours,
        edited.body.job.payload.steps,
        edited.body.job.payload.candidates,
      ],
      ['weekly mon 10:00', 'weekly mon 10:00', null, 8, 2],
    );
    assert.equal((await store.get(job.id)).rotation, ['a fox', 'an owl']);
    const paused = await server.call('POST', `/schedule/${job.id}/pause`);
    assert.equal([paused.body.job.paused, paused.body.job.next], [true, null]);
    assert.equal((await server.call('GET', '/schedule/next')).body.runs, []);
    assert.is((await server.call('POST', `/schedule/${job.id}/resume`)).body.job.paused, false);
    const { body: next } = await server.call('GET', `/schedule/next?job=${job.id}&limit=3`);
    assert.equal([next.runs.length, next.runs[0].timeZone], [3, 'Europe/Berlin']);
    const { body: all } = await server.call('GET', '/schedule', { as: 'paint' });
    assert.equal([all.jobs.length, all.daemon, all.figures.successRate], [1, null, null]);
    assert.is((await server.call('DELETE', `/schedule/${job.id}`)).status, 204);
    assert.is((await server.call('GET', `/schedule/${job.id}`)).status, 404);
    assert.equal(await store.list(), []);
  });

  test('faults are refused with their names; strangers read no prompts; only admin changes', async () => {
    const wrong: [unknown, RegExp][] = [
      [{ when: 'dayly 09:00' }, /did you mean daily/],
      [{ when: 'daily 25:00' }, /00:00\.\.23:59/],
      [{ when: 'daily 09:00', timeZone: 'Mars/Base' }, /Mars/],
      [{ when: 'batch 3@09:00', count: 2 }, /count: expected to be left out/],
      [{ when: 'daily 09:00', topics: ['a'], topicRotation: true }, /topics: expected to be left out/],
      [{ when: 'daily 09:00', options: { steps: 0 } }, /steps/],
      [{ when: 'daily 09:00', options: { task: 'x' } }, /task/],
      [{ when: 'once 2001-01-01T00:00' }, /never due/],
      [{ when: 'daily 09:00', colour: 1 }, /colour/],
      [{}, /when/],
    ];
    for (const [body, says] of wrong) {
      const { status, body: answer } = await server.call('POST', '/schedule', { body });
      assert.is(status, 400, JSON.stringify(body));
      assert.match(answer.error.message, says);
    }
    const nobody = await server.call('POST', '/schedule', { body: { when: 'daily 09:00', publish: ['nobody'] } });
    assert.equal([nobody.status, nobody.body.error.code], [404, 'ERR_NOT_FOUND']);
    assert.is((await server.call('POST', '/schedule', { as: 'paint', body: { when: 'daily 09:00' } })).status, 403);
    for (const address of ['', '/next', '/history', '/j1'])
      assert.is((await server.call('GET', `/schedule${address}`, { as: 'none' })).status, 401);
    for (const [method, address] of [
      ['GET', '/j99'],
      ['PATCH', '/j99'],
      ['DELETE', '/j99'],
      ['POST', '/j99/pause'],
      ['POST', '/j99/run'],
    ] as const)
      assert.is(
        (await server.call(method, `/schedule${address}`, { ...(method === 'PATCH' && { body: { count: 2 } }) })).status,
        404,
        address,
      );
  });

  test('a requested run without a schedule goes into the queue of the server, and into the history when a worker has done it', async () => {
    const { body } = await server.call('POST', '/schedule', { body: { when: 'daily 09:00', topics: ['<script>'], count: 2 } });
    const work = async (task: { id: string }): Promise<{ path: string; id: string }> => ({
      path: `${server.home}/gallery/x.png`,
      id: task.id,
    });
    const worker = await server.context.queue.work(work);
    try {
      const run = await server.call('POST', `/schedule/${body.job.id}/run`);
      assert.equal([run.status, run.body.by], [202, 'server']);
      // A second one is not left to the stand-in of the first, which is no schedule and is not shown as one.
      const again = await server.call('POST', `/schedule/${body.job.id}/run`);
      assert.is(again.body.by, 'server');
      assert.is((await server.call('GET', '/schedule')).body.daemon, null);
      let runs: Awaited<ReturnType<TestServer['call']>>['body'][] = [];
      for (let tries = 0; tries < 100 && runs.length < 2; tries++) {
        await new Promise((wake) => setTimeout(wake, 100));
        runs = (await server.call('GET', '/schedule/history')).body.runs;
      }
      assert.equal(
        runs.map(({ id, outcome }) => [id, outcome]),
        [
          [again.body.id, 'done'],
          [run.body.id, 'done'],
        ],
      );
      assert.equal([runs[1].works.done, runs[1].results[0].path], [2, 'gallery/x.png']);
      assert.equal((await server.call('GET', '/schedule/history?failed=true')).body.runs, []);
      assert.is((await server.call('DELETE', `/schedule/runs/${run.body.id}`)).body.withdrawn, false);
    } finally {
      await worker.stop();
    }
  });

  test('a simulation answers, other requests meanwhile; one that is too large is refused', async () => {
    let ended = false;
    const simulated = server
      .call('POST', '/schedule/simulate', {
        body: { days: 360, jobs: Array(4).fill('every 4h'), start: '2026-01-01', timeZone: 'UTC', seed: 3 },
      })
      .finally(() => {
        ended = true;
      });
    // A simulation in one piece would let through only what came before it; times say little on a busy machine.
    let answered = 0;
    for (; !ended; answered++) assert.is((await server.call('GET', '/schedule/next')).status, 200);
    const { status, body } = await simulated;
    assert.equal([status, body.days, body.duplicates], [200, 360, 0]);
    assert.ok(body.works.done > 8000, body.works.done);
    assert.ok(answered > 5, `${answered} requests were answered meanwhile`);
    const large = await server.call('POST', '/schedule/simulate', { body: { days: 366, jobs: Array(50).fill('every 1m') } });
    assert.match(large.body.error.message, /at most 10000 runs/);
    assert.is((await server.call('POST', '/schedule/simulate', { body: { days: 0 } })).status, 400);
    assert.match(
      (await server.call('POST', '/schedule/simulate', { body: { down: ['yesterday'] } })).body.error.message,
      /down: expected FROM\.\.TO/,
    );
  });
});
