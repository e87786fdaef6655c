import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { ArtImage, ArtistError, type GenerateOptions, loadModel, type Model, samplers } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { artistFailure, failure, safetensors, styleLora, tiny, withFolder } from './support.ts';

/** A picture of one colour. */
function plain(width: number, height: number, value: number, channels = 3): ArtImage {
  return new ArtImage({ width, height, channels, data: new Uint8Array(width * height * channels).fill(value) });
}

/** Mean absolute difference of two pictures, 0..255. */
function difference(a: { data: Uint8Array }, b: { data: Uint8Array }): number {
  assert.is(a.data.length, b.data.length);
  return a.data.reduce((sum, value, index) => sum + Math.abs(value - (b.data[index] ?? 0)), 0) / a.data.length;
}

suite('generate', (test) => {
  let model: Model;
  test.before(async () => {
    model = await loadModel();
  });
  test.after(() => model.dispose());

  const paint = async (options: Parameters<Model['generate']>[0] = {}): Promise<ArtImage> => {
    const { images } = await model.generate({ ...tiny, ...options });
    const [image] = images;
    assert.ok(image);
    return image as ArtImage;
  };

  for (const [what, prompt] of Object.entries({
    'of 100 kB': 'fox '.repeat(25_000),
    emoji: '🦊❄️👨‍👩‍👧‍👦',
    'unbalanced weights': '((((a fox:1.2], [[(snow:) :::)',
    'control characters': 'a\u0001b\u0007\n\r\tc\u007f',
    'half a surrogate pair': 'fox \ud83e',
    'percent signs': '%s %n %x <lora:none:1>',
    'right to left': 'ثعلب في الثلج',
  })) {
    test(
      `paints a prompt: ${what}`,
      async () => {
        const image = await paint({ prompt });
        assert.is(`${image.width}x${image.height}x${image.channels}`, '64x64x3');
      },
      { timeoutMs: 60_000 },
    );
  }

  test('refuses an empty prompt if no picture says what to paint', async () => {
    for (const prompt of ['', ' \n'])
      assert.match(await paint({ prompt }).then(String, String), /prompt: expected what to paint, or a picture to begin with, got "/);
  });

  test('the same seed gives the same pixels; another seed gives others', async () => {
    const [first, again, other] = [await paint(), await paint(), await paint({ seed: 8 })];
    assert.ok(Buffer.from(first.data).equals(again.data));
    assert.ok(difference(first, other) > 1);
  });

  test('without a seed one is drawn and returned, and it repeats the picture', async () => {
    const { seed: _, ...open } = tiny;
    const first = await model.generate(open);
    const second = await model.generate(open);
    assert.ok(Number.isSafeInteger(first.seed) && first.seed >= 0);
    assert.is.not(first.seed, second.seed);
    assert.ok(Buffer.from((await paint({ seed: first.seed })).data).equals(first.images[0]?.data ?? Buffer.alloc(0)));
  });

  test('the largest seed paints', async () => {
    const result = await model.generate({ ...tiny, seed: Number.MAX_SAFE_INTEGER });
    assert.is(result.seed, Number.MAX_SAFE_INTEGER);
  });

  test('picture b of a batch is the picture of seed + b', async () => {
    const { images, seeds } = await model.generate({ ...tiny, batchCount: 2 });
    assert.equal(seeds, [7, 8]);
    assert.ok(Buffer.from((await paint({ seed: 8 })).data).equals(images[1]?.data ?? Buffer.alloc(0)));
  });

  test('the result says which settings were used, and the recipe is complete', async () => {
    const result = await model.generate({ ...tiny, steps: 2, negativePrompt: 'snow' });
    assert.is(result.width, 64);
    assert.is(result.steps, 2);
    assert.is(result.cfgScale, model.info.defaults.cfgScale);
    assert.is(result.device, model.info.device);
    assert.is(result.aborted, false);
    assert.ok(result.seconds.total > 0);
    const { recipe } = result;
    assert.is(recipe.prompt, tiny.prompt);
    assert.is(recipe.negativePrompt, 'snow');
    assert.is(recipe.seed, 7);
    assert.is(recipe.sampler, result.sampler);
    assert.is(recipe.scheduler, result.scheduler);
    assert.is(recipe.model?.name, model.info.name);
    assert.match(recipe.model?.hash ?? '', /^[0-9a-f]{64}$/);
    assert.match(recipe.engine ?? '', /^stable-diffusion\.cpp ./);
    assert.is(recipe.backend, result.device);
    assert.equal(result.images[0]?.recipe, recipe);
  });

  test('omitted sampler, steps, size and cfgScale come from the model', async () => {
    const { defaults } = model.info;
    const result = await model.generate({ prompt: 'a fox', seed: 1 });
    assert.equal(
      { width: result.width, height: result.height, steps: result.steps, cfgScale: result.cfgScale, sampler: result.sampler },
      {
        width: defaults.width,
        height: defaults.height,
        steps: defaults.steps,
        cfgScale: defaults.cfgScale,
        sampler: defaults.sampler ?? model.info.defaultSampler,
      },
    );
  });

  for (const sampler of samplers) {
    test(`sampler ${sampler} paints, with the scheduler that the recipe names`, async () => {
      const result = await model.generate({ ...tiny, steps: 2, sampler });
      assert.is(result.sampler, sampler);
      assert.is(result.scheduler, result.recipe.scheduler);
      assert.ok(new Set(result.images[0]?.data).size > 1, 'more than one colour');
    });
  }

  test('custom noise levels replace scheduler and steps', async () => {
    const result = await model.generate({ ...tiny, steps: undefined, sigmas: [14, 3, 0] });
    assert.is(result.steps, 2);
    assert.equal(result.recipe.sigmas, [14, 3, 0]);
  });

  test('img2img at strength 0.1 stays close to the picture, at 1 it does not', async () => {
    const init = plain(64, 64, 230);
    const [near, far] = [
      await paint({ initImage: init, denoisingStrength: 0.1, steps: 10 }),
      await paint({ initImage: init, denoisingStrength: 1, steps: 10 }),
    ];
    assert.ok(difference(near, init) < difference(far, init), `${difference(near, init)} against ${difference(far, init)}`);
    assert.is(near.recipe?.mode, 'img2img');
    assert.is(near.recipe?.denoisingStrength, 0.1);
  });

  test('an input picture of another size and with alpha is fitted', async () => {
    const image = await paint({ initImage: plain(150, 90, 128, 4), denoisingStrength: 0.5, steps: 2 });
    assert.is(`${image.width}x${image.height}`, '64x64');
  });

  test('without a size, the initial picture sets the proportions', async () => {
    const result = await model.generate({
      ...tiny,
      width: undefined,
      height: undefined,
      initImage: plain(400, 100, 128),
      denoisingStrength: 0.5,
    });
    assert.is(`${result.width}x${result.height}`, '256x64');
  });

  test('inpainting keeps areas that are black in the mask', async () => {
    const init = plain(64, 64, 200);
    const mask = { width: 64, height: 64, channels: 1, data: new Uint8Array(64 * 64) };
    mask.data.fill(255, 32 * 64);
    const image = await paint({ initImage: init, maskImage: mask, steps: 6 });
    const [kept, painted] = [image.data.subarray(0, 16 * 64 * 3), image.data.subarray(48 * 64 * 3)];
    const distance = (part: Uint8Array): number => part.reduce((sum, value) => sum + Math.abs(value - 200), 0) / part.length;
    assert.ok(distance(kept) < distance(painted), `${distance(kept)} against ${distance(painted)}`);
    assert.is(image.recipe?.mode, 'inpaint');
  });

  test('VAE tiling, hires, cache and guidance options paint', async () => {
    const hires = await paint({ hires: { scale: 2, steps: 1 } });
    assert.is(`${hires.width}x${hires.height}`, '128x128');
    assert.is(hires.recipe?.hires?.scale, 2);
    await paint({ vaeTiling: { tileWidth: 8, tileHeight: 8, overlap: 0.25 }, width: 128 });
    await paint({ cache: { mode: 'ucache', reuseThreshold: 1 }, steps: 4 });
    await paint({ adaptiveProjectedGuidance: { eta: 0, momentum: -0.5, normThreshold: 5 }, eta: 0.5, clipSkip: 2, steps: 2 });
  });

  test('an option that this family ignores is a warning, not an error', async () => {
    const { warnings } = await model.generate({ ...tiny, cache: 'easycache' });
    assert.ok(
      warnings.some((line) => /EasyCache/i.test(line)),
      warnings.join('\n'),
    );
  });

  test('a control picture without a ControlNet is refused', async () => {
    await artistFailure(
      model.generate({ ...tiny, controlImage: plain(64, 64, 0) }),
      'ERR_UNSUPPORTED',
      /^controlImage: expected a model loaded with controlNet/,
    );
  });

  test('the signal aborts before anything native, while it paints, and in the queue', async () => {
    const early = new Error('before');
    assert.is(await failure(model.generate({ ...tiny, signal: AbortSignal.abort(early) })), early);

    const controller = new AbortController();
    const running = model.generate({
      ...tiny,
      steps: 500,
      signal: controller.signal,
      onProgress: (event) => event.type === 'sample' && controller.abort(),
    });
    assert.is(await failure(running), controller.signal.reason);

    const [busy, waiting] = [new AbortController(), new AbortController()];
    const first = failure(model.generate({ ...tiny, steps: 500, signal: busy.signal }));
    const second = failure(model.generate({ ...tiny, signal: waiting.signal }));
    waiting.abort(new Error('waiting'));
    assert.is(await second, waiting.signal.reason);
    busy.abort(new Error('busy'));
    assert.is(await first, busy.signal.reason);

    const same = new AbortController();
    const run = model.generate({ ...tiny, steps: 500, signal: same.signal });
    same.abort(); // in the same tick
    assert.is(await failure(run), same.signal.reason);
    assert.is((await model.generate(tiny)).images.length, 1);
  });

  for (const phase of ['encode', 'sample', 'decode'] as const) {
    test(`an abort during ${phase} leaves the model as it was`, async () => {
      const before = await paint();
      const controller = new AbortController();
      const error = await failure(
        model.generate({
          ...tiny,
          width: 256,
          height: 256,
          steps: 2,
          signal: controller.signal,
          onProgress: (event) => event.type === phase && controller.abort(),
        }),
      );
      assert.is(error, controller.signal.reason);
      assert.ok(Buffer.from((await paint()).data).equals(before.data));
    });
  }

  test('keepFinished: a cancelled batch returns the finished pictures', async () => {
    const controller = new AbortController();
    const result = await model.generate({
      ...tiny,
      batchCount: 20,
      keepFinished: true,
      signal: controller.signal,
      onProgress: (event) => event.type === 'image' && event.index === 1 && controller.abort(),
    });
    assert.ok(result.aborted);
    assert.ok(result.images.length >= 2 && result.images.length < 20, `${result.images.length} pictures`);
  });

  test("errors point to the caller's line", async () => {
    const error = await artistFailure(model.generate({ ...tiny, width: 63 }), 'ERR_INVALID_ARGUMENT');
    assert.match(error.stack ?? '', /generate\.test/);
  });

  test('a LoRA changes the picture; at weight 0 it does not', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'style.safetensors');
      await writeFile(path, styleLora(0.5));
      const [bare, styled, muted] = [
        await paint({ steps: 4 }),
        await paint({ steps: 4, loras: [path] }),
        await paint({ steps: 4, loras: [{ path, weight: 0 }] }),
      ];
      assert.ok(difference(bare, styled) > 0.01, String(difference(bare, styled)));
      assert.ok(difference(bare, muted) < 0.01, String(difference(bare, muted)));
      assert.is(styled.recipe?.loras?.[0]?.name, 'style.safetensors');
      assert.match(styled.recipe?.loras?.[0]?.hash ?? '', /^[0-9a-f]{64}$/);
      assert.ok(Buffer.from((await paint({ steps: 4 })).data).equals(bare.data), 'the LoRA is gone in the next call');
    });
  });

  test('LoRAs merged into the weights change from call to call and leave no trace', async () => {
    // Merging reloads the weights. The engine once kept freed weights of the autoencoder (native patch on vae.hpp).
    const merging = await loadModel({ weightType: 'f16', loraApplyMode: 'immediately' });
    try {
      await withFolder(async (folder) => {
        const path = join(folder, 'style.safetensors');
        await writeFile(path, styleLora(0.5));
        const pictures: ArtImage[] = [];
        for (const loras of [undefined, [path], [{ path, weight: 0.5 }], [path], undefined]) {
          const { images } = await merging.generate({ ...tiny, steps: 4, ...(loras ? { loras } : {}) });
          pictures.push(images[0] as ArtImage);
        }
        const [bare, full, half, again, after] = pictures as [ArtImage, ArtImage, ArtImage, ArtImage, ArtImage];
        assert.ok(difference(bare, full) > 0.01 && difference(full, half) > 0.01, `${difference(bare, full)}, ${difference(full, half)}`);
        assert.is(difference(full, again), 0);
        assert.is(difference(bare, after), 0);
      });
    } finally {
      await merging.dispose();
    }
  });

  test('a LoRA is found by its name in <home>/loras, and the error for a wrong name suggests the closest one', async () => {
    await withFolder(async (home) => {
      await mkdir(join(home, 'loras', 'mine'), { recursive: true });
      await writeFile(join(home, 'loras', 'mine', 'style.safetensors'), styleLora(0.5));
      await using model = await loadModel({ home });
      const path = join(home, 'loras', 'mine', 'style.safetensors');
      const pixels = async (loras: GenerateOptions['loras']) =>
        (await model.generate({ ...tiny, ...(loras ? { loras } : {}) })).images[0]?.data;
      const byPath = await pixels([path]);
      assert.equal(await pixels(['mine/style']), byPath);
      assert.equal(await pixels([{ name: 'mine/style' }]), byPath);
      assert.not.equal(await pixels(undefined), byPath);
      await artistFailure(
        model.generate({ ...tiny, loras: ['mine/stile'] }),
        'ERR_MODEL_NOT_FOUND',
        /no LoRA of that name in .*Did you mean mine\/style\?/,
      );
      await artistFailure(model.generate({ ...tiny, loras: [{ name: path }] }), 'ERR_MODEL_NOT_FOUND', /no LoRA of that name/);
    });
  });

  test('a LoRA for another model is a warning with the reason', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'other.safetensors');
      const target = 'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q';
      await writeFile(
        path,
        safetensors({ [`${target}.lora_down.weight`]: { shape: [4, 640] }, [`${target}.lora_up.weight`]: { shape: [640, 4] } }),
      );
      const messages: string[] = [];
      const { warnings } = await model.generate({
        ...tiny,
        loras: [path],
        onProgress: (event) => event.type === 'warning' && messages.push(event.message),
      });
      assert.ok(warnings.length > 0);
      assert.match(warnings.join('\n'), /other\.safetensors/);
      assert.equal(messages, [...warnings]);
    });
  });

  test('two models paint side by side', async () => {
    const other = await loadModel();
    try {
      const [a, b] = await Promise.all([model.generate(tiny), other.generate(tiny)]);
      assert.ok(Buffer.from(a.images[0]?.data ?? []).equals(b.images[0]?.data ?? Buffer.alloc(1)));
    } finally {
      await other.dispose();
    }
    assert.is((await model.generate(tiny)).images.length, 1);
  });

  test('dispose cancels running and waiting calls, and may be called again', async () => {
    const other = await loadModel();
    const runs = [other.generate({ ...tiny, steps: 500 }), other.generate(tiny)].map((run) => failure(run));
    await Promise.all([other.dispose(), other.dispose()]);
    for (const run of runs) {
      const error = await run;
      assert.ok(error instanceof ArtistError);
      assert.is((error as ArtistError).code, 'ERR_ABORTED');
    }
    await artistFailure(other.generate(tiny), 'ERR_DISPOSED', /was disposed/);
    await other[Symbol.asyncDispose]();
    assert.ok(other.disposed);
  });
});
