import { readFile, writeFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { convertLora, type LoraFacts, mergeLoras, readLora, resizeLora, writeLora } from '../../lib/lora/index.ts';
import { jacobiSvd, productSvd, thinQr } from '../../lib/lora/tools/small-svd.ts';
import { encodeSafetensors, type FloatTensor, readFloatTensors, splitLoraName } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { random, rejects } from '../image/pictures.ts';
import { PictureFolder } from '../train/support.ts';

const columns = (count: number, length: number, seed: number): Float64Array[] => {
  const next = random(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length }, () => next() - 0.5));
};
const dotOf = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

function close(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: expected ${expected}, got ${actual}`);
}

suite('train: SVD of a product', (test) => {
  // [rank, out, in]; includes cases with more columns than rows
  for (const [rank, out, inputs] of [
    [4, 30, 20],
    [8, 5, 40],
    [12, 16, 7],
    [1, 9, 9],
  ] as const)
    test(`rank ${rank}, ${out}x${inputs}: orthogonal, sorted, and the product is restored`, () => {
      const up = columns(rank, out, 1);
      const down = columns(rank, inputs, 2);
      const { values, left, right } = productSvd(up, down);
      const real = Math.min(rank, out, inputs);
      for (let a = 0; a < real; a++) {
        if (a > 0) assert.ok((values[a - 1] ?? 0) >= (values[a] ?? 0));
        for (let b = 0; b <= a; b++) {
          close(dotOf(left[a] as Float64Array, left[b] as Float64Array), a === b ? 1 : 0, 1e-12, `left ${a} ${b}`);
          close(dotOf(right[a] as Float64Array, right[b] as Float64Array), a === b ? 1 : 0, 1e-12, `right ${a} ${b}`);
        }
      }
      for (let a = real; a < rank; a++) close(values[a] ?? 1, 0, 1e-12, `value ${a}`);
      for (let row = 0; row < out; row++)
        for (let column = 0; column < inputs; column++) {
          let [expected, actual] = [0, 0];
          for (let k = 0; k < rank; k++) {
            expected += (up[k]?.[row] ?? 0) * (down[k]?.[column] ?? 0);
            actual += (values[k] ?? 0) * (left[k]?.[row] ?? 0) * (right[k]?.[column] ?? 0);
          }
          close(actual, expected, 1e-12, `${row},${column}`);
        }
    });

  test('known singular values: a diagonal, and Hilbert 3x3', () => {
    const diagonal = [Float64Array.of(0, 3, 0), Float64Array.of(-5, 0, 0), Float64Array.of(0, 0, 0)];
    assert.equal([...jacobiSvd(diagonal).values], [5, 3, 0]);
    const hilbert = [0, 1, 2].map((i) => Float64Array.of(1 / (i + 1), 1 / (i + 2), 1 / (i + 3)));
    // Eigenvalues of the Hilbert matrix of order 3, from published tables.
    for (const [index, value] of [1.4083189271236536, 0.12232706585390586, 0.0026873403557735225].entries())
      close(jacobiSvd(hilbert).values[index] ?? 0, value, 1e-14, String(index));
  });

  test('QR of dependent columns: a zero column, and Q·R is still A', () => {
    const [a, b] = columns(2, 6, 3) as [Float64Array, Float64Array];
    const sum = a.map((value, index) => 2 * value - (b[index] ?? 0));
    const { q, r } = thinQr([a, b, sum]);
    assert.equal([...(q[2] as Float64Array)], [0, 0, 0, 0, 0, 0]);
    for (let row = 0; row < 6; row++)
      close((q[0]?.[row] ?? 0) * (r[2] ?? 0) + (q[1]?.[row] ?? 0) * (r[5] ?? 0), sum[row] ?? 0, 1e-14, String(row));
  });
});

interface Sketch {
  rank: number;
  alpha?: number;
  out?: number;
  tail?: number[];
  seed: number;
  name?: string;
  style?: 'kohya' | 'peft';
}

function sketch({
  rank,
  alpha,
  out = 24,
  tail = [16],
  seed,
  name = 'lora_unet_mid_block_attentions_0_proj_in',
  style = 'kohya',
}: Sketch): FloatTensor[] {
  const next = random(seed);
  const values = (count: number) => Float32Array.from({ length: count }, () => next() - 0.5);
  const inputs = tail.reduce((product, size) => product * size, 1);
  const [upName, downName] = style === 'kohya' ? ['lora_up', 'lora_down'] : ['lora_B', 'lora_A'];
  return [
    { name: `${name}.${upName}.weight`, shape: [out, rank, ...tail.slice(1).map(() => 1)], data: values(out * rank) },
    { name: `${name}.${downName}.weight`, shape: [rank, ...tail], data: values(rank * inputs) },
    ...(alpha === undefined ? [] : [{ name: `${name}.alpha`, shape: [], data: Float32Array.of(alpha) }]),
  ];
}

/** The full change that a file makes to the weights. */
async function dense(path: string): Promise<Float64Array> {
  const parts = new Map((await readFloatTensors(path)).map((tensor) => [splitLoraName(tensor.name).role, tensor]));
  const [up, down] = [parts.get('up') as FloatTensor, parts.get('down') as FloatTensor];
  const [out = 0, rank = 0] = up.shape;
  const inputs = down.data.length / rank;
  const scale = (parts.get('alpha')?.data[0] ?? rank) / rank;
  const change = new Float64Array(out * inputs);
  for (let row = 0; row < out; row++)
    for (let k = 0; k < rank; k++)
      for (let column = 0; column < inputs; column++)
        change[row * inputs + column] =
          (change[row * inputs + column] ?? 0) + scale * (up.data[row * rank + k] ?? 0) * (down.data[k * inputs + column] ?? 0);
  return change;
}

const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const difference = (a: Float64Array, b: Float64Array): number => norm(a.map((value, index) => value - (b[index] ?? 0))) / norm(b);

suite('train: LoRA merge and resize', (test) => {
  let folder: PictureFolder;
  test.before(async () => {
    folder = await PictureFolder.make();
  });
  test.after(() => folder.remove());
  const facts: LoraFacts = { name: 'x', family: 'sd1', rank: 4, alpha: 4 };
  let files = 0;
  const write = async (tensors: FloatTensor[], extra: Partial<LoraFacts> = {}): Promise<string> =>
    (await writeLora(folder.at(`in-${files++}.safetensors`), tensors, { ...facts, ...extra }, {}, { type: 'F32' })).path;
  const out = (): string => folder.at(`out-${files++}.safetensors`);

  // [what, first, second]
  const pairs: [string, Sketch, Sketch][] = [
    ['different ranks and alphas', { rank: 4, alpha: 2, seed: 1 }, { rank: 7, alpha: 7, seed: 2 }],
    ['without alpha', { rank: 4, seed: 1, style: 'peft' }, { rank: 3, alpha: 1, seed: 2 }],
    ['convolutions', { rank: 4, alpha: 1, tail: [5, 3, 3], seed: 1 }, { rank: 2, alpha: 2, tail: [5, 3, 3], seed: 2 }],
    [
      'names of kohya and PEFT',
      { rank: 4, alpha: 4, seed: 1 },
      { rank: 4, seed: 2, name: 'unet.mid_block.attentions.0.proj_in', style: 'peft' },
    ],
  ];
  for (const [what, first, second] of pairs)
    test(`merge, ${what}: the sum is exact, also by SVD to full rank`, async () => {
      const [a, b] = [await write(sketch(first)), await write(sketch(second))];
      const [changeA, changeB] = [await dense(a), await dense(b)];
      const expected = changeA.map((value, index) => 0.75 * value - 1.5 * (changeB[index] ?? 0));
      const inputs = [
        { path: a, weight: 0.75 },
        { path: b, weight: -1.5 },
      ];
      const exact = await mergeLoras(inputs, { out: out() });
      assert.is(exact.rank, first.rank + second.rank);
      assert.is(exact.kept, 1);
      assert.ok(difference(await dense(exact.path), expected) < 1e-6);
      const full = await mergeLoras(inputs, { out: out(), rank: first.rank + second.rank - 1 });
      assert.is(full.modules.length, 1);
      assert.is(full.rank, first.rank + second.rank - 1);
      // The loss in the report equals the measured loss.
      close(difference(await dense(full.path), expected) ** 2, 1 - full.kept, 1e-6, 'lost energy');
      assert.is((await readLora(full.path)).targets.length, 1);
    });

  test('modules that only one file has are kept', async () => {
    const a = await write([
      ...sketch({ rank: 4, alpha: 4, seed: 1 }),
      ...sketch({ rank: 4, alpha: 4, seed: 3, name: 'lora_te_text_model_encoder_layers_0_mlp_fc1' }),
    ]);
    const b = await write(sketch({ rank: 2, alpha: 2, seed: 2 }));
    const report = await mergeLoras([{ path: a }, { path: b }], { out: out() });
    assert.equal(report.modules.map(({ from, to }) => [from, to]).sort(), [
      [4, 4],
      [6, 6],
    ]);
  });

  test('resize: the best approximation, with the energy it reports; alpha and type stay correct', async () => {
    const path = await write(sketch({ rank: 10, alpha: 5, seed: 4 }));
    const before = await dense(path);
    const smaller = await resizeLora(path, { out: out(), rank: 3 });
    assert.equal(
      smaller.modules.map(({ from, to }) => [from, to]),
      [[10, 3]],
    );
    close(difference(await dense(smaller.path), before) ** 2, 1 - smaller.kept, 1e-6, 'lost energy');
    const most = await resizeLora(path, { out: out(), energy: 0.9 });
    assert.ok(most.kept >= 0.9 && (most.modules[0]?.to ?? 99) < 10);
    const less = await resizeLora(path, { out: out(), rank: (most.modules[0]?.to ?? 0) - 1 });
    assert.ok(less.kept < 0.9);
    const same = await resizeLora(path, { out: out(), rank: 64 });
    assert.match(same.warnings.join(), /no rank is above 64, so nothing was cut/);
    assert.ok(difference(await dense(same.path), before) < 1e-6);
    const half = await resizeLora(path, { out: out(), rank: 10, type: 'F16' });
    assert.ok(difference(await dense(half.path), before) < 2e-3);
    const { metadata } = await readLora(smaller.path);
    assert.is(metadata['ss_network_dim'], '3');
    assert.is(metadata['sshs_model_hash'], smaller.tensorHash);
    assert.match(String(metadata['ss_training_comment']), /resized to rank 3/);
  });

  test("a rank above the matrix's own is reduced to it", async () => {
    const path = await write(sketch({ rank: 20, alpha: 20, out: 6, tail: [9], seed: 5 }));
    const { modules, kept } = await resizeLora(path, { out: out(), rank: 12 });
    assert.is(modules[0]?.to, 6);
    close(kept, 1, 1e-9, 'kept');
  });

  test('triggers, licences and attributions are kept; an unknown licence is reported', async () => {
    const a = await write(sketch({ rank: 2, alpha: 2, seed: 1 }), { trigger: 'kawaii', licence: 'CC-BY-4.0' });
    const b = await write(sketch({ rank: 2, alpha: 2, seed: 2 }), { name: 'ink', trigger: 'ink', licence: 'CC-BY-SA-4.0' });
    const c = await write(sketch({ rank: 2, alpha: 2, seed: 3 }), { name: 'unstated' });
    const merged = await mergeLoras([{ path: a }, { path: b }], { out: out() });
    assert.is(merged.licence, 'CC-BY-SA-4.0');
    const info = await readLora(merged.path);
    assert.equal([info.licence, info.triggers], ['CC-BY-SA-4.0', ['kawaii', 'ink']]);
    assert.is(info.metadata['modelspec.merged_from'], 'x, ink');
    const unsure = await mergeLoras([{ path: a }, { path: c }], { out: out() });
    assert.is(unsure.licence, undefined);
    assert.match(unsure.warnings.join(), /unstated \(states none\)/);
    const d = await write(sketch({ rank: 2, alpha: 2, seed: 4 }), { licence: 'CC-BY-NC-4.0' });
    assert.match((await mergeLoras([{ path: b }, { path: d }], { out: out() })).warnings.join(), /cannot both be kept/);
    const e = await write(sketch({ rank: 2, alpha: 2, seed: 5 }), { family: 'sdxl', licence: 'MIT' });
    assert.match((await mergeLoras([{ path: a }, { path: e }], { out: out() })).warnings.join(), /trained for different models/);
  });

  const attention = 'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q';
  const values = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5) });
  // [name in the message, tensors beside a plain LoRA]
  const others: [string, Record<string, ReturnType<typeof values>>][] = [
    ['DoRA (magnitudes)', { [`${attention}.lora_magnitude_vector`]: values(24) }],
    ['DoRA (magnitudes)', { [`${attention}.lora_magnitude_vector.weight`]: values(24) }],
    ['DoRA (magnitudes)', { [`${attention}.lora_magnitude_vector.default.weight`]: values(24) }],
    ['DoRA (magnitudes)', { 'lora_unet_mid_block_attentions_0_proj_in.dora_scale': values(24, 1) }],
    ['trained norms', { 'lora_unet_down_blocks_1_attentions_0_norm.w_norm': values(24) }],
    ['trained norms', { 'lora_unet_down_blocks_1_attentions_0_norm.b_norm': values(24) }],
    ['trained biases', { [`${attention}.lora_B.bias`]: values(24) }],
    ['trained biases', { 'lora_unet_mid_block_attentions_0_proj_in.diff_b': values(24) }],
    ['full differences', { 'lora_unet_conv_in.diff': values(8, 4, 3, 3) }],
    ['OFT', { 'lora_unet_mid_block_attentions_0_proj_out.oft_blocks': values(2, 12, 12) }],
    ['GLoRA', { 'lora_unet_mid_block_attentions_0_proj_out.a1.weight': values(4, 24) }],
    ['(IA)³', { 'lora_unet_mid_block_attentions_0_proj_out.on_input': values(1) }],
    ['an embedding (textual inversion)', { 'bundle_emb.word.string_to_param.*': values(2, 192) }],
    ['tensors of a kind that is not known here', { 'something.else': values(3) }],
  ];
  for (const [method, extra] of others)
    test(`${method} beside a plain LoRA is not dropped: ${Object.keys(extra).join()}`, async () => {
      const more = Object.entries(extra).map(([name, tensor]) => ({ name, ...tensor }));
      const path = await write([...sketch({ rank: 4, alpha: 4, seed: 1 }), ...more]);
      for (const tool of [
        () => mergeLoras([{ path }], { out: out() }),
        () => resizeLora(path, { out: out(), rank: 2 }),
        () => convertLora(path, { out: out(), to: 'diffusers' }),
      ]) {
        const { message, details } = await rejects(tool, 'ERR_UNSUPPORTED', /: 1 of its 4 tensors would be left out/);
        assert.ok(message.includes(`got ${method} (${Object.keys(extra)[0]})`), message);
        assert.equal(details, [`${Object.keys(extra)[0]}: ${method}`]);
      }
    });

  // [metadata, scale of a LoRA of rank 4]
  const adapters: [Record<string, string>, number][] = [
    [{ lora_adapter_metadata: '{"unet.r":4,"unet.lora_alpha":16,"unet.use_rslora":false}' }, 4],
    [{ lora_adapter_metadata: '{"unet.r":4,"unet.lora_alpha":16,"unet.use_rslora":true}' }, 8],
    [{ lora_adapter_metadata: '{"unet.lora_alpha":16,"unet.alpha_pattern":{"mid_block.attentions.0.proj_in":2}}' }, 0.5],
    [{ lora_adapter_metadata: '{"text_encoder.lora_alpha":16}' }, 1],
    [{ lora_alpha: '16', r: '4' }, 4],
    [{ lora_alpha: 'None' }, 1],
    [{}, 1],
  ];
  for (const [metadata, scale] of adapters)
    test(`an alpha in the metadata is applied to the result and removed from its metadata: ${JSON.stringify(metadata)}`, async () => {
      const tensors = sketch({ rank: 4, seed: 1, style: 'peft', name: 'unet.mid_block.attentions.0.proj_in' });
      const path = folder.at(`adapter-${files++}.safetensors`);
      await writeFile(path, encodeSafetensors(tensors, 'F32', () => metadata).bytes);
      const before = (await dense(path)).map((value) => value * scale);
      for (const made of [await mergeLoras([{ path }], { out: out() }), await resizeLora(path, { out: out(), rank: 4 })]) {
        assert.ok(difference(await dense(made.path), before) < 1e-6);
        const written = (await readLora(made.path)).metadata;
        assert.equal([written['lora_adapter_metadata'], written['lora_alpha']], [undefined, undefined]);
      }
    });

  test('the licence "own" is kept when merging and resizing', async () => {
    const path = folder.at(`own-${files++}.safetensors`);
    const metadata = {
      'ai_artist.data_sheet': '{"schema":"ai-artist.data-sheet/1","pictures":{},"licences":[],"attribution":[],"licence":{"id":"own"}}',
    };
    await writeFile(path, encodeSafetensors(sketch({ rank: 4, alpha: 4, seed: 1 }), 'F32', () => metadata).bytes);
    for (const made of [await mergeLoras([{ path }], { out: out() }), await resizeLora(path, { out: out(), rank: 2 })])
      assert.equal([made.licence, (await readLora(made.path)).licence], ['own', 'own']);
  });

  test('what cannot be done: its code and message; the inputs are unchanged', async () => {
    const path = await write(sketch({ rank: 4, alpha: 4, seed: 1 }));
    const other = await write(sketch({ rank: 4, alpha: 4, out: 12, seed: 1 }));
    const before = await readFile(path);
    const key = 'lora_unet_mid_block_attentions_0_proj_in';
    const loha = await write(
      ['w1_a', 'w1_b', 'w2_a', 'w2_b'].map((part, index) => ({
        name: `${key}.hada_${part}`,
        shape: [4, 4],
        data: new Float32Array(16).fill(index),
      })),
    );
    await rejects(
      () => mergeLoras([{ path }, { path: other }], { out: out() }),
      'ERR_LORA',
      /expected a change of \[24, 16\] as in the first LoRA, got \[12, 16\]/,
    );
    await rejects(() => mergeLoras([{ path: loha }], { out: out() }), 'ERR_UNSUPPORTED', /Only plain LoRA and LoCon/);
    await rejects(() => mergeLoras([], { out: out() }), 'ERR_INVALID_ARGUMENT', /at least 1 item/);
    await rejects(() => resizeLora(path, { out: out() }), 'ERR_INVALID_ARGUMENT', /expected rank or energy/);
    await rejects(() => resizeLora(path, { out: out(), energy: 1.5 }), 'ERR_INVALID_ARGUMENT', /energy: expected a number under 1/);
    await rejects(() => resizeLora(path, { out: path, rank: 2 }), 'ERR_ALREADY_EXISTS', /got an existing one/);
    await rejects(() => resizeLora(path, { out: folder.at('x.bin'), rank: 2 }), 'ERR_INVALID_ARGUMENT', /ending in \.safetensors/);
    await rejects(() => resizeLora(folder.at('absent.safetensors'), { out: out(), rank: 2 }), 'ERR_MODEL_NOT_FOUND', /no such file/);
    const reason = new Error('enough');
    const error = await resizeLora(path, { out: out(), rank: 2, signal: AbortSignal.abort(reason) }).catch((caught: unknown) => caught);
    assert.is(error, reason);
    assert.equal(await readFile(path), before);
  });
});
