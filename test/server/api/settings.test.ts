import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { initConfig, loadConfig } from '../../../lib/config/index.ts';
import { settingsRoutes } from '../../../lib/server/api/settings/routes.ts';
import { suite } from '../../harness.ts';
import { scratch, serve, type TestServer } from './support.ts';

const secret = 'hf_canary-1234567890';

suite('settings over HTTP', { timeoutMs: 60_000 }, (test) => {
  let server: TestServer;
  const home = path.join(scratch, 'settings home');
  const file = path.join(home, 'config.yaml');
  test.before(async () => {
    await initConfig(home, { overwrite: false });
    server = await serve([settingsRoutes], { home });
  });
  test.after(() => server.close());

  const one = async (key: string) =>
    (await server.call('GET', '/settings')).body.settings.find((each: { key: string }) => each.key === key);

  test('what runs programs is neither shown nor changed, also with scope admin', async () => {
    for (const key of ['on.work', 'on.failure', 'on.period']) {
      const { status, body } = await server.call('PATCH', '/settings', { body: { values: { [key]: [['touch', 'here']] } } });
      assert.equal([status, body.error.code], [403, 'ERR_FORBIDDEN'], JSON.stringify(body));
      assert.is((await server.call('PATCH', '/settings', { body: { values: { [key]: null, 'create.candidates': 4 } } })).status, 403);
      assert.is(await one(key), undefined);
    }
    assert.equal((await loadConfig({ home, environment: {} })).config.on.work, []);
    const { sections } = (await server.call('GET', '/settings/form')).body as { sections: { rows: { name: string }[] }[] };
    const names = sections.flatMap(({ rows }) => rows.map(({ name }) => name)).filter((name) => name.startsWith('on.'));
    assert.equal(names, ['on.timeoutSeconds', 'on.secret']);
  });

  test('a changed setting is in the file, with its comments, and says where it comes from', async () => {
    const comments = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('#')).length;
    const changed = await server.call('PATCH', '/settings', {
      body: {
        values: { 'create.candidates': 4, 'prompt.topics': { garden: ['a rose'] }, 'models.token': secret, 'curation.weights.novelty': 2 },
      },
    });
    assert.is(changed.status, 200, JSON.stringify(changed.body));
    const text = readFileSync(file, 'utf8');
    assert.is(text.split('\n').filter((line) => line.includes('#')).length, comments, text);
    const { config } = await loadConfig({ home, environment: {} });
    assert.equal([config.create.candidates, config.prompt.topics, config.models.token], [4, { garden: ['a rose'] }, secret]);
    assert.is(config.curation.weights.novelty, 2);
    const shown = await one('create.candidates');
    assert.equal([shown.value, shown.from, shown.isSet], [4, 'file', true]);
    assert.match(shown.place, /^config\.yaml:\d+$/);
    assert.is(statSync(file).mode & 0o777, 0o600);
    await server.call('PATCH', '/settings', { body: { values: { 'create.candidates': null } } });
    assert.equal([(await one('create.candidates')).isSet, (await loadConfig({ home })).config.create.candidates], [false, undefined]);
  });

  test('secrets never come back, only whether they are set; no answer names a folder of the machine', async () => {
    const token = await one('models.token');
    assert.equal([token.value, token.secret, token.isSet], [null, true, true]);
    for (const address of ['/settings', '/settings/schema', '/settings/check', '/models', '/options?call=create', '/styles']) {
      const answer = JSON.stringify((await server.call('GET', address)).body);
      assert.not.match(answer, new RegExp(`canary|${scratch.slice(0, 14)}`), address);
    }
  });

  test('an invalid value, key or scope changes nothing', async () => {
    const before = readFileSync(file, 'utf8');
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ 'create.candidates': 0 }, /candidates/],
      [{ 'create.candidate': 4 }, /create\.candidate: expected the key of a setting/],
      [{ create: 4 }, /create: expected the key of a setting, got a section/],
      [{ 'log.level': 'loud' }, /log\.level/],
      [{ __proto__x: 1 }, /expected the key/],
      [{}, /values: expected a setting/],
    ];
    for (const [values, says] of wrong) {
      const { status, body } = await server.call('PATCH', '/settings', { body: { values } });
      assert.is(status, 400, JSON.stringify(values));
      assert.match(body.error.message, says);
    }
    assert.is((await server.call('PATCH', '/settings', { as: 'paint', body: { values: { model: 'x' } } })).status, 403);
    assert.is((await server.call('GET', '/settings', { as: 'none' })).status, 401);
    assert.is(readFileSync(file, 'utf8'), before);
  });

  test('a form has every setting once, with its kind; values are checked without being written', async () => {
    const { body } = await server.call('GET', '/settings/form', { as: 'none' });
    const rows = body.sections.flatMap((section: { rows: { name: string }[] }) => section.rows);
    const all = (await server.call('GET', '/settings')).body.settings.map(({ key }: { key: string }) => key);
    assert.equal(rows.map(({ name }: { name: string }) => name).sort(), [...all].sort());
    const kindOf = (key: string) => rows.find(({ name }: { name: string }) => name === key).kind;
    assert.equal(['models.token', 'gallery.folder', 'create.score', 'log.level', 'curation.reject', 'llm.temperature'].map(kindOf), [
      'secret',
      'path',
      'boolean',
      'choice',
      'list',
      'number',
    ]);
    const before = readFileSync(file, 'utf8');
    const values = { 'create.candidates': 0, 'llm.temperature': 1, 'models.token': 5, 'curation.weights.novelty': null };
    const { body: found } = await server.call('POST', '/settings/check', { body: { values } });
    assert.equal(found.problems, {
      'create.candidates': 'expected a number of at least 1, got 0',
      'models.token': 'expected a text, {env: NAME} or {file: PATH}',
    });
    assert.is((await server.call('POST', '/settings/check', { body: { values: { 'create.candidate': 1 } } })).status, 400);
    assert.is(readFileSync(file, 'utf8'), before);
  });

  test('what was changed meanwhile is not overwritten; what waits for the next start of the server is said', async () => {
    const values = { 'llm.retries': 5 };
    const stale = await server.call('PATCH', '/settings', { body: { values, expected: { 'llm.retries': 7 } } });
    assert.equal([stale.status, stale.body.error.code], [412, 'ERR_CHANGED']);
    assert.equal([(await one('llm.retries')).value, (await one('llm.retries')).waits], [2, false]);
    const changed = await server.call('PATCH', '/settings', { body: { values, expected: { 'llm.retries': 2 } } });
    assert.is(changed.status, 200, JSON.stringify(changed.body));
    assert.equal([(await one('llm.retries')).waits, (await one('llm.retries')).startedWith], [true, null]);
    await server.call('PATCH', '/settings', { body: { values: { 'llm.retries': null } } });
  });

  test('check reports what the schema cannot see', async () => {
    assert.equal((await server.call('GET', '/settings/check')).body, { ok: true, problems: [], warnings: [] });
    await server.call('PATCH', '/settings', { body: { values: { loras: [{ path: 'gone.safetensors' }] } } });
    const { body } = await server.call('GET', '/settings/check');
    assert.is(body.ok, false);
    assert.match(body.problems[0], /loras\.0\.path: expected a file that is there/);
    writeFileSync(file, 'create: [');
    assert.is((await server.call('GET', '/settings/check')).body.ok, false);
    assert.is((await server.call('PATCH', '/settings', { body: { values: { 'create.candidates': 2 } } })).status, 400);
    assert.is(readFileSync(file, 'utf8'), 'create: [');
    writeFileSync(file, '');
  });

  test('options, models, styles, topics, samplers and word lists, with completion', async () => {
    const { body } = await server.call('GET', '/options?call=create', { as: 'none' });
    const steps = body.options.find(({ name }: { name: string }) => name === 'steps');
    assert.equal([steps.kind, steps.min, steps.max, steps.setting], ['integer', 1, 1000, true]);
    assert.match(steps.help, /Denoising steps, 1\.\.1000/);
    const sampler = body.options.find(({ name }: { name: string }) => name === 'sampler');
    assert.ok(sampler.choices.includes('euler_a'));
    assert.ok(body.options.some(({ name }: { name: string }) => name === 'hires.steps'));
    // The artist's own, and only what a job of kind create may have.
    const row = (name: string) => body.options.find((one: { name: string }) => one.name === name);
    for (const name of ['prompt', 'candidates', 'score', 'upscale', 'style', 'reject']) assert.ok(row(name), name);
    for (const name of ['seed', 'initImage', 'subject', 'gallery', 'photoMaker.images']) assert.is(row(name), undefined, name);
    assert.equal([row('taste').admin, row('steps').admin, row('reject').kind], [true, false, 'list']);
    assert.equal(
      [row('candidates').kind, row('candidates').min, row('candidates').max, row('candidates').choices],
      ['integer', 1, 64, ['auto']],
    );
    assert.equal([row('steps').grid, row('sigmas').grid, row('hires.steps').grid], [true, false, true]);
    const { body: load } = await server.call('GET', '/options?call=load');
    assert.ok(load.options.some(({ name, admin }: { name: string; admin: boolean }) => name === 'vae' && admin));
    const { body: generate } = await server.call('GET', '/options');
    assert.is(generate.options.find(({ name }: { name: string }) => name === 'initImage').kind, 'picture');
    const { body: train } = await server.call('GET', '/options?call=train');
    assert.ok(train.options.some(({ name }: { name: string }) => name === 'network.rank'));
    assert.ok(!train.options.some(({ name }: { name: string }) => /home|signal|onProgress/.test(name)));
    assert.is((await server.call('GET', '/options?call=delete')).status, 400);
    assert.equal((await server.call('GET', '/samplers?q=eul&limit=2')).body.names, ['euler', 'euler_a']);
    assert.is((await server.call('GET', '/models')).body.models[0].status, 'bundled');
    assert.ok((await server.call('GET', '/styles?q=ink')).body.styles.length > 1);
    assert.ok((await server.call('GET', '/topics')).body.topics.length > 5);
    mkdirSync(path.join(home, 'wildcards', 'a'), { recursive: true });
    writeFileSync(path.join(home, 'wildcards', 'a', 'colour.txt'), 'red\nblue\n');
    const { body: lists } = await server.call('GET', '/wildcards?q=col');
    assert.equal(lists.wildcards, [{ name: 'a/colour', words: 2, sample: ['red', 'blue'] }]);
  });

  test('3,000 LoRAs: a keystroke is answered within 50 ms; a broken one says why', async () => {
    const folder = path.join(home, 'loras');
    mkdirSync(folder, { recursive: true });
    for (let at = 0; at < 3000; at++) writeFileSync(path.join(folder, `style ${at}.safetensors`), 'x');
    const { body: first } = await server.call('GET', '/loras?limit=1', { as: 'none' });
    assert.equal([first.total, first.loras[0].name, typeof first.loras[0].problem], [3000, 'style 0', 'string']);
    const times: number[] = [];
    for (const q of ['s', 'st', 'style 29', '2999', 'nothing', 'style', 'x']) {
      const began = performance.now();
      const { body } = await server.call('GET', `/loras?q=${encodeURIComponent(q)}&limit=20`);
      times.push(performance.now() - began);
      assert.is(body.loras.length, { nothing: 0, x: 0, '2999': 1 }[q] ?? 20, q);
    }
    // The least: the others measure how busy the machine is.
    assert.ok(Math.min(...times) < 50, `${times.map(Math.round)} ms`);
  });
});
