import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { isArtistError } from '../../lib/core/index.ts';
import { openQueue, type QueueOptions } from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { testDriver } from './queue-contract.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { newHome, scratch, until } from './support.ts';

let redis: RedisServer | undefined;
let names = 0;

function redisUrl(): string {
  if (!redis) throw new Error('no Redis');
  return redis.url;
}

async function startServer(): Promise<void> {
  redis ??= await startRedis();
}

const children = new Set<ChildProcess>();
let logs = 0;

interface Fleet {
  log: () => string[];
  start: () => Promise<ChildProcess>;
}

function fleet(options: QueueOptions, leaseMs: number): Fleet {
  const file = path.join(scratch, `log-${logs++}`);
  writeFileSync(file, '');
  return {
    log: () => readFileSync(file, 'utf8').trim().split('\n'),
    start: async () => {
      const child = fork(
        fileURLToPath(new URL('./programs/worker.ts', import.meta.url)),
        [file, String(leaseMs), JSON.stringify(options)],
        {
          execArgv: ['--import', import.meta.resolve('tsx')],
        },
      );
      children.add(child);
      await new Promise((resolve, reject) =>
        child.once('message', resolve).once('exit', () => reject(new Error('the worker did not start'))),
      );
      return child;
    },
  };
}

async function endChildren(): Promise<void> {
  for (const child of children) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await gone;
  }
  children.clear();
}

const drivers: [QueueOptions['driver'], () => QueueOptions][] = [
  ['file', () => ({ driver: 'file', home: newHome() })],
  ['bullmq', () => ({ driver: 'bullmq', url: redisUrl(), name: `queue-${names++}` })],
];

for (const [driver, optionsOf] of drivers) {
  suite(`queue contract: ${driver}`, { timeoutMs: 30_000 }, (test) => {
    if (driver === 'bullmq') test.before(startServer);
    testDriver(test, async () => {
      const options = optionsOf();
      return { queue: await openQueue(options), again: () => openQueue(options) };
    });
  });

  suite(`two workers: ${driver}`, { timeoutMs: 60_000 }, (test) => {
    if (driver === 'bullmq') test.before(startServer);
    test.after.each(endChildren);

    test('one is killed in the middle of a task: every task is done, recorded once', async () => {
      const options = optionsOf();
      const queue = await openQueue(options);
      const ids = Array.from({ length: 5 }, (_, index) => `task-${index}`);
      for (const id of ids) await queue.add(null, { id });
      const workers = fleet(options, 1500);
      const victim = await workers.start();
      await until('a task in its middle', () => workers.log().some((line) => line.startsWith('begin')));
      const hit = /begin (\S+)/.exec(workers.log().at(-1) ?? '')?.[1] ?? '';
      victim.kill('SIGKILL');
      const other = await workers.start();
      for (const id of ids) {
        const task = await queue.wait(id);
        assert.equal([task.state, task.result, task.attempt], ['done', other.pid, 1], id);
      }
      assert.is((await queue.list(['done'])).length, ids.length);
      const ends = workers.log().filter((line) => line.startsWith('end'));
      assert.is(ends.length, ids.length);
      assert.is(new Set(ends.map((line) => line.split(' ')[1])).size, ids.length);
      assert.is(workers.log().filter((line) => line.startsWith(`begin ${hit} `)).length, 2);
      await queue.close();
    });

    test('one that was silent for longer than its lease comes back: its task is recorded once, for the other', async () => {
      const options = optionsOf();
      const queue = await openQueue(options);
      await queue.add(null, { id: 'contested', backoffMs: 0 });
      const workers = fleet(options, 800);
      const sleeper = await workers.start();
      await until('the task', () => workers.log().some((line) => line.startsWith('begin')));
      sleeper.kill('SIGSTOP');
      const other = await workers.start();
      assert.equal([(await queue.wait('contested')).result, (await queue.list()).length], [other.pid, 1]);
      sleeper.kill('SIGCONT');
      await until('the end of the first', () => workers.log().includes(`end contested ${sleeper.pid}`));
      await new Promise((resolve) => setTimeout(resolve, 500));
      const task = await queue.get('contested');
      assert.equal([task?.state, task?.result, task?.worker], ['done', other.pid, String(other.pid)]);
      await queue.close();
    });

    test('a task that kills its workers is given up', async () => {
      const options = optionsOf();
      const queue = await openQueue(options);
      await queue.add(null, { id: 'deadly', attempts: 20 });
      const workers = fleet(options, 500);
      for (let death = 1; death <= 3; death++) {
        const victim = await workers.start();
        await until('the task', () => workers.log().filter((line) => line.startsWith('begin')).length === death, 20_000);
        victim.kill('SIGKILL');
      }
      await workers.start();
      const task = await queue.wait('deadly');
      assert.equal([task.state, task.code], ['failed', 'ERR_INTERRUPTED']);
      await queue.close();
    });
  });
}

suite('queue on a bad day', { timeoutMs: 60_000 }, (test) => {
  test.before(startServer);
  test.after(async () => {
    await redis?.stop();
  });

  test('Redis goes away for some seconds: callers are told, workers and waiters go on, nothing is lost', async () => {
    const queue = await openQueue({ driver: 'bullmq', url: redisUrl(), name: 'gone' });
    const done: string[] = [];
    const events: string[] = [];
    await queue.work(
      async ({ id }) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        done.push(id);
        return id;
      },
      { onEvent: ({ type }) => events.push(type) },
    );
    for (const id of ['a', 'b', 'c']) await queue.add(null, { id });
    const waiting = Promise.all(['a', 'b', 'c'].map((id) => queue.wait(id)));
    await until('the first', () => done.length > 0);
    await redis?.stop();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await redis?.start();
    const tasks = await waiting;
    assert.equal(
      tasks.map(({ state }) => state),
      ['done', 'done', 'done'],
    );
    await queue.add(null, { id: 'd' });
    assert.is((await queue.wait('d')).result, 'd');
    assert.ok(events.includes('trouble'));
    await queue.close();
  });

  // [options, code, what the message says]
  const wrong: [QueueOptions, string, RegExp][] = [
    [{ driver: 'bullmq', url: 'redis://user:secret@127.0.0.1:1' }, 'ERR_NETWORK', /Redis at redis:\/\/127\.0\.0\.1:1 to answer/],
    [{ driver: 'bullmq', url: 'http://127.0.0.1' }, 'ERR_INVALID_ARGUMENT', /expected redis:\/\/host:port/],
  ];
  for (const [options, expected, says] of wrong) {
    test(`${JSON.stringify(options)} is ${expected}`, async () => {
      try {
        await openQueue(options);
        assert.unreachable();
      } catch (error) {
        assert.ok(isArtistError(error) && error.code === expected, String(error));
        assert.match(error.message, says);
        assert.not.match(`${error.message}`, /secret/);
      }
    });
  }

  test('a damaged queue file is set aside, a newer one left alone', async () => {
    const home = newHome();
    const queue = await openQueue({ driver: 'file', home });
    await queue.add(1, { id: 'one' });
    await queue.add(2, { id: 'two' });
    const file = path.join(home, 'state', 'queue.json');
    writeFileSync(file, '{');
    const warnings: string[] = [];
    const listen = (warning: Error): number => warnings.push(warning.message);
    process.on('warning', listen);
    assert.equal(
      (await queue.list()).map(({ id }) => id),
      ['one'],
    );
    await until('the warning', () => warnings.some((text) => text.includes('was damaged')));
    process.off('warning', listen);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"version": 1', '"version": 2'));
    try {
      await queue.list();
      assert.unreachable();
    } catch (error) {
      assert.ok(isArtistError(error, 'ERR_NEWER_VERSION'));
    }
    assert.ok(existsSync(file));
  });
});
