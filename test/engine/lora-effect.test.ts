/**
 * The effect of a LoRA is counted and reported in the result, the recipe and the warnings, and the picture agrees with the file's contents.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { writeInfotext } from '../../lib/image/index.ts';
import { type GenerateOptions, loadModel, type Model } from '../../lib/index.ts';
import { bundledModel, readFloatTensors, readModelHeader } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { random } from '../image/pictures.ts';
import { writeTinyModel } from '../train/tiny-models.ts';
import { artistFailure, safetensors } from './support.ts';

type Tensors = Record<string, { shape: number[]; values?: Float32Array }>;

const values = (seed: number, count: number, size: number): Float32Array => {
  const next = random(seed);
  return Float32Array.from({ length: count }, () => (next() - 0.5) * 2 * size);
};
const pair = (name: string, rows: number, cols: number, size = 0.3, seed = rows + cols): Tensors => ({
  [`${name}.lora_down.weight`]: { shape: [4, cols], values: values(seed, 4 * cols, size) },
  [`${name}.lora_up.weight`]: { shape: [rows, 4], values: values(seed + 1, rows * 4, size) },
});
const number = (value: number): Tensors[string] => ({ shape: [1], values: Float32Array.of(value) });

const block = 'input_blocks_4_1_transformer_blocks_0';
const kohya = `lora_unet_${block}_attn1_to_q`;
const dotted = 'model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn1.to_q';
const rms = (a: Uint8Array, b: Uint8Array): number =>
  Math.sqrt(a.reduce((sum, value, at) => sum + (value - (b[at] ?? 0)) ** 2, 0) / a.length);

/** Adds metadata to the header of a file. */
function withMetadata(file: Buffer, metadata: Record<string, string>): Buffer {
  const start = 8 + Number(file.readBigUInt64LE());
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...(JSON.parse(file.subarray(8, start).toString()) as object) }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, file.subarray(start)]);
}

/** Matrix product up · down, [rows, cols], row by row. */
function product(tensors: Tensors, name: string, rows: number, cols: number): Float64Array {
  const down = tensors[`${name}.lora_down.weight`]?.values as Float32Array;
  const up = tensors[`${name}.lora_up.weight`]?.values as Float32Array;
  const result = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < 4; k++)
      for (let col = 0; col < cols; col++)
        result[row * cols + col] = (result[row * cols + col] as number) + (up[row * 4 + k] as number) * (down[k * cols + col] as number);
  return result;
}

suite('what a LoRA did', { timeoutMs: 300_000 }, (test) => {
  let folder: string;
  let model: Model;
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ai-artist-test-'));
    await mkdir(join(folder, 'loras', 'mine'), { recursive: true });
    model = await loadModel({ home: folder, threads: 1 });
  });
  test.after(async () => {
    await model.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const paint = async (options: GenerateOptions, by: Model = model) => {
    const result = await by.generate({ prompt: 'a fox', width: 64, height: 64, steps: 1, seed: 7, ...options });
    // The pictures are small on purpose, which causes this warning.
    const warnings = result.warnings.filter((warning) => !warning.includes('was trained at'));
    return { ...result, warnings, pixels: result.images[0]?.data as Uint8Array };
  };
  const write = async (name: string, tensors: Tensors, metadata?: Record<string, string>): Promise<string> => {
    const path = join(folder, `${name}.safetensors`);
    const file = safetensors(tensors);
    await writeFile(path, metadata ? withMetadata(file, metadata) : file);
    return path;
  };
  /** Checks that a LoRA paints the reference picture and that it differs from the picture without one. */
  const alike = async (path: string, reference: string, weight = 1, by = model): Promise<void> => {
    const [got, expected, bare] = [
      await paint({ loras: [{ path, weight }] }, by),
      await paint({ loras: [reference] }, by),
      await paint({}, by),
    ];
    assert.equal(got.warnings, []);
    const effect = rms(expected.pixels, bare.pixels);
    assert.ok(effect > 2, `effect ${effect}`);
    // The same change, added in another order, differs by up to 0.7.
    assert.ok(rms(got.pixels, expected.pixels) < 1, `${rms(got.pixels, expected.pixels)} of ${effect}`);
  };

  test('a LoRA that fits in part is counted in the result, the warning and the recipe', async () => {
    const path = await write('part', {
      ...pair(kohya, 128, 128),
      ...pair('lora_unet_middle_block_1_proj_in', 64, 64),
      ...pair('lora_te2_text_model_encoder_layers_0_mlp_fc1', 512, 128),
    });
    const { loras, warnings, recipe } = await paint({ loras: [path] });
    assert.is(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      /^part\.safetensors changes 1 of 3 weights of this SDXS \(512-DS\) model: .+\(1 of 3 weights\); .+\(1 of 3 weights\)$/,
    );
    assert.equal([loras[0]?.applied, loras[0]?.total, loras[0]?.tensors], [1, 3, { applied: 2, total: 6 }]);
    assert.equal(
      recipe.loras?.map(({ name, applied, total }) => [name, applied, total]),
      [['part.safetensors', 1, 3]],
    );
  });

  test('a LoRA that does not fit at all is reported and not recorded as used', async () => {
    const path = await write('none', pair('lora_unet_double_blocks_0_img_attn_proj', 64, 64));
    const { loras, warnings, recipe } = await paint({ loras: [path] });
    assert.is(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      /^none\.safetensors changes nothing in this SDXS \(512-DS\) model and is left out: 0 of 1 weights: .*no double_blocks/,
    );
    assert.equal(
      loras.map(({ applied, total }) => [applied, total]),
      [[0, 1]],
    );
    assert.is(recipe.loras, undefined);
  });

  const foreign: [kind: string, tensors: Tensors][] = [
    ['OFT', { [`${kohya}.oft_blocks`]: { shape: [4, 32, 32] }, [`lora_unet_${block}_attn1_to_k.oft_blocks`]: { shape: [4, 32, 32] } }],
    ['OFT', { [`${kohya}.oft_diag`]: { shape: [4, 32, 32] } }],
    ['BOFT', { [`${kohya}.boft_R`]: { shape: [2, 4, 32] } }],
    ['GLoRA', Object.fromEntries(['a1', 'a2', 'b1', 'b2'].map((part) => [`${kohya}.${part}.weight`, { shape: [4, 128] }]))],
    ['IA3', { [`${kohya}.on_input`]: number(1), [`${kohya}.weight`]: { shape: [128, 1] } }],
    ['LoKr with a core', { [`${kohya}.lokr_w1`]: { shape: [8, 8] }, [`${kohya}.lokr_t2`]: { shape: [4, 4, 3, 3] } }],
  ];
  for (const [kind, tensors] of foreign)
    test(`${kind} (${Object.keys(tensors)[0]?.split('.').at(-1)}) gives one sentence`, async () => {
      const { warnings, recipe } = await paint({ loras: [await write('foreign', tensors)] });
      assert.is(warnings.length, 1, warnings.join('\n'));
      assert.match(warnings[0] ?? '', new RegExp(`changes nothing in this .*left out: 0 of . weights: ${kind}.* is not supported`));
      assert.is(recipe.loras, undefined);
    });

  test('supported and unsupported parts in one file: one sentence with the numbers', async () => {
    const { warnings, loras } = await paint({
      loras: [await write('both', { ...pair(kohya, 128, 128), [`lora_unet_${block}_attn1_to_k.oft_blocks`]: { shape: [4, 32, 32] } })],
    });
    assert.equal(warnings, ['both.safetensors changes 1 of 2 weights of this SDXS (512-DS) model: OFT is not supported (1 of 2 weights)']);
    assert.equal([loras[0]?.applied, loras[0]?.total], [1, 2]);
  });

  for (const [what, bad] of [
    ['NaN', Number.NaN],
    ['infinity', Number.NEGATIVE_INFINITY],
  ] as const)
    test(`${what} in a factor is reported before painting`, async () => {
      const tensors = pair(kohya, 128, 128);
      (tensors[`${kohya}.lora_up.weight`]?.values as Float32Array)[300] = bad;
      await artistFailure(
        paint({ loras: [await write(`bad-${what}`, tensors)] }),
        'ERR_LORA',
        /lora_unet_.*\.lora_up\.weight contains NaN or infinity/,
      );
    });

  for (const [what, metadata] of [
    ['diffusers', { lora_adapter_metadata: JSON.stringify({ 'unet.r': 4, 'unet.lora_alpha': 16, 'unet.use_rslora': false }) }],
    [
      'a pattern',
      { lora_adapter_metadata: JSON.stringify({ 'unet.r': 4, 'unet.lora_alpha': 1, 'unet.alpha_pattern': { 'attn1.to_q': 16 } }) },
    ],
    ['rsLoRA', { lora_adapter_metadata: JSON.stringify({ 'unet.r': 4, 'unet.lora_alpha': 8, 'unet.use_rslora': true }) }],
    ['plain fields', { lora_alpha: '16', r: '4' }],
  ] as [string, Record<string, string>][])
    test(`alpha in the metadata: ${what}`, async () => {
      const tensors = pair(kohya, 128, 128, 0.15);
      const peft: Tensors = {};
      const name = 'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q';
      for (const [from, to] of [
        ['down', 'A'],
        ['up', 'B'],
      ])
        peft[`${name}.lora_${to}.weight`] = tensors[`${kohya}.lora_${from}.weight`] as Tensors[string];
      await alike(await write('meta', peft, metadata), await write('meta-reference', { ...tensors, [`${kohya}.alpha`]: number(16) }));
    });

  for (const loraApplyMode of ['immediately', 'at_runtime'] as const)
    test(`DoRA, ${loraApplyMode}: weight and change get the length in the file, per output or per input, as an independent computation confirms`, async () => {
      const exact = await loadModel({ home: folder, threads: 1, weightType: 'f32', loraApplyMode });
      const header = await readModelHeader(bundledModel().model);
      const [weight] = await readFloatTensors({ ...header, tensors: header.tensors.filter(({ name }) => name === `${dotted}.weight`) });
      if (!weight) throw new Error('no weight');
      const base = pair(kohya, 128, 128);
      const change = product(base, kohya, 128, 128);
      for (const [what, axis, scale] of [
        ['LyCORIS, per output', 'out', `${kohya}.dora_scale`],
        ['kohya and OneTrainer, per input', 'in', `${kohya}.dora_scale`],
        ['PEFT', 'out', `${kohya}.lora_magnitude_vector`],
        ['PEFT with an adapter name', 'out', `${kohya}.lora_magnitude_vector.default.weight`],
      ] as const) {
        const magnitude = values(5, 128, 0.5).map((value) => value + 1.5);
        const difference = new Float32Array(128 * 128);
        const length = new Float64Array(128);
        const changed = (row: number, col: number): number =>
          (weight.data[row * 128 + col] as number) + (change[row * 128 + col] as number);
        for (let row = 0; row < 128; row++)
          for (let col = 0; col < 128; col++)
            length[axis === 'out' ? row : col] = (length[axis === 'out' ? row : col] as number) + changed(row, col) ** 2;
        for (let row = 0; row < 128; row++)
          for (let col = 0; col < 128; col++) {
            const at = axis === 'out' ? row : col;
            difference[row * 128 + col] =
              (changed(row, col) * (magnitude[at] as number)) / Math.sqrt(length[at] as number) - (weight.data[row * 128 + col] as number);
          }
        const shape = what.startsWith('PEFT') ? [128] : axis === 'out' ? [128, 1] : [1, 128];
        const path = await write(`dora-${what.replace(/\W/g, '')}`, { ...base, [scale]: { shape, values: magnitude } });
        await alike(
          path,
          await write(`dora-ref-${what.replace(/\W/g, '')}`, { [`${kohya}.diff`]: { shape: [128, 128], values: difference } }),
          1,
          exact,
        );
        // Half the strength goes halfway from the original weight to the full result.
        await alike(
          path,
          await write(`dora-half-${what.replace(/\W/g, '')}`, {
            [`${kohya}.diff`]: { shape: [128, 128], values: difference.map((value) => value / 2) },
          }),
          0.5,
          exact,
        );
      }
      await exact.dispose();
    });

  test('Flux: any subset of query, key, value and MLP in the file changes its own rows', async () => {
    const path = join(folder, 'flux-model.safetensors');
    await writeTinyModel(path, 'flux');
    for (const mode of ['immediately', 'at_runtime'] as const) {
      const flux = await loadModel({ model: path, threads: 1, loraApplyMode: mode });
      const options = { cfgScale: 1, width: 64, height: 64 };
      const bare = (await paint(options, flux)).pixels;
      for (const parts of ['qv', 'kv', 'v', 'k', 'qkvm', 'm', 'qm']) {
        const [tensors, full]: [Tensors, Tensors] = [{}, {}];
        const double = new Float32Array(3 * 256 * 256);
        const single = new Float32Array(7 * 256 * 256);
        for (const [seed, part] of [...parts].entries()) {
          const place = 'qkvm'.indexOf(part);
          const rows = part === 'm' ? 1024 : 256;
          for (const [name, matrix] of [
            [part === 'm' ? '' : `transformer.transformer_blocks.0.attn.to_${part}`, double],
            [`transformer.single_transformer_blocks.1.${part === 'm' ? 'proj_mlp' : `attn.to_${part}`}`, single],
          ] as const) {
            if (name === '') continue;
            const factors = pair(name, rows, 256, 0.4, 10 + seed);
            Object.assign(tensors, factors);
            matrix.set(product(factors, name, rows, 256), place * 256 * 256);
          }
        }
        full['lora_unet_double_blocks_0_img_attn_qkv.diff'] = { shape: [768, 256], values: double };
        full['lora_unet_single_blocks_1_linear1.diff'] = { shape: [1792, 256], values: single };
        const got = await paint({ ...options, loras: [await write(`flux-${parts}`, tensors)] }, flux);
        const expected = await paint({ ...options, loras: [await write(`flux-${parts}-full`, full)] }, flux);
        assert.equal(got.warnings, [], parts);
        const effect = rms(expected.pixels, bare);
        assert.ok(effect > 1, `${parts}: effect ${effect}`);
        assert.ok(
          rms(got.pixels, expected.pixels) < Math.max(0.5, effect / 40),
          `${mode}, ${parts}: ${rms(got.pixels, expected.pixels)} of ${effect}`,
        );
      }
      await flux.dispose();
    }
  });

  test('a file that is rewritten under the same name is read again', async () => {
    const path = await write('changing', pair(kohya, 128, 128));
    const first = await paint({ loras: [path] });
    await write('changing', pair(kohya, 128, 128, 0.5, 99));
    const second = await paint({ loras: [path] });
    const fresh = await paint({ loras: [await write('other-name', pair(kohya, 128, 128, 0.5, 99))] });
    assert.not.equal(first.pixels, second.pixels);
    assert.equal(second.pixels, fresh.pixels);
  });

  test('<lora:…> in a prompt works like --lora and is not part of the text', async () => {
    await write('loras/ink', pair(kohya, 128, 128));
    await write('loras/mine/deep', pair(`lora_unet_${block}_attn1_to_v`, 128, 128));
    const plain = await paint({ loras: [{ name: 'ink', weight: 0.8 }] });
    for (const prompt of [
      'a fox <lora:ink:0.8>',
      '<lora:ink:0.8> a fox',
      'a <lyco:ink:0.8> fox',
      'a fox <lora:ink:0.5> <lora:ink:0.3>',
      'a fox <lora:ink:0.8:0.8>',
      'a fox <lora:ink:te=0.8:unet=0.8>',
    ]) {
      const tagged = await paint({ prompt });
      assert.equal(tagged.warnings, [], prompt);
      assert.is(tagged.recipe.prompt, 'a fox', prompt);
      assert.equal(tagged.recipe.loras, plain.recipe.loras, prompt);
      assert.equal(tagged.pixels, plain.pixels, prompt);
    }
    const weightless = await paint({ prompt: 'a fox <lora:ink>' });
    assert.equal(weightless.pixels, (await paint({ loras: ['ink'] })).pixels);
    assert.match(writeInfotext(plain.recipe), /^a fox <lora:ink:0\.8>\n/);
    assert.equal(
      (await paint({ prompt: 'a fox <lora:deep:1>' })).recipe.loras?.map(({ name }) => name),
      ['deep.safetensors'],
    );
  });

  test('a <lora:…> that cannot be applied is reported, and the picture is painted', async () => {
    const bare = await paint({});
    for (const [prompt, message] of [
      [
        'a fox <lora:inc:1>',
        /^<lora:inc> in the prompt is not applied: "inc": no such file, and no LoRA of that name in .*Did you mean ink\?/,
      ],
      ['a fox <lora:ink:strong>', /^<lora:ink:strong> in the prompt is not applied: expected weights from -10 to 10, got strong/],
      ['a fox <hypernet:anime:1>', /hypernetworks are not supported/],
    ] as const) {
      const { warnings, recipe, pixels } = await paint({ prompt });
      assert.is(warnings.length, 1, prompt);
      assert.match(warnings[0] ?? '', message);
      assert.is(recipe.prompt, 'a fox');
      assert.is(recipe.loras, undefined);
      assert.equal(pixels, bare.pixels);
    }
    const { warnings } = await paint({ negativePrompt: 'blurry <lora:ink:1>' });
    assert.match(warnings.join(), /<lora:ink:1> in the negative prompt is not applied/);
  });

  const zero = (tensor: Tensors[string] | undefined): Tensors[string] => ({
    shape: tensor?.shape ?? [],
    values: new Float32Array(tensor?.values?.length ?? 0).fill(-0),
  });
  const whole = pair(kohya, 128, 128);
  for (const [what, tensors, weight, reason] of [
    ['alpha 0', { ...whole, [`${kohya}.alpha`]: number(0) }, 1, 'its alpha is 0'],
    ['alpha of almost 0', { ...whole, [`${kohya}.alpha`]: number(1e-9) }, 1, 'its alpha is 1e-9, which leaves nothing of it'],
    ['lora_up of zeros', { ...whole, [`${kohya}.lora_up.weight`]: zero(whole[`${kohya}.lora_up.weight`]) }, 1, 'its values are zero'],
    ['lora_down of zeros', { ...whole, [`${kohya}.lora_down.weight`]: zero(whole[`${kohya}.lora_down.weight`]) }, 1, 'its values are zero'],
    ['a difference of zeros', { [`${kohya}.diff`]: { shape: [128, 128], values: new Float32Array(128 * 128) } }, 1, 'its values are zero'],
    ['weight 0', whole, 0, 'its weight is 0'],
    ['a weight of almost 0', whole, -5e-7, 'its weight is 0'],
  ] as [string, Tensors, number, string][])
    test(`${what}: it changes nothing, which is reported, and it is not recorded as used`, async () => {
      const path = await write('still', tensors);
      const { warnings, loras, recipe, pixels } = await paint({ loras: [{ path, weight }] });
      assert.equal(warnings, [`still.safetensors changes nothing and is left out: 0 of 1 weights: ${reason}`]);
      assert.equal([loras[0]?.applied, loras[0]?.idle, loras[0]?.total], [0, 1, 1]);
      assert.is(recipe.loras, undefined);
      assert.equal(pixels, (await paint({})).pixels);
    });

  test('alpha 0 in the metadata changes nothing either', async () => {
    const path = await write('still', whole, { lora_alpha: '0', r: '4' });
    const { warnings, recipe } = await paint({ loras: [path] });
    assert.equal(warnings, ['still.safetensors changes nothing and is left out: 0 of 1 weights: its alpha is 0']);
    assert.is(recipe.loras, undefined);
  });

  test('zero weights beside others: the others are applied, without a warning', async () => {
    const value = `lora_unet_${block}_attn1_to_v`;
    const empty = pair(value, 128, 128);
    empty[`${value}.lora_up.weight`] = zero(empty[`${value}.lora_up.weight`]);
    const { warnings, loras, pixels } = await paint({ loras: [await write('beside', { ...whole, ...empty })] });
    assert.equal(warnings, []);
    assert.equal([loras[0]?.applied, loras[0]?.idle, loras[0]?.total], [1, 1, 2]);
    assert.equal(pixels, (await paint({ loras: [await write('alone', whole)] })).pixels);
  });

  test('two weights: the first for the text encoders, the second for the network', async () => {
    await write('loras/split', {
      ...pair(kohya, 128, 128),
      ...pair('lora_te_text_model_encoder_layers_0_self_attn_v_proj', 192, 192, 0.5),
    });
    const network = await paint({ prompt: 'a fox <lora:split:0:0.7>' });
    const expected = await paint({ loras: [await write('only-network', pair(kohya, 128, 128))].map((path) => ({ path, weight: 0.7 })) });
    assert.equal(network.pixels, expected.pixels);
    assert.equal(
      network.recipe.loras?.map(({ weight, textEncoderWeight }) => [weight, textEncoderWeight]),
      [[0.7, 0]],
    );
    assert.match(writeInfotext(network.recipe), /<lora:split:0:0\.7>/);
  });
});
