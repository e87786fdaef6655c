import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { isArtistError } from '../../lib/core/index.ts';
import { homeId, ScheduleStore, scheduleFiles, UptimeBook } from '../../lib/schedule/index.ts';
import { program, sourceOf } from '../core/support.ts';
import { suite } from '../harness.ts';
import { endPrograms, readyProgram, startProgram } from './compiled.ts';
import { newHome, scratch, until } from './support.ts';

const worksIn = (home: string): string[] => readdirSync(path.join(home, 'works')).sort();

suite('schedule on a bad day', { timeoutMs: 60_000 }, (test) => {
  test.after.each(endPrograms);

  test('several daemons at once: one runs, the others say who does; after kill -9 the next takes over', async () => {
    const home = newHome();
    mkdirSync(home, { recursive: true });
    let ready = 0;
    const ended: (number | null)[] = [];
    const children = Array.from({ length: 3 }, () => {
      const child = startProgram('daemon', [home]);
      child.once('message', () => ready++);
      child.once('exit', (code) => ended.push(code));
      return child;
    });
    await until('one of three', () => ready === 1 && ended.length === 2);
    assert.equal(ended, [1, 1]);
    const holder = children.find(({ exitCode }) => exitCode === null);
    assert.is((await new ScheduleStore(home).daemon())?.pid, holder?.pid);
    const gone = new Promise((resolve) => holder?.once('exit', resolve));
    holder?.kill('SIGKILL');
    await gone;
    const next = await readyProgram('daemon', [home]);
    assert.is((await new ScheduleStore(home).daemon())?.pid, next.pid);
    // The uptime record distinguishes a crash from a stop.
    assert.equal(
      (await new UptimeBook(home).spans()).map(({ stopped }) => stopped),
      [false, false],
    );
  });

  // prlimit exists only on Linux.
  const onLinux = process.platform === 'linux' ? test : () => undefined;
  onLinux('the disk is full while it runs: it lives on, nothing is done twice, and it goes on when there is room', async () => {
    const home = newHome();
    const store = new ScheduleStore(home);
    await store.add({ when: 'daily 09:00', count: 2 });
    const child = await readyProgram('daemon', [home]);
    // A limit on file size simulates a full disk and can be lifted.
    const limit = (bytes: string): void => void execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:unlimited`]);
    limit('1');
    const { id } = await store.runNow('j1');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.is(child.exitCode, null);
    assert.equal((await store.history()).length, 0);
    limit('unlimited');
    const record = await until('the run', async () => (await store.history()).find((one) => one.id === id), 20_000);
    assert.equal([record.outcome, record.works], ['done', { done: 2, due: 2 }]);
    assert.equal(worksIn(home), [`${await homeId(home)}.${id}-0`, `${await homeId(home)}.${id}-1`]);
  });

  onLinux('the disk is full between a work and its record: the work is not done again', async () => {
    const home = newHome();
    const store = new ScheduleStore(home);
    await store.add({ when: 'daily 09:00', count: 3 });
    const child = await readyProgram('daemon', [home]);
    const limit = (bytes: string): void => void execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:unlimited`]);
    const { id } = await store.runNow('j1');
    await until('the first work', () => worksIn(home).length > 0);
    limit('1');
    await new Promise((resolve) => setTimeout(resolve, 600));
    limit('unlimited');
    const record = await until('the run', async () => (await store.history()).find((one) => one.id === id), 20_000);
    // A second try of a work would fail, because its file is written with wx.
    assert.equal([record.outcome, record.works.done, record.attempts], ['done', 3, 1]);
  });

  test('a read-only home: its schedule can be listed; changing it says why it fails', async () => {
    const home = newHome();
    const store = new ScheduleStore(home);
    await store.add({ when: 'daily 09:00', timeZone: 'UTC' });
    const folder = path.dirname(scheduleFiles(home).state);
    chmodSync(scratch, 0o755);
    for (const one of [home, folder]) chmodSync(one, 0o555);
    // As its owner sees it: the files of a state are for the owner alone.
    for (const name of readdirSync(folder)) chmodSync(path.join(folder, name), 0o444);
    const text = `
      import { ScheduleDaemon, ScheduleStore, daemonStatus } from ${sourceOf('lib/schedule/index.ts')};
      // Not even the owner may write there; root switches to another user.
      if (process.getuid?.() === 0) process.setuid(65534);
      const store = new ScheduleStore(${JSON.stringify(home)});
      const say = (name, promise) => promise.then((value) => console.log(name + ' ' + JSON.stringify(value)), (error) => console.log(name + ' ' + error.code + ' ' + error.message));
      await say('list', store.list().then((jobs) => jobs.length));
      await say('next', store.next(2).then((runs) => runs.length));
      await say('history', store.history());
      await say('daemon', daemonStatus(store).then((found) => found ?? null));
      await say('add', store.add({ when: 'daily 10:00' }));
      await say('start', ScheduleDaemon.start({ store, run: async () => undefined }));`;
    try {
      const { ended, lines } = program(text);
      const { stderr } = await ended;
      assert.equal(lines.slice(0, 4), ['list 1', 'next 2', 'history []', 'daemon null'], stderr);
      for (const [at, name] of [
        [4, 'add'],
        [5, 'start'],
      ] as const)
        assert.match(lines[at] ?? '', new RegExp(`^${name} ERR_WRITE .*no permission to write`), stderr);
    } finally {
      for (const one of [home, folder]) chmodSync(one, 0o755);
    }
  });

  test('a damaged uptime record starts again; one of a newer version is left alone', async () => {
    const home = newHome();
    const repairs: string[] = [];
    const book = new UptimeBook(home, { onRepair: ({ restored }) => repairs.push(restored) });
    await book.begin();
    const file = path.join(home, 'state', 'uptime.json');
    writeFileSync(file, '{"kind": "upti');
    await book.beat();
    assert.equal([repairs, (await book.spans()).length], [['initial'], 1]);
    writeFileSync(file, JSON.stringify({ kind: 'uptime', version: 9, data: {} }));
    try {
      await book.beat();
      assert.unreachable();
    } catch (error) {
      assert.ok(isArtistError(error, 'ERR_NEWER_VERSION'), String(error));
    }
  });
});
