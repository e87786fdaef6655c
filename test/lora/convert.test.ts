import * as assert from 'uvu/assert';
import { convertLora, type LoraFacts, mergeLoras, writeLora } from '../../lib/lora/index.ts';
import { type FloatTensor, readFloatTensors } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { random, rejects } from '../image/pictures.ts';
import { PictureFolder } from '../train/support.ts';

const next = random(3);
const values = (...shape: number[]): { shape: number[]; data: Float32Array } => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => next() - 0.5),
});

/** A LoRA in diffusers' format: ranks differ, and the text encoder's key is not trained. */
function inDiffusers(): FloatTensor[] {
  const pair = (name: string, rank: number, out: number, inputs: number): FloatTensor[] => [
    { name: `transformer.${name}.lora_A.weight`, ...values(rank, inputs) },
    { name: `transformer.${name}.lora_B.weight`, ...values(out, rank) },
  ];
  return [
    ...pair('transformer_blocks.0.attn.to_q', 2, 4, 4),
    ...pair('transformer_blocks.0.attn.to_k', 1, 4, 4),
    ...pair('transformer_blocks.0.attn.to_v', 2, 4, 4),
    ...pair('transformer_blocks.0.attn.add_q_proj', 2, 4, 4),
    ...pair('transformer_blocks.0.attn.add_v_proj', 2, 4, 4),
    ...pair('transformer_blocks.0.ff_context.net.0.proj', 2, 16, 4),
    ...pair('transformer_blocks.1.norm1_context.linear', 2, 8, 4),
  ];
}

/** The change that a file makes to a weight, [out, in] row by row. */
function product(tensors: readonly FloatTensor[], name: string, [a, b]: readonly [string, string]): number[] {
  const find = (end: string) => tensors.find((tensor) => tensor.name === `${name}.${end}`);
  const [down, up] = [find(`${a}.weight`), find(`${b}.weight`)];
  if (!down || !up) throw new Error(`no ${name}`);
  const [rank = 0, inputs = 0] = down.shape;
  const [out = 0] = up.shape;
  const scale = (find('alpha')?.data[0] ?? rank) / rank;
  return Array.from({ length: out * inputs }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += (up.data[Math.floor(at / inputs) * rank + k] ?? 0) * (down.data[k * inputs + (at % inputs)] ?? 0);
    return scale * sum;
  });
}

const peft = ['lora_A', 'lora_B'] as const;
const kohya = ['lora_down', 'lora_up'] as const;
const facts: LoraFacts = { name: 'sd3', family: 'sd3', rank: 2, alpha: 2 };

function alike(actual: readonly number[], expected: readonly number[], what: string): void {
  assert.is(actual.length, expected.length, what);
  for (const [at, value] of actual.entries()) assert.ok(Math.abs(value - (expected[at] ?? 9)) < 1e-6, `${what}: ${value}, ${expected[at]}`);
}

suite('train: a LoRA of SD3 for other programs', (test) => {
  let folder: PictureFolder;
  let source: FloatTensor[];
  test.before(async () => {
    folder = await PictureFolder.make();
    source = inDiffusers();
    await writeLora(folder.at('a.safetensors'), source, facts, {}, { type: 'F32' });
  });
  test.after(() => folder.remove());

  test('for sd-scripts: query, key and value fused, each layer with its alpha', async () => {
    const { modules } = await convertLora(folder.at('a.safetensors'), { to: 'sd-scripts', out: folder.at('k.safetensors') });
    const tensors = await readFloatTensors(folder.at('k.safetensors'));
    assert.equal(
      modules.map(({ name, to }) => [name, to] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
      [
        ['lora_unet_joint_blocks_0_context_block_attn_qkv', 4],
        ['lora_unet_joint_blocks_0_context_block_mlp_fc1', 2],
        ['lora_unet_joint_blocks_0_x_block_attn_qkv', 5],
        ['lora_unet_joint_blocks_1_context_block_adaLN_modulation_1', 2],
      ],
    );
    assert.is(tensors.length, 12);
    const theirs = (name: string): number[] => product(source, `transformer.transformer_blocks.${name}`, peft);
    const ours = (name: string): number[] => product(tensors, `lora_unet_joint_blocks_${name}`, kohya);
    alike(ours('0_x_block_attn_qkv'), [...theirs('0.attn.to_q'), ...theirs('0.attn.to_k'), ...theirs('0.attn.to_v')], 'qkv');
    const zeros = new Array<number>(16).fill(0);
    alike(ours('0_context_block_attn_qkv'), [...theirs('0.attn.add_q_proj'), ...zeros, ...theirs('0.attn.add_v_proj')], 'without key');
    alike(ours('0_context_block_mlp_fc1'), theirs('0.ff_context.net.0.proj'), 'a whole layer');
    const modulation = theirs('1.norm1_context.linear');
    alike(ours('1_context_block_adaLN_modulation_1'), [...modulation.slice(16), ...modulation.slice(0, 16)], 'shift before scale');
  });

  test('and back: the same change; a fused layer shares its first factor and loses its alpha', async () => {
    await convertLora(folder.at('k.safetensors'), { to: 'diffusers', out: folder.at('b.safetensors') });
    const back = await readFloatTensors(folder.at('b.safetensors'));
    const names = new Set(source.map(({ name }) => name.replace(/\.lora_[AB]\.weight$/, '')));
    for (const name of names) alike(product(back, name, peft), product(source, name, peft), name);
    assert.is(back.length, 2 * (names.size + 1)); // and a key of zeros
    const scaled = [
      { name: 'lora_unet_joint_blocks_0_x_block_attn_qkv.lora_down.weight', ...values(2, 4) },
      { name: 'lora_unet_joint_blocks_0_x_block_attn_qkv.lora_up.weight', ...values(12, 2) },
      { name: 'lora_unet_joint_blocks_0_x_block_attn_qkv.alpha', shape: [], data: Float32Array.of(0.5) },
    ];
    await writeLora(folder.at('c.safetensors'), scaled, facts, {}, { type: 'F32' });
    await convertLora(folder.at('c.safetensors'), { to: 'diffusers', out: folder.at('d.safetensors') });
    const split = await readFloatTensors(folder.at('d.safetensors'));
    const whole = product(scaled, 'lora_unet_joint_blocks_0_x_block_attn_qkv', kohya);
    const parts = ['q', 'k', 'v'].flatMap((part) => product(split, `transformer.transformer_blocks.0.attn.to_${part}`, peft));
    alike(parts, whole, 'split');
    assert.is(split.length, 6);
    // The shared factor is recognised, so the rank does not grow.
    const again = await convertLora(folder.at('d.safetensors'), { to: 'sd-scripts', out: folder.at('e.safetensors') });
    assert.equal([again.modules.length, again.rank], [1, 2]);
  });

  test('merging files in different formats is refused', async () => {
    const inputs = [{ path: folder.at('a.safetensors') }, { path: folder.at('k.safetensors') }];
    await rejects(() => mergeLoras(inputs, { out: folder.at('m.safetensors') }), 'ERR_LORA', /lora convert/);
  });

  test('another family is refused', async () => {
    const tensors = [
      { name: 'lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight', ...values(2, 4) },
      { name: 'lora_unet_double_blocks_0_img_attn_qkv.lora_up.weight', ...values(12, 2) },
    ];
    await writeLora(folder.at('flux.safetensors'), tensors, { ...facts, family: 'flux' }, {}, { type: 'F32' });
    const converted = () => convertLora(folder.at('flux.safetensors'), { to: 'sd-scripts', out: folder.at('x.safetensors') });
    await rejects(converted, 'ERR_UNSUPPORTED', /Stable Diffusion 3/);
  });
});
