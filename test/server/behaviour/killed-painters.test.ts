/** Two servers that paint and a schedule on one home, each of whose processes is killed in the middle of its work: each work is painted once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { homeOf, packageRoot } from '../../../lib/core/index.ts';
import { Gallery, verifyGallery } from '../../../lib/gallery/index.ts';
import { TokenBook } from '../../../lib/server/index.ts';
import { type Place, place } from '../../gallery/support.ts';
import { suite } from '../../harness.ts';
import { typescript } from '../../support/run-source.ts';
import { endServers, type ServerProcess, startServerProcess } from '../programs/start.ts';

type Json = ReturnType<typeof JSON.parse>;

const killer = new URL('../programs/kill-program.ts', import.meta.url).href;
const small = { width: 64, height: 64, steps: 1 };

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 90_000; performance.now() < end; await sleep(100)) if (await holds()) return;
  throw new Error(`${what}: not within 90 s`);
}

suite('processes of one home that are killed while they work', { timeoutMs: 180_000 }, (test) => {
  let here: Place;
  let token: string;
  const schedules: ChildProcess[] = [];

  test.before(async () => {
    here = place();
    token = (await new TokenBook(homeOf(here.home)).create({ name: 'admin', scope: 'admin' })).token;
  });
  test.after(async () => {
    for (const child of schedules) child.kill('SIGKILL');
    await endServers();
  });

  /** A file of the steps at which a program is killed. */
  const stepsFile = (name: string, steps: readonly number[]): string => {
    const file = path.join(here.home, `${name}.kills`);
    writeFileSync(file, JSON.stringify(steps));
    return file;
  };
  const killing = (program: string, file: string) => ({ KILL_PROGRAM: program, KILL_STEPS: file });
  const startSchedule = (env: Record<string, string>): ChildProcess => {
    const program = path.join(packageRoot(), 'bin', 'ai-artist.ts');
    const flags = ['--import', typescript, '--import', killer, program, 'schedule', 'start', '--queue', 'file', '--home', here.home];
    const child = spawn(process.execPath, flags, { stdio: 'ignore', env: { ...process.env, ...env } });
    schedules.push(child);
    return child;
  };
  const call = async (server: ServerProcess, method: string, to: string, body?: object, headers = {}): Promise<Json> => {
    const response = await fetch(`${server.url}/api/v1${to}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${to}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  test('each job and each run of the schedule is one work, and no file is half', async () => {
    const [ofFirst, ofSecond, ofSchedule] = [stepsFile('first', [30]), stepsFile('second', [18]), stepsFile('schedule', [9])];
    const painting = (file: string) => ({ paint: true, env: killing('painter-program', file), imports: [killer] });
    const [first, second] = await Promise.all([
      startServerProcess(here.home, painting(ofFirst)),
      startServerProcess(here.home, painting(ofSecond)),
    ]);
    const { job } = await call(second, 'POST', '/schedule', {
      when: 'daily 00:00',
      topics: ['a lighthouse'],
      options: { candidates: 1, ...small },
    });
    const daemon = startSchedule(killing('ai-artist.ts', ofSchedule));
    const submit = (server: ServerProcess, seed: number): Promise<Json> =>
      call(server, 'POST', '/jobs', { prompt: 'a fox', options: { ...small, seed } }, { 'idempotency-key': `fox ${seed}` });
    const made: Json[] = [];
    for (const seed of [1, 2]) made.push(await submit(first, seed), await submit(second, seed + 10));
    // The first server dies while jobs wait and run, its painter with it or by itself; its client sends its jobs to the other one again.
    await until('a painter begins', async () => (await call(second, 'GET', '/jobs?state=running,done')).jobs.length > 0);
    await first.kill();
    for (const seed of [1, 2]) assert.is((await submit(second, seed)).id, made[(seed - 1) * 2].id, 'the same job');
    // The schedule dies while it begins, or while it carries out what is asked of it.
    await until('the schedule', async () => daemon.signalCode !== null || (await call(second, 'GET', '/schedule')).daemon !== null);
    await call(second, 'POST', `/schedule/${job.id}/run`);
    await until('the kill of the schedule', async () => daemon.signalCode === 'SIGKILL');
    startSchedule({});
    const third = await startServerProcess(here.home, { paint: true });
    for (const { id } of made)
      await until(`job ${id}`, async () => {
        const { state, error } = await call(third, 'GET', `/jobs/${id}`);
        assert.not.equal(state, 'failed', JSON.stringify(error));
        return state === 'done';
      });
    await until('the run of the schedule', async () => (await call(third, 'GET', '/schedule/history')).runs.length > 0);
    await until('the kill of the second painter', async () => /the painter died of SIGKILL/.test(second.said()));

    const gallery = new Gallery({ home: here.home });
    const seeds = (await gallery.getMany(await gallery.select('"a fox"'))).map(({ recipe }) => recipe?.seed);
    assert.equal(
      seeds.toSorted((a, b) => Number(a) - Number(b)),
      [1, 2, 11, 12],
    );
    const { runs } = await call(third, 'GET', '/schedule/history');
    assert.is(runs.length, 1, JSON.stringify(runs));
    assert.is((await gallery.select('')).length, 5);
    assert.equal(
      (await verifyGallery(gallery)).findings.filter(({ kind }) => kind !== 'leftover'),
      [],
    );
  });
});
