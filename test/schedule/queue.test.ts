import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { isArtistError } from '../../lib/core/index.ts';
import { openQueue, type QueueOptions } from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { testDriver } from './queue-contract.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { newHome, until } from './support.ts';

let redis: RedisServer | undefined;
let names = 0;

function redisUrl(): string {
  if (!redis) throw new Error('no Redis');
  return redis.url;
}

async function startServer(): Promise<void> {
  redis ??= await startRedis();
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
}

/** A minute for the long harness: AI_ARTIST_REDIS_AWAY_SECONDS=60 */
const awaySeconds = Number(process.env['AI_ARTIST_REDIS_AWAY_SECONDS'] ?? 3);

suite('queue on a bad day', { timeoutMs: 60_000 + 2000 * awaySeconds }, (test) => {
  test.before(startServer);
  test.after(async () => {
    await redis?.stop();
  });

  test(`Redis goes away for ${awaySeconds} seconds: callers get an error, workers and waiters continue, nothing is lost`, async () => {
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
    await new Promise((resolve) => setTimeout(resolve, awaySeconds * 1000));
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

  // [options, code, message]
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
    writeFileSync(file, readFileSync(file, 'utf8').replace('"version": 2', '"version": 3'));
    try {
      await queue.list();
      assert.unreachable();
    } catch (error) {
      assert.ok(isArtistError(error, 'ERR_NEWER_VERSION'));
    }
    assert.ok(existsSync(file));
  });
});
