/** Jobs painted by a process of their own: crashes, kills, two servers on one home. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { isAlive } from '../../../lib/core/index.ts';
import { type GenerateResult, loadModel } from '../../../lib/engine/index.ts';
import { decodeImage } from '../../../lib/image/index.ts';
import { type Painter, type PaintJob, startPainter } from '../../../lib/service/index.ts';
import { suite } from '../../harness.ts';
import { codeOf, newHome, openServer, request, type Server, until } from './support.ts';

/** Processes that a process has started. */
function childrenOf(pid: number): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    return []; // pgrep exits with 1 if there is none
  }
}

/** Kills the engine of a painter. */
async function killEngine(painter: Painter): Promise<void> {
  const [engine] = await until('the engine runs', () => {
    const found = childrenOf(painter.pid ?? 0);
    return found.length > 0 && found;
  });
  process.kill(engine ?? 0, 'SIGKILL');
}

/** Pictures are filed while later ones are painted: several must be left when a test acts after the first. */
const long = { steps: 20, batchCount: 7, seed: 21 };

suite('the painter', { timeoutMs: 100_000 }, (test) => {
  let server: Server;
  let painter: Painter;
  const lines: string[] = [];

  let images: GenerateResult['images'];

  test.before(async () => {
    server = await openServer();
    const model = await loadModel({ home: server.folder });
    ({ images } = await model.generate({ prompt: 'a fox', width: 64, height: 64, ...long }));
    await model.dispose();
    painter = await startPainter({ home: server.folder, stopWithinMs: 0, log: ({ level, message }) => lines.push(`${level} ${message}`) });
  });
  test.after(async () => {
    await painter.stop();
    await server.close();
  });

  /** Waits until the try has finished a picture. */
  const pictured = (id: string, count = 1): Promise<PaintJob> =>
    until(`${id} has ${count} pictures`, async () => {
      const job = await server.jobs.get(id);
      return job.state === 'running' && job.pictures.length >= count && job;
    });
  const checkPictures = async (job: PaintJob): Promise<void> => {
    assert.is(job.state, 'done', JSON.stringify(job.error));
    for (const [index, image] of images.entries()) {
      const { data } = await decodeImage((await server.jobs.picture(job.id, index)).bytes);
      assert.ok(Buffer.from(data).equals(Buffer.from(image.data)), `picture ${index}`);
      const filed = await server.gallery.select(`task:${job.id}.${index}`);
      assert.is(filed.length, job.keep ? 1 : 0);
    }
  };

  test('it has a lower priority, and its lines are in the log', async () => {
    const job = await server.jobs.wait((await server.jobs.submit(request({}))).id);
    assert.is(job.state, 'done', JSON.stringify(job.error));
    if (process.platform !== 'win32') assert.is(getPriority(painter.pid), Math.min(19, getPriority() + 10));
    assert.is(painter.health(), undefined);
    assert.equal(lines, ['info begins', 'info done']);
  });

  test('a crash of the engine fails the try, the second one the job; retry() goes on with the same pictures', async () => {
    const { id } = await server.jobs.submit(request(long));
    for (const attempt of [1, 2]) {
      await pictured(id, attempt);
      await killEngine(painter);
      await until(`try ${attempt} ends`, async () => (await server.queue.get(id))?.state !== 'running');
    }
    const parked = await server.jobs.wait(id);
    assert.equal([parked.state, parked.error?.code], ['failed', 'ERR_NATIVE_CRASH']);
    assert.match(parked.error?.message ?? '', /died of SIGKILL/);
    assert.ok(lines.some((line) => /failed: ERR_NATIVE_CRASH: .*it will be tried again$/.test(line)));
    await server.jobs.retry(id);
    await checkPictures(await server.jobs.wait(id));
  });

  test('a painter that is killed is started again, and nothing is painted twice', async () => {
    const { id } = await server.jobs.submit(request(long));
    await pictured(id);
    const { pid } = painter;
    process.kill(pid ?? 0, 'SIGKILL');
    await checkPictures(await server.jobs.wait(id));
    assert.is.not(painter.pid, pid);
    assert.ok(lines.includes('warn the painter died of SIGKILL; it is started again in 0.5 s'));
  });

  test('a stopped painter returns its job to the queue, and another one finishes it', async () => {
    const { id } = await server.jobs.submit(request(long, { keep: false }));
    await pictured(id);
    await painter.stop();
    assert.is((await server.jobs.get(id)).state, 'waiting');
    painter = await startPainter({ home: server.folder, stopWithinMs: 0, log: () => undefined });
    await checkPictures(await server.jobs.wait(id));
  });

  test('SIGTERM to every process of the service: the current job is finished', async () => {
    await painter.stop();
    painter = await startPainter({ home: server.folder, log: () => undefined });
    const { id } = await server.jobs.submit(request(long, { keep: false }));
    await pictured(id);
    for (const pid of [...childrenOf(painter.pid ?? 0), painter.pid ?? 0]) process.kill(pid, 'SIGTERM');
    await checkPictures(await server.jobs.wait(id));
    assert.is((await server.queue.get(id))?.attempt, 1);
  });

  test('a home that cannot be opened is refused with its error', async () => {
    const refused = startPainter({ home: server.folder, set: ['paint.steps=0'], log: () => undefined });
    assert.is(await codeOf(refused), 'ERR_CONFIG');
  });
});

suite('servers that die', { timeoutMs: 100_000 }, (test) => {
  const started = new Set<ChildProcess>();
  test.after(() => {
    for (const child of started) child.kill('SIGKILL');
  });
  const start = async (...args: string[]): Promise<{ child: ChildProcess; painter: number; ids: string[] }> => {
    const program = fileURLToPath(new URL('programs/server.ts', import.meta.url));
    const child = fork(program, args, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    started.add(child);
    const [message] = (await once(child, 'message')) as [{ painter: number; ids: string[] }];
    return { child, ...message };
  };

  test('after kill -9 of everything, all queued jobs are there and are painted once, by two servers', async () => {
    const folder = newHome();
    const first = await start(folder, '50', '30');
    const engines = await until('the engine runs', () => {
      const found = childrenOf(first.painter);
      return found.length > 0 && found;
    });
    for (const pid of [first.child.pid ?? 0, first.painter, ...engines]) process.kill(pid, 'SIGKILL');
    const server = await openServer(folder);
    const jobs = await server.jobs.list();
    assert.equal(jobs.map(({ id }) => id).toSorted(), first.ids.toSorted());
    // Most are cancelled, because painting them all takes long.
    for (const id of first.ids.slice(6)) await server.jobs.cancel(id);
    const [painter, other] = await Promise.all([startPainter({ home: folder, log: () => undefined }), start(folder)]);
    const ended = await Promise.all(first.ids.map((id) => server.jobs.wait(id)));
    const states = ended.map(({ state }) => state);
    assert.ok(
      states.every((state, index) => state === (index < 6 ? 'done' : 'cancelled')),
      states.join(' '),
    );
    const filed = await server.gallery.list({ limit: 100 });
    const tasks = filed.works.map(({ derivation }) => derivation?.['task']);
    assert.equal(tasks.toSorted(), [0, 2, 4].map((index) => `${first.ids[index]}.0`).toSorted());
    const orphans = [other.painter, ...childrenOf(other.painter)];
    other.child.kill('SIGKILL');
    await until('its painter ends with the server', () => orphans.every((pid) => !isAlive(pid)));
    await painter.stop();
    await server.close();
  });
});
