import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { ArtImage, cannyEdges, loadModel, loadUpscaler, type Upscaler, upscale } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { artistFailure, badFiles, failure, safetensors, tiny, withFolder } from './support.ts';

/** A picture with a bright square in the middle. */
function square(edge: number): ArtImage {
  const data = new Uint8Array(edge * edge * 3).fill(40);
  for (let y = edge / 4; y < (edge * 3) / 4; y++) data.fill(220, (y * edge + edge / 4) * 3, (y * edge + (edge * 3) / 4) * 3);
  return new ArtImage({ width: edge, height: edge, channels: 3, data });
}

suite('upscale', (test) => {
  let upscaler: Upscaler;
  test.before(async () => {
    upscaler = await loadUpscaler();
  });
  test.after(() => upscaler.dispose());

  const bad: [options: Record<string, unknown>, message: string | RegExp][] = [
    [{ repeats: 0 }, 'repeats: expected a number of at least 1, got 0'],
    [{ repeats: 4 }, 'repeats: expected a number of at most 3, got 4'],
    [{ repeat: 2 }, 'repeat: unknown option of upscale(), did you mean repeats?'],
    [{ signal: 1 }, 'signal: expected an AbortSignal, got 1'],
  ];
  for (const [options, message] of bad) {
    test(`rejects ${JSON.stringify(options)}`, async () => {
      await artistFailure(upscaler.upscale(square(16), options), 'ERR_INVALID_ARGUMENT', message);
    });
  }

  const images: [what: string, image: unknown, code: string, message?: RegExp][] = [
    ['a missing path', 'no/such/file.png', 'ERR_READ'],
    ['a directory', '.', 'ERR_READ'],
    ['an empty path', '', 'ERR_INVALID_ARGUMENT'],
    ['an empty buffer', new Uint8Array(), 'ERR_IMAGE_DECODE', /an empty file/],
    ['random bytes', new Uint8Array(64).fill(7), 'ERR_IMAGE_DECODE'],
    [
      'pixels of a wrong length',
      { width: 4, height: 4, channels: 3, data: new Uint8Array(47) },
      'ERR_INVALID_ARGUMENT',
      /^image\.data: expected 48 bytes \(4x4x3\), got 47$/,
    ],
    [
      'a picture of size 0',
      { width: 0, height: 4, channels: 3, data: new Uint8Array() },
      'ERR_INVALID_ARGUMENT',
      /^image\.width: expected/,
    ],
    ['nothing', undefined, 'ERR_INVALID_ARGUMENT', /^image: expected a path/],
    ['a number', 5, 'ERR_INVALID_ARGUMENT', /^image: expected a path/],
    [
      'a picture whose result is too large',
      { width: 4096, height: 8, channels: 3, data: new Uint8Array(4096 * 8 * 3) },
      'ERR_INVALID_ARGUMENT',
      /at most 8192 pixels an edge.*got 16384x32/,
    ],
  ];
  for (const [what, image, code, message] of images) {
    test(`refuses ${what}`, async () => {
      await artistFailure(upscaler.upscale(image as ArtImage), code, message);
    });
  }

  test('makes a picture four times as wide and high, with the same content', async () => {
    const large = await upscaler.upscale(square(32));
    assert.is(upscaler.factor, 4);
    assert.is(`${large.width}x${large.height}x${large.channels}`, '128x128x3');
    const at = (x: number, y: number): number => large.data[(y * large.width + x) * 3] ?? -1;
    assert.ok(Math.abs(at(64, 64) - 220) < 25, `centre ${at(64, 64)}`);
    assert.ok(Math.abs(at(8, 8) - 40) < 25, `corner ${at(8, 8)}`);
  });

  test('repeats multiply; tiles give the same result as the whole picture', async () => {
    const twice = await upscaler.upscale(square(8), { repeats: 2 });
    assert.is(`${twice.width}x${twice.height}`, '128x128');
    const tiled = await upscale(square(48), { tileSize: 32 });
    const whole = await upscaler.upscale(square(48));
    const mean = tiled.data.reduce((sum, value, index) => sum + Math.abs(value - (whole.data[index] ?? 0)), 0) / whole.data.length;
    assert.ok(mean < 3, `mean difference ${mean} of 255`);
  });

  test('the recipe is kept, with the upscaler added; a file and its bytes give the same result', async () => {
    const model = await loadModel();
    const { images } = await model.generate(tiny).finally(() => model.dispose());
    const [image] = images;
    assert.ok(image);
    const large = await upscaler.upscale(image as ArtImage);
    assert.is(large.recipe?.prompt, tiny.prompt);
    assert.is(large.recipe?.upscaler?.factor, 4);
    assert.match(large.recipe?.upscaler?.hash ?? '', /^[0-9a-f]{64}$/);
    await withFolder(async (folder) => {
      const path = join(folder, 'small.png');
      await (image as ArtImage).save(path);
      const fromFile = await upscaler.upscale(path);
      assert.equal(fromFile.recipe, large.recipe);
      assert.ok(Buffer.from(fromFile.data).equals(large.data));
    });
  });

  test('a picture without a recipe gets one that names the upscaler', async () => {
    const { recipe } = await upscaler.upscale(square(8));
    assert.is(recipe?.mode, 'upscale');
    assert.is(recipe?.upscaler?.factor, 4);
  });

  test('a picture enlarged twice has the recipe and the pixels of one enlarged with two repeats', async () => {
    const once = await upscaler.upscale(await upscaler.upscale(square(8)));
    const twice = await upscaler.upscale(square(8), { repeats: 2 });
    assert.equal([once.width, once.recipe?.upscaler?.factor], [128, 16]);
    assert.equal(once.recipe, twice.recipe);
    assert.ok(Buffer.from(once.data).equals(twice.data));
  });

  test("aborts before and during the work with the signal's reason; works afterwards", async () => {
    const early = new Error('early');
    assert.is(await failure(upscaler.upscale(square(8), { signal: AbortSignal.abort(early) })), early);
    const controller = new AbortController();
    const started = performance.now();
    const running = upscaler.upscale(square(256), {
      signal: controller.signal,
      onProgress: (event) => event.type === 'upscale' && controller.abort(),
    });
    assert.is(await failure(running), controller.signal.reason);
    assert.ok(performance.now() - started < 10_000);
    assert.is((await upscaler.upscale(square(8))).width, 32);
  });

  test('a listener that throws rejects with its error', async () => {
    const broken = new Error('listener');
    const error = await failure(
      upscaler.upscale(square(32), {
        onProgress: () => {
          throw broken;
        },
      }),
    );
    assert.is(error, broken);
  });

  test('after dispose: ERR_DISPOSED; while it runs: ERR_ABORTED', async () => {
    const other = await loadUpscaler();
    const running = failure(other.upscale(square(256), { onProgress: (event) => event.type === 'upscale' && void other.dispose() }));
    assert.is(((await running) as { code?: string }).code, 'ERR_ABORTED');
    await other.dispose();
    await artistFailure(other.upscale(square(8)), 'ERR_DISPOSED');
  });

  test('files that are not upscalers are refused', async () => {
    const model = await loadModel();
    const path = model.info.files['model'] ?? model.info.files['diffusionModel'] ?? '';
    await model.dispose();
    await artistFailure(loadUpscaler({ model: path }), 'ERR_MODEL_FORMAT', /^model: expected an ESRGAN upscaler, got /);
    await withFolder(async (folder) => {
      for (const { what, path: broken } of await badFiles(folder, upscaler.file)) {
        const error = (await failure(loadUpscaler({ model: broken }))) as { code?: string };
        assert.ok(['ERR_MODEL_NOT_FOUND', 'ERR_MODEL_FORMAT', 'ERR_READ'].includes(error.code ?? ''), `${what}: ${String(error)}`);
      }
      const unknown = join(folder, 'unknown.safetensors');
      await writeFile(unknown, safetensors({ 'some.weight': { shape: [8, 8] } }));
      const error = (await failure(loadUpscaler({ model: unknown }))) as { code?: string };
      assert.ok(['ERR_MODEL_FORMAT', 'ERR_MODEL_LOAD'].includes(error.code ?? ''), String(error));
    });
  });
});

suite('cannyEdges', (test) => {
  test('finds the border of a square, white on black, and the opposite', async () => {
    const share = (image: ArtImage): number => image.data.reduce((sum, value) => sum + (value > 127 ? 1 : 0), 0) / image.data.length;
    const edges = await cannyEdges(square(64));
    assert.is(`${edges.width}x${edges.height}`, '64x64');
    assert.ok(share(edges) > 0.01 && share(edges) < 0.25, String(share(edges)));
    const inverse = await cannyEdges(square(64), { inverse: true });
    assert.ok(share(inverse) > 0.75, String(share(inverse)));
  });

  test('refuses bad thresholds and pictures', async () => {
    await artistFailure(
      cannyEdges(square(16), { highThreshold: 2 }),
      'ERR_INVALID_ARGUMENT',
      'highThreshold: expected a number of at most 1, got 2',
    );
    await artistFailure(
      cannyEdges(square(16), { highThreshold: 0.1, lowThreshold: 0.5 }),
      'ERR_INVALID_ARGUMENT',
      /^lowThreshold: expected at most highThreshold/,
    );
    await artistFailure(cannyEdges('no/such.png'), 'ERR_READ');
    const reason = new Error('early');
    assert.is(await failure(cannyEdges(square(16), { signal: AbortSignal.abort(reason) })), reason);
  });

  test('a picture of one pixel works', async () => {
    const dot = { width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) };
    assert.is((await cannyEdges(dot)).width, 1);
  });
});
