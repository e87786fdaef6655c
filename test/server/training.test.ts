import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { homeOf } from '../../lib/core/index.ts';
import { decodeImage } from '../../lib/image/index.ts';
import { listLoras } from '../../lib/lora/index.ts';
import { startServer } from '../../lib/server/index.ts';
import { suite } from '../harness.ts';
import type { PictureFolder } from '../train/support.ts';
import { tinyFolder } from '../train/tiny-run.ts';
import { hostileNames, type Reply, type Shell, startShell } from './support.ts';

type Json = ReturnType<typeof JSON.parse>;
const options = {
  resolution: 64,
  batchSize: 1,
  steps: 2,
  seed: 11,
  threads: 1,
  network: { rank: 2, targets: 'attention' },
  samples: { every: 2, steps: 1 },
  checkpoints: { every: 1 },
};

suite('training over HTTP', (test) => {
  let shell: Shell;
  let folder: PictureFolder;
  test.before(async () => {
    shell = await startShell();
    folder = await tinyFolder(0);
  });
  test.after(async () => {
    await shell.server.close();
    await folder.remove();
  });
  const ask = (method: string, path: string, body?: object, token = shell.tokens.admin): Promise<Reply> =>
    shell.send(`/api/v1/training${path}`, { method, token, ...(body && { body }) });
  const upload = async (set: string, files: Record<string, Blob>, captions?: object): Promise<Reply> => {
    const form = new FormData();
    for (const [name, blob] of Object.entries(files)) form.append('files', blob, name);
    if (captions) form.set('captions', JSON.stringify(captions));
    const encoded = new Response(form);
    return shell.send(`/api/v1/training/datasets/${set}/pictures`, {
      method: 'POST',
      token: shell.tokens.admin,
      body: new Uint8Array(await encoded.arrayBuffer()),
      headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
    });
  };
  const picture = async (seed: number): Promise<Blob> => {
    const { readFile } = await import('node:fs/promises');
    return new Blob([new Uint8Array(await readFile(await folder.picture(`p${seed}.png`, { seed })))]);
  };

  test('only administrators', async () => {
    for (const token of [shell.tokens.paint, shell.tokens.read]) {
      equal((await ask('POST', '/datasets', { name: 'x' }, token)).status, 403);
      equal((await ask('POST', '/runs', { dataSet: 'x' }, token)).status, 403);
    }
  });

  test('a data set: pictures, captions, licence, checks', async () => {
    equal((await ask('POST', '/datasets', { name: 'foxes' })).status, 201);
    equal((await ask('POST', '/datasets', { name: 'foxes' })).status, 409);
    const added = await upload('foxes', { 'a.jpg': await picture(1), 'b.png': await picture(2) }, { 'a.jpg': 'a fox' });
    deepEqual(added.json().files, ['a.png', 'b.png'], 'the ending follows the content');
    equal((await upload('foxes', { 'c.png': new Blob(['<svg onload=alert(1)>']) })).status, 400);
    equal((await upload('foxes', { 'a.png': await picture(3) })).status, 409);
    equal((await ask('PUT', '/datasets/foxes/pictures/b.png/caption', { caption: 'two\nfoxes' })).status, 204);
    const { pictures } = (await ask('GET', '/datasets/foxes')).json();
    deepEqual(
      pictures.map(({ file, caption }: Json) => [file, caption]),
      [
        ['a.png', 'a fox'],
        ['b.png', 'two foxes'],
      ],
    );
    equal((await ask('GET', '/datasets/foxes/pictures/a.png')).headers['content-type'], 'image/png');
    const check = await ask('POST', '/datasets/foxes/check');
    equal(check.json().error.code, 'ERR_LICENCE');
    ok(!check.text.includes(shell.home));
    equal((await ask('PUT', '/datasets/foxes/licence', { licence: 'own' })).status, 204);
    equal((await ask('POST', '/datasets/foxes/check')).json().pictures, 2);
    equal((await ask('PUT', '/datasets/foxes/pictures/b.png/licence', { licence: 'CC BY-NC 4.0' })).status, 204);
    equal((await ask('POST', '/datasets/foxes/check')).json().error.code, 'ERR_LICENCE');
    const { licence, pictures: licensed } = (await ask('GET', '/datasets/foxes')).json();
    deepEqual([licence, ...licensed.map((one: Json) => one.licence)], ['own', null, 'CC-BY-NC-4.0']);
    equal((await ask('PUT', '/datasets/foxes/pictures/b.png/licence', { licence: null })).status, 204);
    equal((await ask('POST', '/datasets/foxes/check')).json().licence, 'own');
  });

  test('no name leads out of the home', async () => {
    for (const name of hostileNames)
      for (const [method, path] of [
        ['GET', `/datasets/${name}`],
        ['DELETE', `/datasets/${name}`],
        ['GET', `/datasets/foxes/pictures/${name}`],
        ['DELETE', `/datasets/foxes/pictures/${name}`],
        ['GET', `/runs/${name}/curve`],
        ['GET', `/runs/${name}/lora`],
        ['GET', `/runs/${name}/samples/0/0`],
        ['GET', `/runs/${name}/samples`],
        ['POST', `/runs/${name}/samples`],
        ['GET', `/runs/${name}/samples/asked/x`],
        ['POST', `/runs/${name}/stop`],
      ] as const) {
        const reply = await ask(method, path);
        ok(reply.status === 400 || reply.status === 404 || reply.status === 405, `${method} ${path}: ${reply.status} ${reply.text}`);
        ok(!/root:|daemon:/.test(reply.text));
      }
    for (const name of ['..', '../x', 'a/b', '.hidden', 'con']) equal((await ask('POST', '/datasets', { name })).status, 400);
  });

  /** Resumes a run with and without share: only without it the queue is paused until the end. */
  const resumed = async (name: string): Promise<void> => {
    const isPaused = async (): Promise<boolean> => (await shell.send('/api/v1/queue', { token: shell.tokens.admin })).json().paused;
    equal((await ask('POST', `/runs/${name}/resume`, { share: 'yes' })).status, 400);
    for (const share of [true, false]) {
      equal((await ask('POST', `/runs/${name}/resume`, { share })).status, 202);
      equal(await isPaused(), !share);
      for (let tries = 0; tries < 600; tries++) {
        const { state } = (await ask('GET', '/runs')).json().runs[0];
        if (state !== 'waiting' && state !== 'running') break;
        await sleep(100);
      }
    }
    for (let tries = 0; (await isPaused()) && tries < 100; tries++) await sleep(100);
    equal(await isPaused(), false);
  };

  const pixels = async (path: string): Promise<Buffer> => {
    const response = await fetch(`${shell.server.url}/api/v1/training${path}`, {
      headers: { authorization: `Bearer ${shell.tokens.paint}` },
    });
    equal(response.status, 200, path);
    return Buffer.from((await decodeImage(new Uint8Array(await response.arrayBuffer()))).data);
  };

  /** Samples with the LoRA of the last checkpoint are the strip of that step again; those of an earlier one are others. */
  const sampledAgain = async (name: string): Promise<void> => {
    const ask = (body: object, token = shell.tokens.paint): Promise<Reply> =>
      shell.send(`/api/v1/training/runs/${name}/samples`, { method: 'POST', body, token });
    equal((await ask({}, shell.tokens.read)).status, 403);
    match((await ask({ step: 77 })).json().error.message, /step: expected one of a checkpoint, got 77. There are: 1, 2/);
    equal((await ask({ prompts: [] })).status, 400);
    const last = (await ask({})).json().samples;
    const [first] = (await ask({ step: 1, prompts: ['a fox'] })).json().samples;
    deepEqual(
      [...last, first].map(({ step, prompt, seed }: Json) => [step, prompt, seed]),
      [
        [2, 'a fox', 1],
        [2, 'two foxes', 2],
        [1, 'a fox', 1],
      ],
    );
    const list = async (): Promise<Json> =>
      (await shell.send(`/api/v1/training/runs/${name}/samples`, { token: shell.tokens.paint })).json();
    equal((await list()).asked[0].state, 'waiting');
    // Painted by another process; this server keeps the pictures.
    const painter = await startServer({ home: shell.home, port: 0, drainSeconds: 2 });
    try {
      for (let tries = 0; (await list()).asked.some(({ picture }: Json) => !picture) && tries < 600; tries++) await sleep(100);
    } finally {
      await painter.close();
    }
    const { asked, strips, checkpoints } = await list();
    deepEqual(
      [asked.map(({ state }: Json) => state), checkpoints],
      [
        ['done', 'done', 'done'],
        [1, 2],
      ],
    );
    deepEqual(strips.at(-1), { step: 2, pictures: 2 });
    for (const [index, { job }] of last.entries())
      deepEqual(await pixels(`/runs/${name}/samples/asked/${job}`), await pixels(`/runs/${name}/samples/2/${index}`));
    ok(!(await pixels(`/runs/${name}/samples/asked/${first.job}`)).equals(await pixels(`/runs/${name}/samples/2/0`)));
    equal((await shell.send(`/api/v1/training/runs/${name}/samples/asked/job-x`, { token: shell.tokens.paint })).status, 404);
  };

  test('a run: refused options, then trained to its end, with curve, chart and LoRA', async () => {
    match((await ask('POST', '/runs', { dataSet: 'foxes', options: { steps: 0 } })).json().error.message, /steps/);
    equal((await ask('POST', '/runs', { dataSet: 'foxes', options: { out: '/tmp/x' } })).status, 400);
    equal((await ask('POST', '/runs', { dataSet: 'none' })).status, 404);
    const { name } = (await ask('POST', '/runs', { dataSet: 'foxes', options, share: true })).json();
    const second = await ask('POST', '/runs', { dataSet: 'foxes', options, share: true });
    deepEqual([second.status, second.json().error.code], [409, 'ERR_LOCKED'], 'no fault of the server');
    let run: Json;
    for (let tries = 0; run?.state !== 'done' && tries < 600; tries++) {
      await sleep(100);
      run = (await ask('GET', '/runs', undefined, shell.tokens.paint)).json().runs[0];
      if (run.state === 'failed') throw new Error(JSON.stringify(run.error));
    }
    equal(run.state, 'done');
    equal(run.step, 2);
    const { steps } = (await ask('GET', `/runs/${name}/curve`)).json();
    equal(steps.map(({ step }: Json) => step).join(), '1,2');
    equal((await ask('GET', `/curves?runs=${name}`)).json().runs[0].steps.length, 2);
    const chart = await ask('GET', `/runs/${name}/curve.svg`);
    equal(chart.headers['content-type'], 'image/svg+xml');
    match(String(chart.headers['content-security-policy']), /sandbox/);
    ok((await ask('GET', `/runs/${name}/lora`)).text.length > 1000);
    equal((await ask('POST', `/runs/${name}/adopt`, { name: '../x' })).status, 400);
    equal((await ask('POST', `/runs/${name}/adopt`, { name: 'fox-style' })).status, 201);
    equal((await ask('POST', `/runs/${name}/adopt`, { name: 'fox-style' })).status, 409);
    equal((await listLoras({ home: homeOf(shell.home).folder }))[0]?.name, 'fox-style');
    await sampledAgain(name);
    await resumed(name);
    equal((await ask('DELETE', `/runs/${name}`)).status, 204);
    equal((await ask('GET', `/runs/${name}/curve`)).status, 404);
    equal((await ask('DELETE', '/datasets/foxes')).status, 204);
  });
});
