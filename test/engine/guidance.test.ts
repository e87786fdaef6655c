/** Both conditions of a step with guidance are computed at once where only they differ, and the picture is that of two passes, bit for bit. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type GenerateOptions, type LoadModelOptions, loadModel, type Model, onEngineLine } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { styleLora } from './support.ts';

const small: GenerateOptions = {
  prompt: 'flat vector art of a fox',
  negativePrompt: 'blurry',
  width: 128,
  height: 128,
  steps: 3,
  seed: 7,
  cfgScale: 5,
};

/** A cache of steps keeps the conditions apart; with this threshold it reuses nothing. */
const twoPasses: Partial<GenerateOptions> = { cache: { mode: 'ucache', reuseThreshold: 0 } };

interface Painted {
  /** Steps that computed both conditions at once. */
  paired: number;
  pixels: Buffer;
}

async function paint(model: Model, options: Partial<GenerateOptions> = {}): Promise<Painted> {
  let paired = 0;
  const end = onEngineLine('debug', ({ text }) => {
    if (text.includes('both conditions at once')) paired += 1;
  });
  try {
    const { images } = await model.generate({ ...small, ...options });
    return { paired, pixels: Buffer.concat(images.map(({ data }) => Buffer.from(data))) };
  } finally {
    end();
  }
}

/** Steps that paired. */
async function checkSame(model: Model, options: Partial<GenerateOptions> = {}): Promise<number> {
  const usual = await paint(model, options);
  const apart = await paint(model, { ...options, ...twoPasses });
  assert.is(apart.paired, 0);
  assert.ok(usual.pixels.equals(apart.pixels), 'another picture');
  return usual.paired;
}

suite('guidance', { timeoutMs: 300_000 }, (test) => {
  let folder: string;
  let model: Model;
  let lora: string;
  /** Only a CPU with our kernels pairs. */
  let steps: (count: number) => number;
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ai-artist-test-'));
    lora = join(folder, 'style.safetensors');
    await writeFile(lora, styleLora(0.2));
    model = await loadModel();
    steps = (count) => (model.info.diffusionConvDirect ? count : 0);
  });
  test.after(async () => {
    await model.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  test('a picture', async () => assert.is(await checkSame(model), steps(3)));
  test('other shapes', async () => {
    for (const size of [
      { width: 64, height: 64 },
      { width: 64, height: 192 },
      { width: 192, height: 64 },
    ])
      assert.is(await checkSame(model, size), steps(3), JSON.stringify(size));
  });
  test('several pictures of a job', async () => assert.is(await checkSame(model, { batchCount: 2 }), steps(6)));
  test('samplers that need the unconditioned picture, or two evaluations of a step', async () => {
    assert.is(await checkSame(model, { sampler: 'euler_cfg_pp' }), steps(3));
    assert.ok((await checkSame(model, { sampler: 'heun' })) >= steps(4));
  });

  test('from a picture, and inside a mask', async () => {
    const first = await model.generate(small);
    const [initImage] = first.images;
    const part = { initImage, denoisingStrength: 0.7 };
    assert.ok((await checkSame(model, part)) >= steps(1));
    const maskImage = { width: 128, height: 128, channels: 1 as const, data: new Uint8Array(128 * 128).fill(255, 0, 64 * 128) };
    assert.ok((await checkSame(model, { ...part, maskImage })) >= steps(1));
  });

  test('with previews', async () => {
    let seen = 0;
    const options: Partial<GenerateOptions> = {
      preview: { mode: 'proj' },
      onProgress: ({ type }) => {
        if (type === 'preview') seen += 1;
      },
    };
    assert.is(await checkSame(model, options), steps(3));
    assert.ok(seen > 0);
  });

  const loads: Record<string, LoadModelOptions> = {
    'two threads': { threads: 2 },
    '8-bit weights': { weightType: 'q8_0' },
    'edges that continue on the other side': { seamless: true },
    'inputs rounded to bfloat16': { cpuPrecision: 'bf16' },
  };
  for (const [name, load] of Object.entries(loads))
    test(`with ${name}`, async () => {
      await using other = await loadModel(load);
      assert.is(await checkSame(other), steps(3));
    });

  for (const loraApplyMode of ['immediately', 'at_runtime'] as const)
    test(`with a LoRA ${loraApplyMode}`, async () => {
      await using other = await loadModel({ loraApplyMode });
      const bare = await paint(other);
      const loras = [{ path: lora, weight: 0.8 }];
      // Not every kind of LoRA knows batches at run time.
      assert.is(await checkSame(other, { loras }), loraApplyMode === 'immediately' ? steps(3) : 0);
      assert.not.ok((await paint(other, { loras })).pixels.equals(bare.pixels), 'the LoRA changed nothing');
      assert.ok((await paint(other)).pixels.equals(bare.pixels), 'the LoRA stayed');
    });

  test('in two passes: no guidance, texts of different lengths, large pictures, flash attention, the convolutions of before', async () => {
    const long = Array.from({ length: 100 }, (_, index) => `word${index}`).join(' ');
    for (const options of [{ cfgScale: 1 }, { prompt: long }, { width: 256, height: 192, steps: 1 }])
      assert.is(await checkSame(model, options), 0, JSON.stringify(options));
    for (const load of [{ diffusionFlashAttention: true }, { diffusionConvDirect: false }]) {
      await using other = await loadModel(load);
      assert.is(await checkSame(other), 0, JSON.stringify(load));
    }
  });
});
