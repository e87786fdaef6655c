import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Gallery } from '../../lib/gallery/index.ts';
import { startServer } from '../../lib/server/index.ts';
import { suite } from '../harness.ts';
import { newHome, type Shell, startShell } from './support.ts';

type Json = ReturnType<typeof JSON.parse>;

const small = { options: { width: 64, height: 64, steps: 1, seed: 7 } };

/** What a client of server-sent events has read so far. */
interface Events {
  text: () => string;
  status: number;
  events: () => { type: string; id: string | undefined; data: Json }[];
  ended: Promise<void>;
  stop: () => void;
}

function follow(base: string, path: string, token?: string, headers: Record<string, string> = {}): Promise<Events> {
  return new Promise((resolve, reject) => {
    const all = { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    const outgoing = request(new URL(path, base), { headers: all, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', () => undefined);
      const ended = new Promise<void>((done) => response.once('close', done));
      const events = () =>
        text
          .split('\n\n')
          .slice(0, -1)
          .filter((frame) => frame.includes('event: '))
          .map((frame) => ({
            type: /^event: (.*)$/m.exec(frame)?.[1] ?? '',
            id: /^id: (.*)$/m.exec(frame)?.[1],
            data: JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? 'null'),
          }));
      resolve({ text: () => text, status: response.statusCode ?? 0, events, ended, stop: () => outgoing.destroy() });
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}

async function until<T>(what: () => T | Promise<T>, within = 60_000): Promise<NonNullable<T>> {
  for (const end = performance.now() + within; performance.now() < end; await sleep(50)) {
    const found = await what();
    if (found) return found as NonNullable<T>;
  }
  throw new Error(`expected it within ${within} ms: ${String(what)}`);
}

suite('jobs that wait', (test) => {
  let shell: Shell;
  let paint: string;
  let other: string;
  test.before(async () => {
    shell = await startShell({ webhooks: { jobOrigins: ['https://bot.example.org'] } });
    paint = shell.tokens.paint;
    other = (await shell.book.create({ name: 'other', scope: 'paint' })).token;
  });
  test.after(() => shell.server.close());
  const post = (path: string, body: object = {}, token = paint, headers = {}) =>
    shell.send(`/api/v1${path}`, { method: 'POST', body, token, headers });
  const get = (path: string, token: string | undefined = paint) => shell.send(`/api/v1${path}`, token === undefined ? {} : { token });
  const submit = async (body: object = {}, token = paint): Promise<Json> => {
    const reply = await post('/jobs', { prompt: 'a fox', ...small, ...body }, token);
    equal(reply.status, 202, reply.text);
    return reply.json();
  };

  for (const [body, field] of [
    [{}, 'prompt'],
    [{ prompt: 'a fox', options: { steps: 0 } }, 'steps'],
    [{ prompt: 'a fox', options: { stepz: 3 } }, 'stepz'],
    [{ prompt: 'a fox', options: { initImage: 'x' } }, 'initImage'],
    [{ prompt: 'a fox', kind: 'video' }, 'kind'],
    [{ prompt: 'a fox', priority: 101 }, 'priority'],
    [{ prompt: 'a fox', exact: true }, 'exact'],
    [{ kind: 'create', infotext: 'a fox\nSteps: 20' }, 'infotext'],
    [{ infotext: 'a fox\nSteps: 20', recipe: { prompt: 'x' } }, 'infotext'],
    [{ kind: 'upscale' }, 'initImage'],
    [{ prompt: 'a fox', pictures: { initImage: 'https://example.org/x.png' } }, 'initImage'],
  ] as const)
    test(`refuses ${JSON.stringify(body)}`, async () => {
      const reply = await post('/jobs', body);
      equal(reply.status, 400, reply.text);
      match(reply.json().error.message, new RegExp(field));
    });

  test('files of the machine are for administrators', async () => {
    for (const body of [
      { load: { vae: '/etc/passwd' } },
      { options: { controlNet: '../secret.safetensors' } },
      { load: { vae: 'C:\\secret.gguf' } },
      // Names in the working folder, or behind a word that is a text elsewhere.
      { load: { vae: 'package.json' } },
      { load: { home: '..' } },
      { load: { model: 'package' } },
      { load: { embeddings: { tags: '/etc/passwd' } } },
      { kind: 'create', options: { clip: 'package.json' } },
      { kind: 'create', options: { model: 'package' } },
      { options: { hires: { upscaler: 'Model', model: 'package' } } },
      // A recipe is a text of the client too.
      { recipe: { prompt: 'a fox', extra: { vae: '/etc/passwd' } } },
      { recipe: { prompt: 'a fox', extra: { embeddings: { fox: 'package' } } } },
      { recipe: { prompt: 'a fox', extra: { hires: { upscaler: 'Model', model: '/etc/passwd' } } } },
    ])
      equal((await post('/jobs', { prompt: 'a fox', ...body })).status, 403, JSON.stringify(body));
    const ignored = { recipe: { prompt: 'a fox', extra: { loras: ['/etc/passwd'] } }, options: small.options };
    const job = (await post('/jobs', ignored)).json();
    equal(job.request.options.loras, undefined);
    await post(`/jobs/${job.id}/cancel`);
    for (const body of [{ model: '/etc/passwd' }, { model: 'nothing' }, { options: { loras: ['/etc/passwd'] } }]) {
      const reply = await post('/jobs', { prompt: 'a fox', ...body });
      equal(reply.status, 404, reply.text);
      ok(!reply.text.includes(shell.home));
    }
  });

  test('reading tokens and callers without one do not paint', async () => {
    equal((await post('/jobs', { prompt: 'x' }, shell.tokens.read)).status, 403);
    equal((await shell.send('/api/v1/jobs', { method: 'POST', body: { prompt: 'x' } })).status, 401);
  });

  test('an unknown id is 404, never done', async () => {
    for (const id of ['nothing', 'job-00000000000000000000000000', '..%2f..', '%00'])
      for (const path of [`/jobs/${id}`, `/jobs/${id}/events`, `/jobs/${id}/pictures/0`, `/jobs/${id}/preview`])
        equal((await get(path)).status, 404, path);
    for (const action of ['cancel', 'retry']) equal((await post(`/jobs/nothing/${action}`)).status, 404);
    equal((await get('/batches/nothing')).status, 404);
  });

  test('the same Idempotency-Key is the same job', async () => {
    const body = { prompt: 'once', ...small };
    const [first, second] = [
      (await post('/jobs', body, paint, { 'idempotency-key': 'k1' })).json(),
      (await post('/jobs', body, paint, { 'idempotency-key': 'k1' })).json(),
    ];
    equal(first.id, second.id);
    const foreign = (await post('/jobs', body, other, { 'idempotency-key': 'k1' })).json();
    ok(foreign.id !== first.id);
  });

  test('all see all jobs, each cancels its own; administrators any', async () => {
    const job = await submit({ prompt: 'mine' });
    equal((await get(`/jobs/${job.id}`, other)).json().request.options.prompt, 'mine');
    for (const action of ['cancel', 'retry']) equal((await post(`/jobs/${job.id}/${action}`, {}, other)).status, 403);
    const patch = await shell.send(`/api/v1/jobs/${job.id}`, { method: 'PATCH', body: { priority: 99 }, token: other });
    equal(patch.status, 403);
    equal((await post(`/jobs/${job.id}/cancel`)).json().state, 'cancelled');
    equal((await post(`/jobs/${job.id}/retry`)).json().state, 'waiting');
    equal((await post(`/jobs/${job.id}/cancel`, {}, shell.tokens.admin)).json().state, 'cancelled');
  });

  test('without a token: that a job is there, not what it paints', async () => {
    const job = await submit({ prompt: 'a private fox', reference: 'private-ref' });
    const reply = await shell.send(`/api/v1/jobs/${job.id}`);
    equal(reply.status, 200);
    const list = await shell.send('/api/v1/jobs');
    for (const { text } of [reply, list]) ok(!/private|fox/.test(text), text);
    equal((await shell.send(`/api/v1/jobs/${job.id}/pictures/0`)).status, 401);
    equal((await shell.send('/api/v1/batches/x')).status, 401);
    await post(`/jobs/${job.id}/cancel`);
  });

  test('lists by state, owner and page', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 5; at++) ids.push((await submit({ priority: 10 }, other)).id);
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null && pages < 10; pages++) {
      const page: Json = (await get(`/jobs?mine=true&state=waiting&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`, other)).json();
      seen.push(...page.jobs.map(({ id }: { id: string }) => id));
      cursor = page.next;
    }
    ok(ids.every((id) => seen.includes(id)));
    equal(new Set(seen).size, seen.length);
    equal((await get('/jobs?state=nonsense')).status, 400);
    equal((await get('/jobs?cursor=nonsense')).status, 400);
    for (const id of ids) await post(`/jobs/${id}/cancel`, {}, other);
  });

  test('priority moves in place; other changes make a new job in its stead', async () => {
    const job = await submit();
    const edit = async (body: object): Promise<Json> =>
      (await shell.send(`/api/v1/jobs/${job.id}`, { method: 'PATCH', body, token: paint })).json();
    const moved = await edit({ priority: 90 });
    equal(moved.id, job.id);
    equal(moved.priority, 90);
    const bad = await edit({ options: { steps: 0 } });
    match(bad.error.message, /steps/);
    equal((await get(`/jobs/${job.id}`)).json().state, 'waiting');
    const changed = await edit({ prompt: 'an owl', options: { steps: 2, seed: null } });
    ok(changed.id !== job.id);
    equal(changed.request.options.prompt, 'an owl');
    equal(changed.request.options.steps, 2);
    equal(changed.request.options.width, 64);
    equal(changed.priority, 90);
    equal((await get(`/jobs/${job.id}`)).json().state, 'cancelled');
    equal((await edit({ prompt: 'late' })).error.code, 'ERR_INVALID_ARGUMENT');
    await post(`/jobs/${changed.id}/cancel`);
  });

  test('an X/Y grid: a job for each cell, one seed, cancelled together', async () => {
    const body = {
      prompt: 'a fox',
      options: { width: 64, height: 64 },
      x: { option: 'steps', values: [1, 2, 3] },
      y: { option: 'cfgScale', values: [1, 4] },
    };
    const grid = (await post('/grids', body)).json();
    deepEqual([grid.columns, grid.rows, grid.jobs.length], [3, 2, 6]);
    equal(new Set(grid.jobs.map((job: Json) => job.request.options.seed)).size, 1);
    deepEqual(
      grid.jobs.map((job: Json) => [job.request.options.steps, job.request.options.cfgScale]),
      [1, 4].flatMap((down) => [1, 2, 3].map((across) => [across, down])),
    );
    equal((await get(`/batches/${grid.batch}`)).json().jobs.length, 6);
    equal((await get(`/jobs?batch=${grid.batch}`)).json().jobs.length, 6);
    equal((await post(`/batches/${grid.batch}/cancel`, {}, other)).status, 403);
    equal((await post(`/batches/${grid.batch}/cancel`)).json().jobs.length, 6);
    const refused = await post('/grids', { ...body, x: { option: 'steps', values: [1, 0] } });
    match(refused.json().error.message, /^cell 1: steps/);
    const left = (await get('/jobs?mine=true&state=waiting')).json().jobs;
    ok(!left.some((job: Json) => job.batch !== null));
  });

  test('a waiting job goes before another, or behind all; the others keep their order', async () => {
    const made: string[] = [];
    for (const prompt of ['a', 'b', 'c', 'd']) made.push((await submit({ prompt, priority: 99 })).id);
    const [a, b, c, d] = made;
    const move = (id: string | undefined, before: string | null | undefined, token = paint) =>
      post(`/jobs/${id}/move`, { before: before ?? null }, token);
    const order = async (): Promise<string[]> =>
      (await get('/jobs?state=waiting&limit=200'))
        .json()
        .jobs.map(({ id }: Json) => id)
        .filter((id: string) => made.includes(id));
    equal((await move(d, b)).json().ahead, 1);
    deepEqual(await order(), [a, d, b, c]);
    await move(a, c);
    deepEqual(await order(), [d, b, a, c]);
    await move(d, null);
    deepEqual(await order(), [b, a, c, d]);
    equal((await move(a, b, other)).status, 403);
    match((await move(a, 'job-none')).json().error.message, /^before: expected a job that waits/);
    for (const id of made) await post(`/jobs/${id}/cancel`);
    equal((await move(a, b)).status, 400);
  });

  test('the options of a recipe, to fill a form', async () => {
    const reply = await post('/recipes/options', {
      infotext: 'a fox\nNegative prompt: fog\nSteps: 7, Seed: 3, Size: 64x64, Sampler: Euler a',
    });
    const { model, options } = reply.json();
    equal(model, null);
    deepEqual([options.prompt, options.negativePrompt, options.steps, options.seed], ['a fox', 'fog', 7, 3]);
    equal((await post('/recipes/options', {})).status, 400);
    equal((await post('/recipes/options', { work: 'nothing' })).status, 404);
  });

  test('the queue: counts, own place; paused by administrators', async () => {
    const job = await submit({ priority: 0 });
    const queue = (await get('/queue')).json();
    ok(queue.waiting > 0 && queue.own.open > 0);
    equal(queue.paused, false);
    equal((await post('/queue/pause')).status, 403);
    equal((await post('/queue/pause', {}, shell.tokens.admin)).json().paused, true);
    equal((await get('/queue')).json().paused, true);
    equal((await post('/queue/resume', {}, shell.tokens.admin)).json().paused, false);
    await post(`/jobs/${job.id}/cancel`);
  });

  test("a job's own webhook needs a listed origin", async () => {
    const hook = (url: string) => post('/jobs', { prompt: 'a fox', ...small, webhook: { url } });
    for (const url of ['https://evil.example.org/', 'https://bot.example.org:444/', 'https://bot.example.org@evil.example.org/'])
      ok([400, 403].includes((await hook(url)).status), url);
    equal((await hook('https://bot.example.org/done?x=1')).status, 202);
  });
});

suite('jobs that are painted', (test) => {
  let shell: Shell;
  let paint: string;
  test.before(async () => {
    shell = await startShell({ paint: true });
    paint = shell.tokens.paint;
  });
  test.after(() => shell.server.close());
  const post = (path: string, body: object = {}, token = paint, headers = {}) =>
    shell.send(`/api/v1${path}`, { method: 'POST', body, token, headers });
  const get = (path: string, token = paint) => shell.send(`/api/v1${path}`, { token });
  const done = (id: string): Promise<Json> =>
    until(async () => {
      const job = (await get(`/jobs/${id}`)).json();
      if (job.state === 'failed') throw new Error(JSON.stringify(job.error));
      return job.state === 'done' && job;
    });

  let first: Json;
  test('submitted, followed by events, and the picture fetched', async () => {
    const all = await follow(shell.server.url, '/api/v1/events', paint);
    const open = await follow(shell.server.url, '/api/v1/events');
    const { id } = (await post('/jobs', { prompt: 'flat vector art of a fox', ...small, title: 'Fox' })).json();
    const own = await follow(shell.server.url, `/api/v1/jobs/${id}/events`, paint);
    await own.ended;
    const states = own.events().map(({ data }) => data.state);
    equal(states.at(-1), 'done');
    equal(own.events().at(-1)?.data.pictures.length, 1);
    ok(own.events().some(({ type }) => type === 'picture') || own.events().length > 0);
    first = await done(id);
    await until(() => all.events().some(({ type, data }) => type === 'job' && data.id === id && data.state === 'done'));
    await until(() => open.events().some(({ type, data }) => type === 'job' && data.id === id && data.state === 'done'));
    const { work } = first.pictures[0];
    for (const client of [all, open])
      await until(() => client.events().some(({ type, data }) => type === 'work.filed' && data.id === work));
    const gallery = new Gallery({ home: shell.home });
    await gallery.update(work, { hidden: true });
    await until(() => open.events().some(({ type, data }) => type === 'work.changed' && data.id === work));
    const seen = open.events().length;
    await gallery.update(work, { rating: 3 });
    await until(() => all.events().filter(({ type, data }) => type === 'work.changed' && data.id === work).length === 2);
    equal(open.events().length, seen, 'a hidden work makes no event for callers without a token');
    await gallery.trash(work);
    await gallery.restore(work);
    await until(() => all.events().some(({ type, data }) => /^work\.(restored|changed)$/.test(type) && data.id === work));
    ok(!/fox/i.test(open.text()), open.text());
    ok(!all.text().includes(shell.home));
    const picture = await get(`/jobs/${id}/pictures/0`);
    equal(picture.headers['content-type'], 'image/png');
    equal(picture.headers['x-content-type-options'], 'nosniff');
    const again = await shell.send(`/api/v1/jobs/${id}/pictures/0`, {
      token: paint,
      headers: { 'if-none-match': String(picture.headers.etag) },
    });
    equal(again.status, 304);
    equal((await get(`/jobs/${id}/pictures/1`)).status, 404);
    all.stop();
    open.stop();
  });

  test('events missed while away are replayed', async () => {
    const client = await follow(shell.server.url, '/api/v1/events?topics=job', paint);
    const id = await until(() => client.events().at(-1)?.id);
    client.stop();
    const job = (await post('/jobs', { prompt: 'a fox', ...small })).json();
    await done(job.id);
    await sleep(700);
    const back = await follow(shell.server.url, '/api/v1/events?topics=job', paint, { 'last-event-id': id });
    await until(() => back.events().some(({ data }) => data.id === job.id && data.state === 'done'));
    ok(!back.text().includes('event: reset'));
    back.stop();
  });

  test('Prefer: wait answers with the ended job', async () => {
    const reply = await post('/jobs', { prompt: 'a fox', ...small }, paint, { prefer: 'wait=50' });
    equal(reply.headers['preference-applied'], 'wait=50');
    equal(reply.status, 200, reply.text);
    equal(reply.json().state, 'done');
    match(String(reply.headers.location), /^http:.*\/api\/v1\/jobs\/job-/);
  });

  test('a client that leaves does not stop its job', async () => {
    const before = (await get('/jobs?limit=200')).json().jobs.length;
    const body = JSON.stringify({ prompt: 'left alone', ...small });
    const outgoing = request(new URL('/api/v1/jobs', shell.server.url), {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${paint}`, 'content-type': 'application/json', prefer: 'wait=50' },
    });
    outgoing.on('error', () => undefined);
    outgoing.end(body);
    const job = await until(async () => {
      const { jobs } = (await get('/jobs?limit=200')).json();
      return jobs.length > before && jobs.find((one: Json) => one.request?.options.prompt === 'left alone');
    });
    outgoing.destroy();
    equal((await done(job.id)).pictures.length, 1);
  });

  test('a recipe, its infotext and the work itself paint the same picture', async () => {
    const { recipe, work, sha256 } = first.pictures[0];
    ok(work);
    const hash = async (body: object): Promise<string> => {
      const reply = await post('/jobs', { ...body, keep: false });
      equal(reply.status, 202, reply.text);
      const job = await done(reply.json().id);
      return job.pictures[0].recipe.seed === 7 ? await pixels(job.id) : 'another seed';
    };
    const pixels = async (id: string): Promise<string> => {
      const bytes = await fetch(new URL(`/api/v1/jobs/${id}/pictures/0`, shell.server.url), {
        headers: { authorization: `Bearer ${paint}` },
      });
      const { decodeImage } = await import('../../lib/image/index.ts');
      return Buffer.from((await decodeImage(new Uint8Array(await bytes.arrayBuffer()))).data).toString('base64');
    };
    ok(sha256);
    const wanted = await pixels(first.id);
    equal(await hash({ recipe }), wanted);
    equal(await hash({ work, exact: true }), wanted);
    ok((await hash({ work, options: { steps: 2 } })) !== wanted);
  });

  test('img2img from a work, and from an upload', async () => {
    const work = first.pictures[0].work;
    const body = { prompt: 'at night', options: { ...small.options, denoisingStrength: 0.5, steps: 2 }, pictures: { initImage: { work } } };
    const reply = await post('/jobs', body);
    equal(reply.status, 202, reply.text);
    const [made] = (await done(reply.json().id)).pictures;
    equal(made.recipe.mode, 'img2img');
    const { derivation } = (await get(`/works/${made.work}`)).json();
    deepEqual(derivation.from, [{ as: 'initImage', work }]);
    deepEqual(
      (await get(`/works?query=from:${work}`)).json().works.map(({ id }: Json) => id),
      [made.work],
    );
    const png = await fetch(new URL(`/api/v1/jobs/${first.id}/pictures/0`, shell.server.url), {
      headers: { authorization: `Bearer ${paint}` },
    });
    const bytes = await png.arrayBuffer();
    const form = new FormData();
    form.set('request', JSON.stringify({ ...body, pictures: undefined }));
    form.set('initImage', new Blob([bytes]), 'x.png');
    form.set('maskImage', new Blob([bytes]), 'm.png');
    const encoded = new Response(form);
    const whole = new Uint8Array(await encoded.arrayBuffer());
    const uploaded = await shell.send('/api/v1/jobs', {
      method: 'POST',
      token: paint,
      body: whole,
      headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
    });
    equal(uploaded.status, 202, uploaded.text);
    equal((await done(uploaded.json().id)).pictures[0].recipe.mode, 'inpaint');
  });

  test('two clients and the artist: each sees its own place and progress', async () => {
    const token = (await shell.book.create({ name: 'second', scope: 'paint' })).token;
    const [one, two] = [
      (await post('/jobs', { prompt: 'one', ...small })).json(),
      (await post('/jobs', { prompt: 'two', ...small }, token)).json(),
    ];
    const [a, b] = await Promise.all([
      follow(shell.server.url, `/api/v1/jobs/${one.id}/events`, paint),
      follow(shell.server.url, `/api/v1/jobs/${two.id}/events`, token),
    ]);
    await Promise.all([a.ended, b.ended]);
    for (const [events, id] of [
      [a, one.id],
      [b, two.id],
    ] as const) {
      const own = events.events().filter(({ type }) => type !== 'ready');
      ok(own.every(({ data }) => (data.id ?? data.job) === id));
      equal(own.at(-1)?.data.state, 'done');
    }
  });
});

suite('jobs and the end of a server', (test) => {
  test('a drained server hands its job to the next one', async () => {
    const home = newHome();
    const shell = await startShell({ home, paint: true, drainSeconds: 0 });
    const body = { prompt: 'a fox', options: { width: 64, height: 64, steps: 60, seed: 1 } };
    const { id } = (await shell.send('/api/v1/jobs', { method: 'POST', token: shell.tokens.paint, body })).json();
    const events = await follow(shell.server.url, '/api/v1/events', shell.tokens.paint);
    await until(async () => (await shell.send(`/api/v1/jobs/${id}`, { token: shell.tokens.paint })).json().state === 'running');
    await shell.server.close();
    await events.ended;
    match(events.text(), /event: closing/);
    const next = await startServer({ home, port: 0, drainSeconds: 0 });
    const job = await until(async () => {
      const found = await (
        await fetch(`${next.url}/api/v1/jobs/${id}`, { headers: { authorization: `Bearer ${shell.tokens.paint}` } })
      ).json();
      return (found as Json).state === 'done' && (found as Json);
    });
    equal(job.pictures.length, 1);
    await next.close();
    ok(existsSync(home));
  });
});
