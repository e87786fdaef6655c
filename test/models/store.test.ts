import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { samplers, schedulers } from '../../lib/engine/options/enums.ts';
import {
  bundledModel,
  findAlias,
  listModels,
  modelAliases,
  modelPath,
  pullModel,
  removeModel,
  resolveModel,
} from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { LoopbackHub } from './loopback-hub.ts';
import { Folder, rejects, safetensors } from './model-files.ts';

const content = safetensors({ 'model.diffusion_model.input_blocks.0.0.weight': { shape: [4, 4] } });

suite('model aliases', (test) => {
  test('names are unique, defaults are names the engine knows, hashes are hashes', () => {
    assert.is(new Set(modelAliases.map(({ name }) => name)).size, modelAliases.length);
    for (const { name, defaults, parts, licence } of modelAliases) {
      assert.ok(
        (samplers as readonly string[]).includes(defaults.sampler) && (schedulers as readonly string[]).includes(defaults.scheduler),
        name,
      );
      assert.ok(defaults.width % 64 === 0 && defaults.steps >= 1 && defaults.cfgScale >= 1, name);
      assert.is(new Set(parts.map(({ role }) => role)).size, parts.length, name);
      assert.ok(
        parts.some(({ role }) => role === 'model' || role === 'diffusionModel'),
        name,
      );
      for (const { sha256 } of parts) assert.ok(sha256 === undefined || /^[0-9a-f]{64}$/.test(sha256), name);
      assert.match(licence.url, /^https:\/\//);
    }
  });
  test('what the issue lists is there', () => {
    for (const name of [
      'sd15',
      'sd-turbo',
      'sdxl',
      'sdxl-turbo',
      'flux-schnell',
      'flux-dev',
      'flux2-klein',
      'z-image-turbo',
      'qwen-image',
      'chroma',
      'sd35-medium',
      'sd35-large',
    ])
      assert.ok(findAlias(name), name);
  });
  test('gated follows from the parts', () => {
    assert.equal(
      modelAliases.filter(({ gated }) => gated).map(({ name }) => name),
      ['sd35-medium', 'sd35-large'],
    );
  });
  test('other spellings and upper case', () => {
    assert.equal(
      ['SD1.5', 'Flux', 'sd3.5', 'none'].map((name) => findAlias(name)?.name),
      ['sd15', 'flux-schnell', 'sd35-medium', undefined],
    );
  });
});

suite('installed models', (test) => {
  let folder: Folder;
  let hub: LoopbackHub;
  let home = '';
  let serial = 0;
  test.before(async () => {
    folder = await Folder.make();
    hub = await LoopbackHub.start(content);
  });
  test.after(async () => {
    await hub.stop();
    await folder.remove();
  });
  test.before.each(() => {
    home = join(folder.path, `home${serial++}`);
  });
  const pull = (name: string) => pullModel(name, { home, endpoint: hub.endpoint, reserveBytes: 0 });

  test('an empty home has no models', async () => assert.equal(await listModels({ home }), []));
  test('pull, list, path, resolve, remove', async () => {
    const pulled = await pull('sd-turbo');
    assert.is(pulled.licence?.name, 'Stability AI Community License');
    const path = join(home, 'models', 'hf', 'stabilityai', 'sd-turbo', 'sd_turbo.safetensors');
    assert.equal(pulled.parts, { model: path });
    const [model, ...more] = await listModels({ home });
    assert.equal([model?.name, model?.complete, model?.bytes, more.length], ['sd-turbo', true, content.length, 0]);
    assert.is(await modelPath('sd-turbo', { home }), path);
    const resolved = await resolveModel('SD-Turbo', { home });
    assert.equal([resolved.name, resolved.source, resolved.parts, resolved.defaults?.steps], ['sd-turbo', 'alias', { model: path }, 4]);
    assert.equal(await removeModel('sd-turbo', { home }), { removed: [path], bytes: content.length, kept: [] });
    assert.equal(await readdir(join(home, 'models')), []);
    await rejects(removeModel('sd-turbo', { home }), 'ERR_MODEL_NOT_FOUND', /sd-turbo: not installed/);
  });
  test('parts that another model uses are kept', async () => {
    await placeAll('sdxl');
    await placeAll('sdxl-turbo');
    const result = await removeModel('sdxl', { home });
    assert.is(result.kept.length, 1);
    assert.match(result.kept[0] ?? '', /sdxl_vae\.safetensors$/);
    assert.equal(
      (await listModels({ home })).map(({ name, complete }) => [name, complete]),
      [['sdxl-turbo', true]],
    );
  });
  test('a model with missing parts is listed as incomplete and says which', async () => {
    await placeAll('flux-schnell', 2);
    assert.is((await listModels({ home }))[0]?.complete, false);
    await rejects(
      modelPath('flux-schnell', { home }),
      'ERR_MODEL_NOT_FOUND',
      /missing: t5xxl_q4_k\.gguf, ae-f16\.gguf\)\. Run: ai-artist models pull flux-schnell/,
    );
  });
  test('single files are listed under the name that removes them', async () => {
    const name = 'hf:someone/some-repo/file.safetensors';
    await pull(name);
    assert.equal(
      (await listModels({ home })).map((model) => model.name),
      [name],
    );
    assert.ok((await resolveModel(name, { home })).parts.model?.endsWith('file.safetensors'));
    assert.is((await removeModel(name, { home })).removed.length, 1);
  });
  for (const name of ['hf:../../x/y', 'hf:a/b/../../../../etc/passwd', 'hf:a/b/..'])
    test(`removeModel does not leave its folder: ${name}`, () =>
      rejects(removeModel(name, { home }), 'ERR_INVALID_ARGUMENT', /expected file and folder names|expected hf:/));
  test('an unknown name gets a suggestion', () =>
    rejects(removeModel('sdxl-tubro', { home }), 'ERR_MODEL_NOT_FOUND', /no such model. Did you mean sdxl-turbo\?/));

  /** Puts the first `count` parts of an alias where pull would. */
  async function placeAll(name: string, count = Number.POSITIVE_INFINITY): Promise<void> {
    for (const { repo, file } of (findAlias(name)?.parts ?? []).slice(0, count)) {
      const path = join(home, 'models', 'hf', ...repo.split('/'), ...file.split('/'));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }
});

suite('resolveModel', (test) => {
  let folder: Folder;
  let home = '';
  test.before(async () => {
    folder = await Folder.make();
    home = folder.path;
  });
  test.after(() => folder.remove());

  test('nothing, or its name: the bundled model with its defaults', async () => {
    for (const spec of [undefined, 'ai-artist-mini']) {
      const { name, source, parts, defaults, headers } = await resolveModel(spec, { home });
      const { model, tae } = bundledModel();
      assert.equal([name, source, parts], ['ai-artist-mini', 'bundled', { model, tae }]);
      assert.equal(defaults, { width: 128, height: 128, steps: 20, cfgScale: 5, sampler: 'euler', scheduler: 'discrete' });
      assert.is(headers.model?.format, 'gguf');
    }
  });
  for (const [spec, code, message] of [
    ['', 'ERR_INVALID_ARGUMENT', /model: expected at least 1 character/],
    ['sd15', 'ERR_MODEL_NOT_FOUND', /sd15: not downloaded yet .*Run: ai-artist models pull sd15/],
    ['hf:a/b/c.gguf', 'ERR_MODEL_NOT_FOUND', /Run: ai-artist models pull hf:a\/b\/c\.gguf/],
    ['zimage-trubo', 'ERR_MODEL_NOT_FOUND', /Did you mean z-image-turbo\?/],
    ['something else', 'ERR_MODEL_NOT_FOUND', /no such file or alias. Aliases: sd15, /],
    [{}, 'ERR_INVALID_ARGUMENT', /expected model or diffusionModel among the parts, got none/],
    [{ vae: bundledModel().tae }, 'ERR_INVALID_ARGUMENT', /among the parts, got vae/],
    [{ difusion: 'x' }, 'ERR_INVALID_ARGUMENT', /difusion: unknown option of resolveModel\(\), did you mean diffusion\?/],
    [{ diffusion: 'a', diffusionModel: 'b' }, 'ERR_INVALID_ARGUMENT', /either diffusion or diffusionModel, got both/],
    [{ model: 7 }, 'ERR_INVALID_ARGUMENT', /model: expected a string, got 7/],
    [{ model: bundledModel().model, vae: '/nowhere/vae.safetensors' }, 'ERR_MODEL_NOT_FOUND', /vae\.safetensors/],
  ] as const)
    test(`refuses ${JSON.stringify(spec).replaceAll(bundledModel().folder, 'models')}`, () =>
      rejects(resolveModel(spec as never, { home }), code, message));

  test('a path that is nearly right gets a suggestion', async () => {
    const path = await folder.write('landscape.safetensors', content);
    await rejects(
      resolveModel(join(home, 'landscpae.safetensors'), { home }),
      'ERR_MODEL_NOT_FOUND',
      new RegExp(`Did you mean ${path.replaceAll('\\', '.')}`),
    );
    assert.equal((await resolveModel(path, { home })).parts, { model: path });
  });
  test('every part is checked', async () => {
    const good = await folder.write('good.safetensors', content);
    const bad = await folder.write('bad.safetensors', 'nonsense nonsense');
    await rejects(resolveModel({ diffusion: good, vae: bad }, { home }), 'ERR_MODEL_FORMAT', /bad\.safetensors: is not a model file/);
    const { parts, headers } = await resolveModel({ diffusion: good, tae: bundledModel().tae }, { home });
    assert.equal(Object.keys(parts), ['diffusionModel', 'tae']);
    assert.equal(Object.keys(headers), ['diffusionModel', 'tae']);
  });
});
