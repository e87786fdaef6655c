/** Two servers and the schedule's own process on one home: all read and change works at once, and its index is broken meanwhile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { homeOf, packageRoot } from '../../../lib/core/index.ts';
import { Gallery, verifyGallery } from '../../../lib/gallery/index.ts';
import { indexVersion } from '../../../lib/gallery/indexing/index-lines.ts';
import { TokenBook } from '../../../lib/server/index.ts';
import { manyWorks } from '../../gallery/many-works.ts';
import { file, type Place, place } from '../../gallery/support.ts';
import { suite } from '../../harness.ts';
import { typescript } from '../../support/run-source.ts';
import { endServers, type ServerProcess, startServerProcess } from '../programs/start.ts';

type Json = ReturnType<typeof JSON.parse>;

const works = 300;
const small = { width: 64, height: 64, steps: 1 };

async function until(what: string, holds: () => Promise<boolean>, ms = 60_000): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(100)) if (await holds()) return;
  throw new Error(`${what}: not within ${ms} ms`);
}

/** `ai-artist schedule start` as a user starts it. */
function startSchedule(home: string): { child: ChildProcess; said: () => string } {
  const program = path.join(packageRoot(), 'bin', 'ai-artist.ts');
  const child = spawn(process.execPath, ['--import', typescript, program, 'schedule', 'start', '--home', home], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return { child, said: () => errors };
}

suite('two servers and a schedule on one home', { timeoutMs: 120_000 }, (test) => {
  let here: Place;
  let token: string;
  let servers: ServerProcess[];
  let schedule: ReturnType<typeof startSchedule>;

  const call = async (server: ServerProcess, method: string, to: string, body?: object): Promise<Json> => {
    const response = await fetch(`${server.url}/api/v1${to}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${to}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const one = (at: number): ServerProcess => servers[at % servers.length] as ServerProcess;
  const totalOf = async (server: ServerProcess, query = ''): Promise<number> =>
    (await call(server, 'GET', `/works?limit=1&query=${encodeURIComponent(query)}`)).total;

  test.before(async () => {
    here = place();
    await manyWorks(here, works);
    await here.gallery.refresh();
    token = (await new TokenBook(homeOf(here.home)).create({ name: 'admin', scope: 'admin' })).token;
    servers = await Promise.all([startServerProcess(here.home, { paint: true }), startServerProcess(here.home)]);
    schedule = startSchedule(here.home);
  });
  test.after(async () => {
    schedule.child.kill('SIGKILL');
    await endServers();
  });

  const records = (): string[] =>
    (readdirSync(here.gallery.folder, { recursive: true, encoding: 'utf8' }) as string[]).filter((name) =>
      /[0-9A-Z]{26}\.json$/.test(name),
    );

  test('what all of them change at once is there, and none is locked out', async () => {
    const ids = (await here.gallery.select('')).slice(0, 20);
    const {
      job: { id: job },
    } = await call(one(0), 'POST', '/schedule', {
      when: 'daily 00:00',
      topics: ['a fox'],
      options: { candidates: 1, steps: 1, width: 64, height: 64 },
    });
    await until('the schedule runs', async () => (await call(one(1), 'GET', '/schedule')).daemon !== null);
    const run = call(one(1), 'POST', `/schedule/${job}/run`);
    const jobs: string[] = [];
    const rate = async (server: ServerProcess, name: string): Promise<void> => {
      for (const id of ids) await call(server, 'PATCH', `/works/${id}`, { addTags: [name], rating: 3 });
    };
    const submit = async (server: ServerProcess): Promise<void> => {
      for (let seed = 0; seed < 3; seed++)
        jobs.push((await call(server, 'POST', '/jobs', { prompt: 'shared job', options: { ...small, seed } })).id);
    };
    const mass = (server: ServerProcess, name: string): Promise<Json> =>
      call(server, 'POST', '/works/actions', { action: { action: 'change', change: { addTags: [name] } }, query: 'owl', waitSeconds: 30 });
    const [, , , , , filed, first, second] = await Promise.all([
      run,
      rate(one(0), 'by one'),
      rate(one(1), 'by two'),
      submit(one(0)),
      submit(one(1)),
      (async () => {
        const made: string[] = [];
        for (let at = 0; at < 10; at++) made.push((await file({ ...here, gallery: here.again() }, 'filed beside')).id);
        return made;
      })(),
      mass(one(0), 'mass one'),
      mass(one(1), 'mass two'),
    ]);
    assert.equal([first.state, first.failed, second.state, second.failed], ['done', 0, 'done', 0]);
    for (const id of jobs)
      await until(`job ${id}`, async () => {
        const { state, error } = await call(one(1), 'GET', `/jobs/${id}`);
        assert.not.equal(state, 'failed', JSON.stringify(error));
        return state === 'done';
      });
    await until('the run of the schedule', async () => {
      const { runs } = await call(one(0), 'GET', '/schedule/history');
      return runs.length > 0;
    });
    for (const id of ids) {
      const { tags = [], rating } = await here.gallery.get(id);
      assert.ok(tags.includes('by one') && tags.includes('by two') && rating === 3, `${id}: ${tags}`);
    }
    const owls = await here.gallery.select('owl');
    for (const query of ['tag:"mass one"', 'tag:"mass two"']) assert.equal(await here.gallery.select(query), owls, query);
    for (const server of servers) {
      await until('both servers show the same', async () => (await totalOf(server)) === records().length);
      assert.is(await totalOf(server, '"filed beside"'), filed.length);
      assert.is(await totalOf(server, '"shared job"'), 6);
    }
    const { findings } = await verifyGallery(here.again());
    assert.equal(
      findings.filter(({ kind }) => kind !== 'picture-missing'),
      [],
      'manyWorks() gives pictures to the first forty only',
    );
  });

  const damages: [string, (index: string) => void, RegExp][] = [
    ['deleted', (index) => rmSync(index), /the index was gone/],
    ['cut short', (index) => truncateSync(index, 5000), /the index was cut short/],
    ['empty', (index) => truncateSync(index, 0), /the index was empty/],
    ['garbage', (index) => writeFileSync(index, 'lorem ipsum\n'.repeat(1000)), /the index was no index/],
    ['of a newer version', (index) => writeFileSync(index, `H\t99\t${'f'.repeat(16)}\nwho knows\n`), /of version 99, which a newer/],
  ];
  for (const [name, damage, warning] of damages)
    test(`an index that is ${name} while they serve: every answer stays right, a new server is right too, and the log tells`, async () => {
      const { index } = here.gallery.layout;
      const all = await totalOf(one(0));
      const foxes = await totalOf(one(1), 'fox');
      damage(index);
      let late: ServerProcess | undefined;
      const starting = startServerProcess(here.home).then((server) => {
        late = server;
      });
      for (const end = performance.now() + 1000; performance.now() < end; await sleep(30))
        for (const server of servers) assert.equal([await totalOf(server), await totalOf(server, 'fox')], [all, foxes]);
      await starting;
      await until(
        'the new server',
        async () => late !== undefined && (await totalOf(late)) === all && (await totalOf(late, 'fox')) === foxes,
      );
      await until('the index', async () => existsSync(index) && readFileSync(index, 'latin1').startsWith(`H\t${indexVersion}\t`));
      const [id = ''] = await here.again().select('fox');
      await call(one(1), 'PATCH', `/works/${id}`, { note: `after ${name}` });
      assert.is((await call(late as unknown as ServerProcess, 'GET', `/works/${id}`)).note, `after ${name}`);
      assert.is((await new Gallery({ home: here.home }).select('fox')).length, foxes);
      assert.ok(
        [...servers, late].some((server) => warning.test(server?.said() ?? '')),
        servers.map((server) => server.said()).join(),
      );
      await late?.kill();
    });

  test('garbage in the middle of the index: a new server reads the works whose lines are lost', async () => {
    const { index } = here.gallery.layout;
    const bytes = readFileSync(index);
    bytes.fill(0, bytes.length >> 2, bytes.length >> 1);
    writeFileSync(index, bytes);
    const late = await startServerProcess(here.home);
    const all = records().length;
    await until('the new server', async () => (await totalOf(late)) === all);
    assert.match(late.said(), /the index was damaged/);
    for (const server of servers) assert.is(await totalOf(server), all);
    assert.is((await new Gallery({ home: here.home }).select('')).length, all);
    await late.kill();
  });
});
