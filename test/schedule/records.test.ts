import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { homeId, launchdPlist, openQueue, ScheduleDaemon, ScheduleStore, scheduleFiles, systemdUnit } from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { newHome, until } from './support.ts';

/** Edits the data of the file directly. */
function tamper(file: string, change: (data: Record<string, unknown[]>) => void): void {
  const whole = JSON.parse(readFileSync(file, 'utf8')) as { data: Record<string, unknown[]> };
  change(whole.data);
  writeFileSync(file, JSON.stringify(whole));
}

suite('records that cannot be used', (test) => {
  test('an unreadable job and one with an unknown zone are shown; the others run', async () => {
    const home = newHome();
    const store = new ScheduleStore(home, { onRepair: () => undefined });
    for (const name of ['good', 'zone', 'shape']) await store.add({ when: 'daily 09:00', timeZone: 'UTC', name });
    tamper(scheduleFiles(home).state, ({ jobs = [] }) => {
      Object.assign(jobs[1] as object, { timeZone: 'Europe/Berlyn' });
      Object.assign(jobs[2] as object, { count: 'many' });
    });
    assert.equal(
      (await store.list()).map(({ name }) => name),
      ['good', 'zone'],
    );
    assert.equal(
      (await store.broken()).map(({ id, name, reason }) => [id, name, reason.split(':')[0]]),
      [['j3', 'shape', 'count']],
    );
    assert.equal(
      (await store.next(2)).map(({ jobId }) => jobId),
      ['j1', 'j1'],
    );
    const { id } = await store.runNow('j1');
    const daemon = await ScheduleDaemon.start({ store, run: async () => 'done', tickMs: 10 });
    await until('the run', async () => (await store.history()).some((record) => record.id === id && record.outcome === 'done'));
    await daemon.stop();
    assert.is(await store.remove('j3'), undefined);
    assert.equal(await store.broken(), []);
  });

  test('of two jobs with one id the first runs, once; the second is shown as broken and removed first', async () => {
    const home = newHome();
    const store = new ScheduleStore(home, { onRepair: () => undefined });
    await store.add({ when: 'daily 09:00', timeZone: 'UTC', name: 'first' });
    tamper(scheduleFiles(home).state, ({ jobs = [] }) => void jobs.push({ ...(jobs[0] as object), name: 'second' }));
    assert.equal(
      (await store.list()).map(({ name }) => name),
      ['first'],
    );
    assert.equal(await store.broken().then((all) => all.map(({ id, name, reason }) => [id, name, reason])), [
      ['j1', 'second', 'id: expected one job of this id, got a second one: j1'],
    ]);
    await store.runNow('j1');
    const daemon = await ScheduleDaemon.start({ store, run: async () => 'done', tickMs: 10 });
    await until('the run', async () => (await store.history()).length > 0);
    await daemon.stop();
    assert.equal([(await store.history()).length, (await store.get('j1')).totals.worksDone], [1, 1]);
    await store.remove('j1');
    assert.equal([(await store.list()).length, (await store.broken()).length], [1, 0]);
  });

  test('of two tasks with one id the first is kept', async () => {
    const home = newHome();
    const queue = await openQueue({ driver: 'file', home });
    for (const id of ['a', 'b']) await queue.add(id, { id });
    tamper(path.join(home, 'state', 'queue.json'), ({ tasks = [] }) => void Object.assign(tasks[1] as object, { id: 'a' }));
    assert.equal(
      (await queue.list()).map(({ id, payload }) => [id, payload]),
      [['a', 'a']],
    );
  });

  test('a line of the history and a task that cannot be read are left out', async () => {
    const home = newHome();
    const store = new ScheduleStore(home, { onRepair: () => undefined });
    await store.add({ when: 'daily 09:00', timeZone: 'UTC' });
    tamper(scheduleFiles(home).state, ({ history = [] }) => void history.push({ id: 'what is this' }));
    assert.equal([(await store.list()).length, (await store.history()).length], [1, 0]);
    const queue = await openQueue({ driver: 'file', home });
    for (const id of ['a', 'b']) await queue.add(null, { id });
    tamper(path.join(home, 'state', 'queue.json'), ({ tasks = [] }) => void Object.assign(tasks[0] as object, { priority: 'high' }));
    assert.equal(
      (await queue.list()).map(({ id }) => id),
      ['b'],
    );
  });

  test('a state of the previous version: a begun run keeps its task id, later ids contain the home', async () => {
    const home = newHome();
    const store = new ScheduleStore(home);
    await store.add({ when: 'daily 09:00', timeZone: 'UTC', backoffMs: 0 });
    const begun = await store.runNow('j1');
    const file = scheduleFiles(home).state;
    const whole = JSON.parse(readFileSync(file, 'utf8')) as {
      version: number;
      data: { jobs: { waiting: { attempt: number }[] }[]; broken?: unknown };
    };
    whole.version = 2;
    delete whole.data.broken;
    Object.assign(whole.data.jobs[0]?.waiting[0] ?? {}, { attempt: 1 });
    writeFileSync(file, JSON.stringify(whole));
    const later = await store.runNow('j1');
    const tasks: string[] = [];
    const daemon = await ScheduleDaemon.start({ store, run: async ({ id }) => void tasks.push(id), tickMs: 10 });
    await until('both', () => tasks.length === 2);
    await daemon.stop();
    assert.equal(tasks, [`${begun.id}-0`, `${await homeId(home)}.${later.id}-0`]);
  });
});

suite('a job that is changed', (test) => {
  test('only named fields change; a begun run continues unchanged', async () => {
    const store = new ScheduleStore(newHome());
    await store.add({ when: 'daily 09:00', timeZone: 'UTC', payload: 'a fox', count: 2, attempts: 5, backoffMs: 0 });
    await store.runNow('j1');
    const seen: unknown[] = [];
    let changed = false;
    const run = async ({ payload, of }: { payload: unknown; of: number }): Promise<string> => {
      seen.push([payload, of]);
      if (!changed) {
        await store.edit('j1', { payload: 'an owl', count: 3, when: 'daily 10:00' });
        changed = true;
      }
      return 'done';
    };
    const daemon = await ScheduleDaemon.start({ store, run, tickMs: 10 });
    await until('the run', async () => (await store.history()).length === 1);
    await store.runNow('j1');
    await until('the next', async () => (await store.history()).length === 2);
    await daemon.stop();
    assert.equal(seen, [
      ['a fox', 2],
      ['a fox', 2],
      ['an owl', 3],
      ['an owl', 3],
      ['an owl', 3],
    ]);
    const job = await store.get('j1');
    assert.equal([job.timing, job.attempts, job.totals.worksDone, job.totals.worksDue], [{ kind: 'daily', at: '10:00' }, 5, 5, 5]);
  });
});

suite('unit files', (test) => {
  test('a home with quotes, percent and dollar signs stays one word; a line break is refused', () => {
    const options = { node: '/usr/bin/node', script: '/a/b.js', stopSeconds: 90 };
    const home = '/home/me/100% "mine" $HOME \\ <&>';
    const unit = systemdUnit({ ...options, home });
    assert.ok(unit.includes('ExecStart="/usr/bin/node" "/a/b.js" "start" "--home" "/home/me/100%% \\"mine\\" $$HOME \\\\ <&>"'), unit);
    assert.ok(launchdPlist({ ...options, home }).includes('<string>/home/me/100% "mine" $HOME \\ &lt;&amp;&gt;</string>'));
    for (const make of [systemdUnit, launchdPlist])
      for (const bad of ['/home/a\nExecStartPre=/bin/evil', '/home/a\rb', '/home/a\0b'])
        assert.throws(() => make({ ...options, home: bad }), /without control characters/);
  });
});
