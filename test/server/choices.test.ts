import { deepEqual, equal, ok } from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { homeOf } from '../../lib/core/index.ts';
import { ArtImage } from '../../lib/image/index.ts';
import { bundledModel } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { type Reply, type Shell, startShell } from './support.ts';

type Json = ReturnType<typeof JSON.parse>;
const small = { options: { width: 64, height: 64, steps: 1, seed: 7 } };

/** A home with an upscaler of its own: a copy of the bundled one. */
function addUpscaler(home: string): void {
  mkdirSync(homeOf(home).models, { recursive: true });
  copyFileSync(bundledModel().upscaler, path.join(homeOf(home).models, 'my-esrgan.safetensors'));
}

const client = (shell: Shell) => ({
  post: (to: string, body: object = {}): Promise<Reply> => shell.send(`/api/v1${to}`, { method: 'POST', body, token: shell.tokens.paint }),
  get: (to: string): Promise<Reply> => shell.send(`/api/v1${to}`, { token: shell.tokens.paint }),
});

suite('what the forms of a client offer can be painted', (test) => {
  let shell: Shell;
  test.before(async () => {
    shell = await startShell();
    addUpscaler(shell.home);
  });
  test.after(() => shell.server.close());

  test('upscalers of the home are listed, and named by everyone who may paint; other files are not', async () => {
    const { post, get } = client(shell);
    deepEqual((await get('/upscalers')).json().models, ['bundled', 'my-esrgan']);
    for (const model of ['my-esrgan', 'my-esrgan.safetensors', 'bundled']) {
      const reply = await post('/jobs', { prompt: 'a fox', options: { ...small.options, hires: { upscaler: 'Model', model } } });
      equal(reply.status, 202, reply.text);
      const job: Json = reply.json();
      ok(!JSON.stringify(job).includes(shell.home));
      await post(`/jobs/${job.id}/cancel`);
    }
    const changed = (await post('/jobs', { prompt: 'a fox', ...small })).json();
    const hires = { upscaler: 'Model', model: 'my-esrgan' };
    const edited = await shell.send(`/api/v1/jobs/${changed.id}`, {
      method: 'PATCH',
      body: { options: { hires } },
      token: shell.tokens.paint,
    });
    equal(edited.status, 200, edited.text);
    await post(`/jobs/${edited.json().id}/cancel`);
    for (const model of ['package.json', '/etc/passwd', '../models/my-esrgan.safetensors'])
      equal((await post('/jobs', { prompt: 'a fox', options: { hires: { upscaler: 'Model', model } } })).status, 403, model);
  });

  test('every option that is said to vary in a grid does', async () => {
    const { post, get } = client(shell);
    const { options } = (await get('/options?call=generate')).json();
    const varied = options.filter(({ grid, needs }: Json) => grid && needs === null);
    ok(varied.length > 20);
    for (const { name, kind, min, openMin, choices } of varied) {
      const value = /^(hires\.)?(width|height)$/.test(name)
        ? 128
        : { integer: Math.max(min ?? 1, 1), number: (min ?? 1) + (openMin ? 0.1 : 0), boolean: true, choice: choices?.[0], text: 'a fox' }[
            kind as 'text'
          ];
      const reply = await post('/grids', { prompt: 'a fox', x: { option: name, values: [value] } });
      equal(reply.status, 202, `${name}: ${reply.text}`);
      await post(`/batches/${reply.json().batch}/cancel`);
    }
  });
});

suite('upscalers of a home', (test) => {
  test('a picture is enlarged by an upscaler of the home, by its name', async () => {
    const shell = await startShell({ paint: true });
    const as = { method: 'POST', token: shell.tokens.paint, headers: { prefer: 'wait=50' } };
    addUpscaler(shell.home);
    const pixels = Buffer.from(
      await new ArtImage({ data: new Uint8Array(16 * 16 * 3).fill(90), width: 16, height: 16, channels: 3 }).toBuffer('png'),
    );
    const body = { kind: 'upscale', pictures: { initImage: pixels.toString('base64') }, keep: false };
    const [own, bundled] = [
      await shell.send('/api/v1/jobs', { ...as, body: { ...body, options: { model: 'my-esrgan' } } }),
      await shell.send('/api/v1/jobs', { ...as, body: { ...body, options: { model: 'bundled' } } }),
    ];
    await shell.server.close();
    equal(own.status, 200, own.text);
    const [a, b] = [own.json().pictures[0], bundled.json().pictures[0]];
    deepEqual([a.width, a.height, a.recipe.upscaler.name], [64, 64, 'my-esrgan.safetensors']);
    equal(a.recipe.upscaler.hash, b.recipe.upscaler.hash);
  });
});
