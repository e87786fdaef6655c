import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createArtist } from '../../lib/index.ts';
import { startServer } from '../../lib/server/index.ts';
import { suite } from '../harness.ts';
import { type Shell, send, startShell } from './support.ts';

type Json = ReturnType<typeof JSON.parse>;

const options = { steps: 1, width: 64, height: 64, candidates: 1, upscale: false };

suite('series over HTTP', { timeoutMs: 120_000 }, (test) => {
  let shell: Shell;
  test.before(async () => {
    shell = await startShell();
  });
  test.after(() => shell.server.close());
  const call = async (method: string, path: string, body?: object, token = shell.tokens.paint): Promise<{ status: number; body: Json }> => {
    const reply = await shell.send(`/api/v1${path}`, { method, token, ...(body && { body }) });
    return { status: reply.status, body: reply.json() };
  };
  const start = async (name: string, works: number): Promise<void> => {
    const body = { name, works, subjects: ['an owl'], styles: ['black ink drawing', 'retro cartoon'] };
    equal((await call('POST', '/series', body, shell.tokens.admin)).status, 201);
  };

  test('its works become jobs, each once, whoever asks and however often', async () => {
    await start('owls', 4);
    const first = await call('POST', '/series/owls/paint', { count: 2, options });
    equal(first.status, 202, JSON.stringify(first.body));
    deepEqual(
      first.body.jobs.map(({ request }: Json) => request.series),
      [
        { id: 's1', index: 0 },
        { id: 's1', index: 1 },
      ],
    );
    const other = (await shell.book.create({ name: 'other', scope: 'paint' })).token;
    const [a, b] = await Promise.all([call('POST', '/series/s1/paint', { options }, other), call('POST', '/series/s1/paint', { options })]);
    equal(a.body.jobs.length + b.body.jobs.length, 2);
    const { body } = await call('GET', '/series/owls');
    deepEqual(
      body.jobs.map(({ index, state }: Json) => [index, state]),
      [0, 1, 2, 3].map((index) => [index, 'waiting']),
    );
    deepEqual([body.painted, body.missing], [[], [0, 1, 2, 3]]);
    equal((await call('GET', '/jobs')).body.jobs.length, 4);
    deepEqual((await call('POST', '/series/owls/paint')).body.jobs, []);
  });

  test('a cancelled job leaves its place free; what a series decides cannot be asked for', async () => {
    const { body } = await call('GET', '/series/owls');
    const { id } = body.jobs[3];
    equal((await call('POST', `/jobs/${id}/cancel`, undefined, shell.tokens.admin)).status, 200);
    const again = await call('POST', '/series/owls/paint', { options });
    deepEqual(
      again.body.jobs.map(({ request }: Json) => request.series.index),
      [3],
    );
    for (const [wrong, field] of [
      [{ options: { prompt: 'a fox' } }, 'prompt'],
      [{ options: { seed: 7 } }, 'seed'],
      [{ options: { steps: 0 } }, 'steps'],
      [{ count: 0 }, 'count'],
    ] as const) {
      await start(`wrong ${field}`, 1);
      const refused = await call('POST', `/series/wrong%20${field}/paint`, wrong);
      equal(refused.status, 400, JSON.stringify(refused.body));
      match(refused.body.error.message, new RegExp(field));
    }
    equal((await call('POST', '/series/nothing/paint')).status, 404);
    const long = await call('POST', '/series/wrong%20steps/paint', { count: 1, model: '0'.repeat(1000) }, shell.tokens.admin);
    deepEqual([long.status, long.body.error?.code], [404, 'ERR_MODEL_NOT_FOUND'], 'a name that no file can have');
    equal((await call('POST', '/series/owls/paint', {}, shell.tokens.read)).status, 403);
  });

  test('a work that the command line painted in the meantime is not painted again', async () => {
    const artist = await createArtist({ home: shell.home });
    try {
      const [byHand] = await artist.series.paint('owls', { ...options, count: 1 });
      const painting = await startServer({ home: shell.home, port: 0, drainSeconds: 2 });
      try {
        const get = async (): Promise<Json> => (await send(painting.url, '/api/v1/series/owls', { token: shell.tokens.paint })).json();
        let body = await get();
        for (let tries = 0; body.jobs.length > 0 && tries < 600; tries++) {
          await sleep(100);
          body = await get();
        }
        deepEqual(
          body.painted.map(({ index }: Json) => index),
          [0, 1, 2, 3],
        );
        deepEqual([body.missing, body.jobs], [[], []]);
        equal(body.painted[0].work, byHand?.work?.id);
        const works = await artist.gallery.list({ query: 'series:s1' });
        equal(works.works.length, 4);
        deepEqual(works.works.map(({ derivation }) => derivation?.['style']).sort(), [
          'black ink drawing',
          'black ink drawing',
          'retro cartoon',
          'retro cartoon',
        ]);
        const { jobs } = (await send(painting.url, '/api/v1/jobs?state=done', { token: shell.tokens.paint })).json();
        ok(jobs.every(({ pictures }: Json) => pictures.length === 1));
      } finally {
        await painting.close();
      }
    } finally {
      await artist.dispose();
    }
  });

  test('its end cancels what waits', async () => {
    await start('foxes', 2);
    equal((await call('POST', '/series/foxes/paint', { options })).body.jobs.length, 2);
    equal((await call('POST', '/series/foxes/end', undefined, shell.tokens.admin)).body.ended, true);
    const { body } = await call('GET', '/series/foxes');
    deepEqual([body.ended, body.jobs], [true, []]);
    equal((await call('POST', '/series/foxes/paint')).status, 400);
  });
});
