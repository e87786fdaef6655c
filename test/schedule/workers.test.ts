import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { openQueue, type QueueOptions } from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { endPrograms, readyProgram } from './compiled.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { newHome, scratch, until } from './support.ts';

let redis: RedisServer | undefined;
let names = 0;
let logs = 0;

async function startServer(): Promise<void> {
  redis ??= await startRedis();
}

interface Fleet {
  log: () => string[];
  start: () => Promise<ChildProcess>;
}

function fleet(options: QueueOptions, leaseMs: number): Fleet {
  const file = path.join(scratch, `log-${logs++}`);
  writeFileSync(file, '');
  return {
    log: () => readFileSync(file, 'utf8').trim().split('\n'),
    start: () => readyProgram('worker', [file, String(leaseMs), JSON.stringify(options)]),
  };
}

function redisUrl(): string {
  if (!redis) throw new Error('no Redis');
  return redis.url;
}

const drivers: [QueueOptions['driver'], () => QueueOptions][] = [
  ['file', () => ({ driver: 'file', home: newHome() })],
  ['bullmq', () => ({ driver: 'bullmq', url: redisUrl(), name: `queue-${names++}` })],
];

for (const [driver, optionsOf] of drivers) {
  suite(`two workers: ${driver}`, { timeoutMs: 60_000 }, (test) => {
    if (driver === 'bullmq') test.before(startServer);
    test.after.each(endPrograms);
    test.after(() => redis?.stop());

    test('a worker is killed during a task: every task is done and recorded once', async () => {
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

    test('a worker returns after its lease expired: its task is recorded once, for the other worker', async () => {
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

    test('a task that crashes its workers is given up', async () => {
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
