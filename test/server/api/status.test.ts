import { cpSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { changesRoutes } from '../../../lib/server/api/changes/routes.ts';
import { periodsRoutes } from '../../../lib/server/api/periods/routes.ts';
import { statusRoutes } from '../../../lib/server/api/status/routes.ts';
import { picture, recipe } from '../../gallery/support.ts';
import { suite } from '../../harness.ts';
import { scratch, serve, type TestServer } from './support.ts';

const fixture = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../fixtures/home-0.1/home');

suite('status, prompts and recipes over HTTP', { timeoutMs: 60_000 }, (test) => {
  let server: TestServer;
  test.before(async () => {
    const home = path.join(scratch, 'old home');
    cpSync(fixture, home, { recursive: true });
    server = await serve([statusRoutes, periodsRoutes], { home });
  });
  test.after(() => server.close());

  test('figures are those of the home; they name no folder, and strangers learn only that something is painted', async () => {
    const { status, body } = await server.call('GET', '/status', { as: 'paint' });
    assert.is(status, 200, JSON.stringify(body));
    assert.ok(body.works.inGallery.works > 0);
    assert.equal([typeof body.schedule.jobs.all, typeof body.queue.driver, body.problems], ['number', 'string', []]);
    assert.not.match(JSON.stringify(body), new RegExp(scratch.slice(0, 14)));
    assert.is((await server.call('GET', '/status', { as: 'none' })).status, 401);
    const now = await server.call('GET', '/status/now', { as: 'none' });
    assert.equal([now.status, Object.keys(now.body).sort()], [200, ['fraction', 'indexing', 'nextRun', 'painting', 'waiting']]);
    assert.ok((await server.call('GET', '/status?disk=true')).body.disk);
  });

  test('a prompt is derived without painting; the same seed gives the same prompt', async () => {
    const preview = (body: unknown) => server.call('POST', '/prompt/preview', { as: 'paint', body });
    const first = await preview({ seed: 7 });
    assert.is(first.status, 200, JSON.stringify(first.body));
    assert.ok(first.body.prompt.length > 3 && first.body.lines.length > 0);
    assert.is((await preview({ seed: 7 })).body.prompt, first.body.prompt);
    assert.match((await preview({ prompt: 'a {red|blue} fox', seed: 1 })).body.prompt, /^a (red|blue) fox$/);
    assert.is((await preview({ prompt: 'a __nolist__ fox' })).status, 400);
    assert.is((await preview({ prompt: 'x', topic: 'animals' })).status, 400);
    assert.is((await server.call('POST', '/prompt/preview', { as: 'read', body: {} })).status, 403);
  });

  test('the recipe of an uploaded picture and of an infotext', async () => {
    const bytes = await picture(recipe('<script>alert(1)</script>')).toBuffer('png');
    const read = (body: Uint8Array) => server.call('POST', '/recipes/read', { body, headers: { 'content-type': 'image/png' } });
    const { body } = await read(bytes);
    assert.equal([body.source, body.recipe.prompt, body.recipe.steps], ['ai-artist', '<script>alert(1)</script>', 20]);
    assert.is((await read(Buffer.from('nothing'))).status, 400);
    const parsed = await server.call('POST', '/recipes/parse', {
      body: { text: 'a fox\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5' },
    });
    assert.equal([parsed.body.recipe.prompt, parsed.body.recipe.negativePrompt, parsed.body.recipe.seed], ['a fox', 'blurry', 5]);
    assert.is((await server.call('POST', '/recipes/parse', { body: { text: '' } })).status, 400);
  });

  test('periods and series are started, listed and ended; proposals are decided', async () => {
    const before = await server.call('POST', '/periods/white%20winter/end');
    assert.equal([before.status, before.body.period?.state], [200, 'ended'], JSON.stringify(before.body));
    const started = await server.call('POST', '/periods', {
      body: {
        name: 'blue',
        ends: [{ works: 3 }],
        hypothesis: { text: 'It holds', claim: 'consistency > 0.8' },
        styles: [{ name: 'ink drawing' }],
      },
    });
    assert.is(started.status, 201, JSON.stringify(started.body));
    const { id } = started.body.period;
    assert.equal([started.body.period.state, started.body.period.hypothesis.claim.value], ['current', 0.8]);
    assert.is((await server.call('POST', '/periods', { body: { name: 'second' } })).status, 400);
    const planned = await server.call('POST', '/periods', { body: { name: 'next', starts: { after: id } } });
    assert.is(planned.body.period.state, 'planned');
    assert.ok((await server.call('GET', '/periods')).body.periods.some((period: { id: string }) => period.id === id));
    const retrospective = await server.call('GET', `/periods/${id}/retrospective`);
    assert.is(retrospective.status, 200, JSON.stringify(retrospective.body));
    assert.is((await server.call('GET', '/periods/p999')).status, 404);
    assert.is((await server.call('POST', '/periods', { as: 'paint', body: { name: 'x' } })).status, 403);

    const series = await server.call('POST', '/series', {
      body: { name: 'owls', subjects: ['an owl'], styles: ['ink drawing', 'gouache'] },
    });
    assert.equal([series.status, series.body.works, series.body.ended], [201, 4, false]);
    assert.is((await server.call('POST', `/series/${series.body.id}/end`)).body.ended, true);
    assert.is((await server.call('GET', '/series/owls')).body.id, series.body.id);
    assert.is((await server.call('GET', '/series/nothing')).status, 404);

    assert.ok(Array.isArray((await server.call('GET', '/proposals')).body.proposals));
    assert.is((await server.call('POST', '/proposals/l999/adopt')).status, 404);
    assert.is((await server.call('POST', '/proposals/../adopt')).status, 404);
  });
});

suite('duels over HTTP', { timeoutMs: 90_000 }, (test) => {
  test('the next pair is chosen in another process, skipped pairs come last, the answer is recorded', async () => {
    const server = await serve([changesRoutes]);
    try {
      assert.is((await server.call('POST', '/duels/next', { body: {} })).status, 400);
      const ids: string[] = [];
      for (let at = 0; at < 3; at++) ids.push((await server.gallery.add({ image: picture(recipe(`w ${at}`), 40 + at * 90) })).id);
      const next = await server.call('POST', '/duels/next', { body: {} });
      assert.is(next.status, 200, JSON.stringify(next.body));
      const pair = [next.body.first.id, next.body.second.id].sort();
      assert.ok(pair[0] !== pair[1] && pair.every((id) => ids.includes(id)));
      const other = await server.call('POST', '/duels/next', { body: { skip: pair } });
      assert.not.equal([other.body.first.id, other.body.second.id].sort(), pair);
      assert.equal((await server.call('POST', '/duels', { body: { winner: pair[0], loser: pair[1] } })).body, { duels: 1 });
      const { body: figures } = await server.call('GET', '/duels');
      assert.equal(figures.works, [
        { id: pair[0], won: 1, seen: 1 },
        { id: pair[1], won: 0, seen: 1 },
      ]);
      assert.equal([figures.duels, figures.taste], [1, null]);
      assert.is((await server.call('DELETE', `/duels?winner=${pair[1]}&loser=${pair[0]}`)).status, 404);
      assert.equal((await server.call('DELETE', `/duels?winner=${pair[0]}&loser=${pair[1]}`)).body, { duels: 0 });
      assert.is((await server.call('POST', '/duels', { body: { winner: pair[0], loser: pair[0] } })).status, 400);
      assert.is((await server.call('POST', '/duels', { body: { winner: pair[0], loser: '01K9F0000000000000000000AA' } })).status, 404);
    } finally {
      await server.close();
    }
  });
});
