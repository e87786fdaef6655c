import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { lastLogged } from '../../../lib/observe/index.ts';
import { healthPageRoutes } from '../../../lib/server/api/health/routes.ts';
import { suite } from '../../harness.ts';
import { scratch, serve, type TestServer } from './support.ts';

interface Check {
  part: string;
  code: string;
  state: string;
  values: Record<string, string | number>;
  details: string[];
}

suite('health over HTTP', { timeoutMs: 120_000 }, (test) => {
  let server: TestServer;
  let trouble: string | undefined;
  test.before(async () => {
    server = await serve([healthPageRoutes(async () => trouble)]);
  });
  test.after(() => server.close());

  const checks = async (): Promise<Check[]> => {
    const { status, body } = await server.call('GET', '/health');
    assert.is(status, 200, JSON.stringify(body));
    return body.checks;
  };
  const run = async (wish: object): Promise<ReturnType<typeof JSON.parse>> => {
    const begun = await server.call('POST', '/health/run', { body: wish });
    assert.is(begun.status, 202, JSON.stringify(begun.body));
    for (;;) {
      const { body } = await server.call('GET', '/health/run');
      if (body.run.state !== 'running') return body.run;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  test('every part has a finding; it names no folder beyond the home, and only administrators see it', async () => {
    await server.file('a fox');
    const found = await checks();
    assert.equal(
      [...new Set(found.map(({ part }) => part))],
      ['engine', 'memory', 'disk', 'models', 'gallery', 'schedule', 'painter', 'queue', 'log', 'system'],
    );
    assert.equal(
      found.filter(({ code }) => code === 'unreadable'),
      [],
    );
    assert.not.match(JSON.stringify(found), new RegExp(scratch.slice(0, 14)));
    const models = found.find(({ code }) => code === 'models.there');
    assert.match(models?.details.join('\n') ?? '', /ai-artist-mini: .*SHA-256 [0-9a-f]{64}/);
    for (const [as, status] of [
      ['none', 401],
      ['read', 403],
      ['paint', 403],
    ] as const)
      for (const [method, address] of [
        ['GET', '/health'],
        ['GET', '/health/run'],
        ['POST', '/health/run'],
        ['POST', '/health/run/cancel'],
      ] as const)
        assert.is((await server.call(method, address, { as, ...(method === 'POST' && { body: {} }) })).status, status, `${as} ${address}`);
  });

  test('what paints, a paused queue, and errors of the log are found, without secrets and folders', async () => {
    trouble = `the painter ended 3 times: ${path.join(tmpdir(), 'secret-folder', 'model.gguf')}: cannot be read`;
    await server.context.queue.pause();
    const now = new Date().toISOString();
    const logs = path.join(server.home, 'logs');
    mkdirSync(logs, { recursive: true });
    const line = (more: object) => `${JSON.stringify({ time: now, level: 'error', pid: 1, ...more })}\n`;
    writeFileSync(
      path.join(logs, `serve-${now.slice(0, 10)}.jsonl`),
      `${line({ message: 'ERR_READ: /home/other/pictures/a.png: gone' })}{"torn\n${line({ level: 'info', message: 'well' })}`,
    );
    const found = await checks();
    const of = (code: string) => found.find((check) => check.code === code);
    assert.is(of('painter.trouble')?.state, 'bad');
    assert.not.match(of('painter.trouble')?.details[0] ?? '', /secret-folder/);
    assert.is(of('queue.paused')?.state, 'warning');
    assert.is(of('log.errors')?.values['n'], 1);
    assert.match(of('log.errors')?.details[0] ?? '', /ERR_READ: …\/a\.png: gone/);
    trouble = undefined;
    await server.context.queue.resume();
    const after = await checks();
    assert.ok(after.some(({ code }) => code === 'painter.fine') && after.some(({ code }) => code === 'queue.fine'));
  });

  test('a check changes nothing and says what is wrong; a repair says what it did', async () => {
    const [lost, damaged] = [await server.file('a lost picture'), await server.file('a damaged record')];
    rmSync(lost.path);
    const sidecar = damaged.path.replace(/\.png$/, '.json');
    writeFileSync(sidecar, '{"damaged');
    appendFileSync(path.join(path.dirname(damaged.path), 'notes.txt'), 'foreign');
    const checked = await run({});
    assert.equal(checked.gallery.findings.map(({ kind }: { kind: string }) => kind).sort(), ['damaged', 'foreign', 'picture-missing']);
    assert.is(readFileSync(sidecar, 'utf8'), '{"damaged');
    assert.is(checked.gallery.repaired, 0);
    assert.not.match(JSON.stringify(checked), new RegExp(scratch.slice(0, 14)));

    await server.gallery.thumbnail(damaged.id).catch(() => undefined);
    const repaired = await run({ fix: true, drop: true });
    assert.is(repaired.state, 'done', JSON.stringify(repaired.error));
    assert.is(repaired.gallery.repaired, 2);
    assert.match(repaired.gallery.repairs.join('\n'), /made again from the picture/);
    assert.match(repaired.gallery.repairs.join('\n'), /the work is in the trash/);
    assert.equal([repaired.gallery.found, repaired.gallery.thumbnails.missing], [1, 0]);
    assert.is((await server.gallery.get(damaged.id)).recipe?.prompt, 'a damaged record');
    assert.ok((await server.gallery.get(lost.id)).trashedAt);
    // The picture's own thumbnail is gone: a check counts it, a repair makes it.
    rmSync(await server.gallery.thumbnail(damaged.id));
    assert.is((await run({ hashes: false })).gallery.thumbnails.missing, 1);
    assert.is((await run({ hashes: false, fix: true })).gallery.thumbnails.made, 1);
  });

  test('the models are compared with their hashes', async () => {
    const { models } = await run({ of: 'models' });
    assert.ok(models.right >= 5);
    assert.equal([models.wrong, models.unknown], [[], 0]);
    mkdirSync(path.join(server.home, 'models'), { recursive: true });
    cpSync(path.join(import.meta.dirname, '../../../package.json'), path.join(server.home, 'models', 'own.safetensors'));
    assert.is((await run({ of: 'models' })).models.unknown, 1);
    assert.is((await server.call('POST', '/health/run', { body: { of: 'models', fix: true } })).status, 400);
  });

  test('a second check is refused while one runs, which can be stopped', async () => {
    for (let index = 0; index < 40; index++) await server.file(`a fox ${index}`);
    const [first, second] = await Promise.all([
      server.call('POST', '/health/run', { body: { fix: true } }),
      server.call('POST', '/health/run', { body: {} }),
    ]);
    assert.equal([first.status, second.status].sort(), [202, 409], 'a conflict, and no fault of the server');
    assert.is((first.status === 409 ? first : second).body.error.code, 'ERR_LOCKED');
    const { body } = await server.call('POST', '/health/run/cancel');
    assert.ok(['cancelled', 'done'].includes(body.run.state), body.run.state);
    assert.is((await run({ hashes: false })).state, 'done');
  });
});

suite('the last lines of log files', (test) => {
  test('newest first, of all writers, from the end of long files', async () => {
    const folder = path.join(scratch, 'logs of three');
    mkdirSync(folder, { recursive: true });
    const line = (time: number, level: string, message: string) =>
      `${JSON.stringify({ time: new Date(time).toISOString(), level, message, tag: 'x' })}\n`;
    const long = Array.from({ length: 6000 }, (_, index) => line(1000 + index, 'info', 'x'.repeat(100))).join('');
    writeFileSync(path.join(folder, 'serve-2026-01-02.jsonl'), line(1, 'error', 'too far back') + long + line(9000, 'error', 'late'));
    writeFileSync(path.join(folder, 'serve-2026-01-02.1.jsonl'), line(9500, 'warn', 'a warning'));
    writeFileSync(path.join(folder, 'worker-2026-01-01.jsonl'), line(9900, 'error', 'a worker'));
    writeFileSync(path.join(folder, 'notes.txt'), 'x');
    const errors = await lastLogged(folder, { level: 'error', most: 5 });
    assert.equal(
      errors.map(({ message, writer }) => `${writer} ${message}`),
      ['worker a worker', 'serve late'],
    );
    assert.is((await lastLogged(folder, { level: 'warn', most: 2 }))[1]?.message, 'a warning');
    assert.equal(await lastLogged(path.join(folder, 'none'), { level: 'error', most: 5 }), []);
  });
});
