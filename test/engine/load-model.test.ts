import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { type LoadEvent, listDevices, loadModel, versions } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { artistFailure, failure, tiny } from './support.ts';

const run = promisify(execFile);

suite('loadModel', (test) => {
  test('without an argument it loads the bundled model and describes it', async () => {
    const model = await loadModel();
    try {
      assert.ok(model.info.name.length > 0);
      assert.is(model.info.sizeMultiple, 64);
      assert.ok(model.info.weightBytes > 1_000_000);
      assert.ok(model.info.threads >= 1);
      assert.ok(
        listDevices().some((device) => device.name === model.info.device),
        model.info.device,
      );
      assert.ok(Object.isFrozen(model.info));
    } finally {
      await model.dispose();
    }
  });

  test('weights are resident when it resolves: the first picture reads nothing', async () => {
    const model = await loadModel();
    const types = new Set<string>();
    try {
      await model.generate({ ...tiny, onProgress: (event) => types.add(event.type) });
    } finally {
      await model.dispose();
    }
    assert.not.ok(types.has('load'), [...types].join(' '));
  });

  test('lazy: the first picture reads the weights', async () => {
    const model = await loadModel({ lazy: true });
    const types = new Set<string>();
    try {
      await model.generate({ ...tiny, onProgress: (event) => types.add(event.type) });
    } finally {
      await model.dispose();
    }
    assert.ok(types.has('load'), [...types].join(' '));
  });

  test('lazy and resident paint the same picture', async () => {
    const pictures: Uint8Array[] = [];
    for (const lazy of [true, false]) {
      const model = await loadModel({ lazy });
      try {
        const { images } = await model.generate(tiny);
        pictures.push(images[0]?.data ?? new Uint8Array());
      } finally {
        await model.dispose();
      }
    }
    assert.ok(Buffer.from(pictures[0] ?? []).equals(pictures[1] ?? Buffer.alloc(1)));
  });

  test('reports its progress', async () => {
    const events: LoadEvent[] = [];
    const model = await loadModel({ onProgress: (event) => events.push(event) });
    await model.dispose();
    const loads = events.filter((event) => event.type === 'load');
    assert.ok(loads.length > 0);
    assert.ok(loads.every((event) => event.type === 'load' && event.step <= event.steps));
  });

  test('accepts a path and a list of files', async () => {
    const bundled = await loadModel();
    const { files } = bundled.info;
    await bundled.dispose();
    const path = files['model'] ?? files['diffusionModel'] ?? '';
    assert.ok(path);
    const model = await loadModel({ model: path, tae: files['tae'], threads: 1, seamless: 'x', weightType: 'f16' });
    try {
      assert.is(model.info.threads, 1);
      const { recipe } = await model.generate(tiny);
      const { diffusionConvDirect } = model.info;
      assert.equal(recipe.extra, { seamless: 'x', weightType: 'f16', ...(diffusionConvDirect && { diffusionConvDirect }) });
    } finally {
      await model.dispose();
    }
  });

  test('the bundled model is stored in q8_0 and computed in f16; the caller may choose', async () => {
    const bundled = await loadModel();
    const { files } = bundled.info;
    const painted: Buffer[] = [];
    for (const model of [
      bundled,
      await loadModel({ weightType: 'f16' }),
      await loadModel({ model: files['model'] ?? '', tae: files['tae'] }),
      await loadModel({ weightType: 'q8_0' }),
    ]) {
      const { images, recipe } = await model.generate(tiny);
      painted.push(Buffer.from(images[0]?.data ?? []));
      await model.dispose();
      if (model === bundled) assert.is(recipe.extra?.['weightType'], undefined);
    }
    const [usual, half, asInFile, eight] = painted;
    assert.ok(usual?.equals(half ?? Buffer.of()), 'f16 is the default');
    assert.not.ok(usual?.equals(asInFile ?? usual), 'as in the file');
    assert.not.ok(usual?.equals(eight ?? usual), 'q8_0 when asked for');
  });

  test('an aborted signal rejects with its reason before any native code runs', async () => {
    // In a child process, because this process has already loaded the addon.
    const script = `
      const { loadModel } = await import('./lib/index.ts');
      const { nativeFile } = await import('./lib/engine/addon/native.ts');
      const reason = new Error('early');
      const error = await loadModel({ signal: AbortSignal.abort(reason) }).catch((e) => e);
      console.log(error === reason, nativeFile() === undefined);`;
    const { stdout } = await run(process.execPath, ['--import', typescript, '--input-type=module', '-e', script], {
      cwd: new URL('../..', import.meta.url),
    });
    assert.is(stdout.trim(), 'true true');
  });

  test('an abort in the same tick and during the load rejects with the reason; the next load works', async () => {
    const same = new AbortController();
    const first = loadModel({ signal: same.signal });
    same.abort();
    assert.is(await failure(first), same.signal.reason);

    const during = new AbortController();
    const error = await failure(loadModel({ signal: during.signal, onProgress: () => during.abort(new Error('during')) }));
    assert.is(error, during.signal.reason);
    await (await loadModel()).dispose();
  });

  test('a listener that throws cancels the load with its error', async () => {
    const broken = new Error('listener');
    const error = await failure(
      loadModel({
        onProgress: () => {
          throw broken;
        },
      }),
    );
    assert.is(error, broken);
  });

  test('the error for an absent device names it and those that are present', async () => {
    for (const backend of ['CUDA7', 'nonsense', 'diffusion=CUDA9']) {
      const error = await artistFailure(loadModel({ backend }), 'ERR_NO_DEVICE');
      assert.match(error.message, new RegExp(`Present here: .*${listDevices()[0]?.name}`));
    }
  });

  test('an unknown alias and a second options object are refused', async () => {
    await artistFailure(loadModel('no-such-model'), 'ERR_MODEL_NOT_FOUND');
    await artistFailure(loadModel({}, { threads: 1 }), 'ERR_INVALID_ARGUMENT');
    await artistFailure(loadModel(5 as never), 'ERR_INVALID_ARGUMENT', /^loadModel: expected an object, got 5/);
  });

  test('isolated: the same picture from a child process', async () => {
    const [here, there] = [await loadModel(), await loadModel({ isolate: true })];
    try {
      const [a, b] = [await here.generate(tiny), await there.generate(tiny)];
      assert.ok(Buffer.from(a.images[0]?.data ?? []).equals(b.images[0]?.data ?? Buffer.alloc(1)));
    } finally {
      await here.dispose();
      await there.dispose();
    }
  });

  test('versions() reports what was compiled in', () => {
    const all = versions();
    for (const name of ['addon', 'engine', 'ggml', 'gpu', 'compiler', 'systemInfo'] as const) assert.ok(all[name].length > 0, name);
    assert.ok(all.physicalCores >= 1);
  });

  test('a model dropped without dispose() causes a warning and is freed', async () => {
    const script = `
      const { loadModel } = await import('./lib/index.ts');
      process.on('warning', (warning) => { if (warning.name === 'ArtistLeakWarning') { console.log(warning.message); process.exit(0); } });
      await loadModel().then(() => undefined);
      for (let i = 0; i < 200; i++) { global.gc(); await new Promise((r) => setTimeout(r, 20)); }
      process.exit(1);`;
    const { stdout } = await run(process.execPath, ['--expose-gc', '--import', typescript, '--input-type=module', '-e', script], {
      cwd: new URL('../..', import.meta.url),
    });
    assert.match(stdout, /was garbage-collected without dispose/);
  });

  test('importing the package loads neither addon nor sharp nor yargs', async () => {
    const script = `
      await import('./lib/index.ts');
      const { nativeFile } = await import('./lib/engine/addon/native.ts');
      const { createRequire } = await import('node:module');
      const loaded = Object.keys(createRequire(process.cwd() + '/x.js').cache).filter((file) => /[\\\\/](sharp|yargs)[\\\\/]|\\.node$/.test(file));
      console.log(JSON.stringify([nativeFile() ?? null, loaded, process.report.getReport().sharedObjects.filter((file) => /ai_artist|sharp|vips/.test(file))]));`;
    const { stdout } = await run(process.execPath, ['--import', typescript, '--input-type=module', '-e', script], {
      cwd: new URL('../..', import.meta.url),
    });
    assert.equal(JSON.parse(stdout), [null, [], []]);
  });
});
