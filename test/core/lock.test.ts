import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { acquireLock, birthOf, isAlive, isArtistError, lockOwner, withLock } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';
import { codeOf, program, scratch, sourceOf } from './support.ts';

const folder = path.join(scratch, 'locks');
const file = (name: string): string => path.join(folder, `${name}.lock`);
const purpose = 'a test';

/** A lock as some other holder would have left it. */
function leave(name: string, owner: object, ageMs = 0): string {
  mkdirSync(folder, { recursive: true });
  const whole = {
    pid: process.pid,
    host: hostname(),
    birth: null,
    token: 'left',
    purpose: 'an earlier life',
    since: '2026-01-01T00:00:00.000Z',
  };
  writeFileSync(file(name), JSON.stringify({ ...whole, ...owner }));
  const when = new Date(Date.now() - ageMs);
  utimesSync(file(name), when, when);
  return file(name);
}

const holder = (name: string): string => `
  import { acquireLock } from ${sourceOf('lib/core/index.ts')};
  const lock = await acquireLock(${JSON.stringify(file(name))}, { purpose: 'holding it' });
  console.log('held');
  setTimeout(() => undefined, 60_000);`;

/** Reads a number, waits, writes it plus one: without a lock, most of the additions are lost. */
const counter = (name: string, times: number): string => `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { withLock } from ${sourceOf('lib/core/index.ts')};
  const count = ${JSON.stringify(file(`${name}-count`))};
  for (let i = 0; i < ${times}; i++)
    await withLock(${JSON.stringify(file(name))}, { purpose: 'counting', waitMs: 30_000 }, async () => {
      const value = Number(readFileSync(count, 'utf8'));
      await new Promise((done) => setTimeout(done, 1));
      writeFileSync(count, String(value + 1));
    });`;

suite('core lock', (test) => {
  test.before(() => mkdirSync(folder, { recursive: true }));

  test('one at a time, in the order in which they came', async () => {
    const seen: string[] = [];
    const work = (name: string) =>
      withLock(file('order'), { purpose }, async () => {
        seen.push(`${name} in`);
        await new Promise((done) => setTimeout(done, 5));
        seen.push(`${name} out`);
      });
    await Promise.all([work('a'), work('b'), work('c')]);
    assert.equal(seen, ['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
    assert.equal(readdirSync(folder), []);
  });

  test('ERR_LOCKED names the holder; no wait means no wait', async () => {
    const { child, line, ended } = program(holder('named'));
    await line('held');
    const before = performance.now();
    const error: unknown = await acquireLock(file('named'), { purpose, waitMs: 0 }).catch((thrown: unknown) => thrown);
    assert.ok(performance.now() - before < 1000);
    assert.ok(isArtistError(error, 'ERR_LOCKED'));
    assert.match(error.message, new RegExp(`process ${child.pid} on .*, for holding it, since 20`));
    assert.is((await lockOwner(file('named')))?.pid, child.pid);
    child.kill('SIGKILL');
    await ended;
    assert.is(await lockOwner(file('named')), undefined);
    await (await acquireLock(file('named'), { purpose, waitMs: 0 })).release().catch(() => assert.unreachable());
  });

  test('a lock inside this process is not taken twice either', async () => {
    const lock = await acquireLock(file('twice'), { purpose });
    assert.is(await codeOf(acquireLock(file('twice'), { purpose, waitMs: 0 })), 'ERR_LOCKED');
    assert.is(await codeOf(acquireLock(file('twice'), { purpose, waitMs: 50 })), 'ERR_LOCKED');
    await lock.release();
    await lock.release();
    await (await acquireLock(file('twice'), { purpose, waitMs: 0 })).release();
  });

  test('waiting without a limit, or for longer than a timer of Node can, does not end at once', async () => {
    for (const waitMs of [Number.POSITIVE_INFINITY, 2 ** 40]) {
      const first = await acquireLock(file('patient'), { purpose, waitMs: 0 });
      const second = acquireLock(file('patient'), { purpose, waitMs });
      assert.is(await Promise.race([codeOf(second), sleep(100, 'waits')]), 'waits');
      await first.release();
      await (await second).release();
    }
  });

  test('waiting ends with the reason of its signal', async () => {
    const lock = await acquireLock(file('signal'), { purpose });
    const controller = new AbortController();
    const waiting = acquireLock(file('signal'), { purpose, signal: controller.signal }).catch((error: unknown) => error);
    controller.abort('stopped');
    assert.is(await waiting, 'stopped');
    await lock.release();
  });

  const onLinux = (name: string, body: () => Promise<void>): void => test(name, process.platform === 'linux' ? body : () => undefined);

  onLinux('a process that ended and that nobody waited for holds nothing', async () => {
    // The shell becomes a program that never asks about its child.
    const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const pid = Number(String(await new Promise((resolve) => shell.stdout.once('data', resolve))).trim());
      assert.is(isAlive(pid), true);
      leave('zombie', { pid, birth: (await birthOf(pid)) ?? null });
      const state = (): string => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] ?? '';
      for (let wait = 0; state() !== 'Z' && wait < 500; wait++) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal([state(), isAlive(pid)], ['Z', false]);
      assert.is(await lockOwner(file('zombie')), undefined);
      await (await acquireLock(file('zombie'), { purpose, waitMs: 0 })).release();
    } finally {
      shell.kill('SIGKILL');
    }
  });

  test('a machine that slept keeps its lock: its heartbeat is looked at again before it is believed dead', async () => {
    leave('asleep', { host: 'another-machine' }, 60_000);
    const woken = setTimeout(() => utimesSync(file('asleep'), new Date(), new Date()), 2000);
    assert.is(await codeOf(acquireLock(file('asleep'), { purpose, waitMs: 0 })), 'ERR_LOCKED');
    clearTimeout(woken);
  });

  test('the heartbeat of a lock that was taken away leaves the file of its new holder alone', async () => {
    const lock = await acquireLock(file('taken'), { purpose });
    leave('taken', { host: 'another-machine', token: 'new' }, 20_000);
    const before = statSync(file('taken')).mtimeMs;
    await new Promise((resolve) => setTimeout(resolve, 6000));
    assert.is(statSync(file('taken')).mtimeMs, before);
    await lock.release();
    assert.is((await lockOwner(file('taken')))?.token, 'new');
  });

  test('what is left behind is taken over: a dead process, a pid that was given away, a silent machine, an empty file', async () => {
    const elsewhere = { host: 'another-machine', birth: null };
    const left = [
      leave('dead', { pid: 2 ** 22 + 1 }),
      leave('silent', elsewhere, 60_000),
      ...((await birthOf(process.pid)) === undefined ? [] : [leave('reused', { birth: 'some-other-boot:1' })]),
    ];
    writeFileSync(file('empty'), '');
    utimesSync(file('empty'), new Date(0), new Date(0));
    for (const path of [...left, file('empty')]) await (await acquireLock(path, { purpose, waitMs: 100 })).release();
    assert.is(await codeOf(acquireLock(leave('awake', elsewhere), { purpose, waitMs: 30 })), 'ERR_LOCKED');
    assert.is(JSON.parse(readFileSync(file('awake'), 'utf8')).token, 'left');
  });

  test('one that died while removing an abandoned lock is no obstacle', async () => {
    const abandoned = leave('chain', { pid: 2 ** 22 + 1, token: 'first' });
    leave('chain.lock.first', { pid: 2 ** 22 + 2, token: 'second' });
    writeFileSync(`${abandoned}.first`, readFileSync(file('chain.lock.first')));
    await (await acquireLock(abandoned, { purpose, waitMs: 1000 })).release();
  });

  test('eight processes that find an abandoned lock lose no addition, also when some are killed', async () => {
    leave('race', { pid: 2 ** 22 + 1 });
    writeFileSync(file('race-count'), '0');
    const programs = Array.from({ length: 4 }, () => program(counter('race', 25)));
    const killed = Array.from({ length: 4 }, () => program(holder('race')));
    for (const one of killed)
      void one.line('held').then(
        () => one.child.kill('SIGKILL'),
        () => undefined, // killed below before it got it
      );
    const results = await Promise.all(programs.map(({ ended }) => ended));
    assert.equal(
      results.map(({ code, stderr }) => [code, stderr]),
      results.map(() => [0, '']),
    );
    for (const { child, ended } of killed) {
      child.kill('SIGKILL');
      await ended;
    }
    assert.is(readFileSync(file('race-count'), 'utf8'), '100');
  });

  test('a folder that cannot be written', async () => {
    assert.is(await codeOf(acquireLock('/dev/null/x.lock', { purpose })), 'ERR_WRITE');
  });
});
