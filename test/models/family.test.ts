import * as assert from 'uvu/assert';
import {
  describeIdentity,
  families,
  identify,
  inspectModel,
  type ModelFamily,
  type ModelHeader,
  type ModelKind,
} from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { Folder, rejects, safetensors } from './model-files.ts';

function header(tensors: Record<string, number[]>): ModelHeader {
  const list = Object.entries(tensors).map(([name, shape]) => ({ name, dtype: 'F16', shape, bytes: 2, offset: 0 }));
  return { path: 'x', format: 'safetensors', bytes: 0, tensors: list, metadata: {}, dataOffset: 0 };
}

const root = 'model.diffusion_model.';
const table = 'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight';
const unet = { [`${root}input_blocks.0.0.weight`]: [320, 4, 3, 3], [`${root}middle_block.1.norm.weight`]: [1280] };

/** Marks of each family as in the engine's get_sd_version(). */
const marks: [ModelFamily, ModelKind, Record<string, number[]>][] = [
  ['sd1', 'checkpoint', { ...unet, [table]: [49408, 768] }],
  ['sd1-inpaint', 'checkpoint', { ...unet, [`${root}input_blocks.0.0.weight`]: [320, 9, 3, 3], [table]: [49408, 768] }],
  ['instruct-pix2pix', 'checkpoint', { ...unet, [`${root}input_blocks.0.0.weight`]: [320, 8, 3, 3], [table]: [49408, 768] }],
  ['sdxs-512', 'checkpoint', { [`${root}input_blocks.0.0.weight`]: [64, 4, 3, 3], [table]: [3262, 192] }],
  [
    'sd1-tiny-unet',
    'checkpoint',
    { [`${root}input_blocks.0.0.weight`]: [320, 4, 3, 3], [`${root}output_blocks.7.1.norm.weight`]: [320], [table]: [49408, 768] },
  ],
  ['sd2', 'checkpoint', { ...unet, 'cond_stage_model.model.token_embedding.weight': [49408, 1024] }],
  ['sdxl', 'checkpoint', { ...unet, 'conditioner.embedders.1.model.ln_final.weight': [1280] }],
  ['sdxl', 'diffusion', { ...unet, [`${root}input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight`]: [640, 2048] }],
  ['sdxl-inpaint', 'checkpoint', { ...unet, [`${root}input_blocks.0.0.weight`]: [320, 9, 3, 3], 'conditioner.embedders.1.x': [1] }],
  [
    'sdxl-ssd1b',
    'checkpoint',
    {
      [`${root}input_blocks.0.0.weight`]: [320, 4, 3, 3],
      [`${root}output_blocks.3.1.transformer_blocks.1.norm1.weight`]: [640],
      'conditioner.embedders.1.x': [1],
    },
  ],
  ['sdxl-vega', 'checkpoint', { [`${root}input_blocks.0.0.weight`]: [320, 4, 3, 3], 'conditioner.embedders.1.x': [1] }],
  ['sd3', 'diffusion', { [`${root}joint_blocks.0.x_block.attn.qkv.weight`]: [4608, 1536] }],
  ['flux', 'diffusion', { 'double_blocks.0.img_attn.qkv.weight': [9216, 3072], 'img_in.weight': [3072, 64] }],
  ['flux-fill', 'diffusion', { 'double_blocks.0.img_attn.qkv.weight': [9216, 3072], 'img_in.weight': [3072, 384] }],
  ['flux-control', 'diffusion', { 'double_blocks.0.img_attn.qkv.weight': [9216, 3072], 'img_in.weight': [3072, 128] }],
  ['chroma', 'diffusion', { 'double_blocks.0.img_attn.qkv.weight': [9216, 3072], 'distilled_guidance_layer.in_proj.weight': [5120, 64] }],
  [
    'flux2',
    'diffusion',
    { 'double_blocks.0.x': [1], 'double_stream_modulation_img.lin.weight': [1], 'single_blocks.47.linear1.weight': [1] },
  ],
  [
    'flux2-klein',
    'diffusion',
    { 'double_blocks.0.x': [1], 'double_stream_modulation_img.lin.weight': [1], 'single_blocks.19.linear1.weight': [1] },
  ],
  ['z-image', 'diffusion', { 'cap_embedder.0.weight': [2560], 'layers.0.attention.qkv.weight': [11520, 3840] }],
  ['qwen-image', 'diffusion', { 'transformer_blocks.0.img_mod.1.weight': [18432, 3072] }],
  ['wan2', 'diffusion', { 'blocks.0.cross_attn.norm_k.weight': [1536], 'patch_embedding.weight': [1536, 16, 1, 2, 2] }],
  ['wan2.2-i2v', 'diffusion', { 'blocks.0.cross_attn.norm_k.weight': [5120], 'patch_embedding.weight': [5120, 36, 1, 2, 2] }],
  [
    'sd1',
    'checkpoint',
    {
      'unet.conv_in.weight': [320, 4, 3, 3],
      'unet.down_blocks.0.x': [1],
      'unet.mid_block.resnets.1.x': [1],
      'te.text_model.embeddings.token_embedding.weight': [49408, 768],
    },
  ],
];

const others: [ModelKind, Record<string, number[]>][] = [
  ['lora', { 'lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight': [4, 320] }],
  ['lora', { 'x.hada_w1_a': [4, 4] }],
  ['upscaler', { 'conv_first.weight': [64, 3, 3, 3], 'body.0.rdb1.conv1.weight': [32, 64, 3, 3] }],
  ['upscaler', { 'model.0.weight': [64, 3, 3, 3], 'model.1.sub.0.RDB1.conv1.0.weight': [32, 64, 3, 3] }],
  ['controlnet', { 'control_model.input_blocks.0.0.weight': [320, 4, 3, 3] }],
  ['tae', { 'decoder.layers.0.weight': [64, 4, 3, 3], 'encoder.layers.0.weight': [64, 3, 3, 3] }],
  ['vae', { 'decoder.conv_in.weight': [512, 4, 3, 3], 'encoder.conv_in.weight': [128, 3, 3, 3] }],
  ['clip-l', { 'text_model.embeddings.token_embedding.weight': [49408, 768] }],
  ['clip-g', { 'text_model.embeddings.token_embedding.weight': [49408, 1280] }],
  ['clip', { 'vision_model.post_layernorm.weight': [192], 'text_projection.weight': [192, 192] }],
  ['clip-vision', { 'vision_model.post_layernorm.weight': [192] }],
  ['t5', { 'encoder.block.0.layer.0.SelfAttention.q.weight': [4096, 4096] }],
  ['t5', { 'enc.blk.0.attn_q.weight': [4096, 4096] }],
  ['llm', { 'model.layers.0.self_attn.q_proj.weight': [4096, 2560] }],
  ['llm', { 'blk.0.attn_q.weight': [4096, 2560] }],
  ['embedding', { emb_params: [4, 768] }],
  ['unknown', { 'layer.weight': [2, 2] }],
];

suite('identify', (test) => {
  for (const [index, [family, kind, tensors]] of marks.entries())
    test(`${index}: ${kind} of ${families[family]} (${family})`, () => assert.equal(identify(header(tensors)), { kind, family }));
  for (const [index, [kind, tensors]] of others.entries())
    test(`${index}: ${kind} by its names`, () => assert.equal(identify(header(tensors)), { kind, family: undefined }));
  test('a torch checkpoint lists no tensors and stays unknown', () =>
    assert.equal(identify(header({})), { kind: 'unknown', family: undefined }));
  test('a sentence for messages', () => {
    assert.is(describeIdentity({ kind: 'checkpoint', family: 'sdxl' }), 'SDXL checkpoint');
    assert.is(describeIdentity({ kind: 'lora', family: undefined }), 'LoRA');
  });
});

suite('inspectModel', (test) => {
  let folder: Folder;
  test.before(async () => {
    folder = await Folder.make();
  });
  test.after(() => folder.remove());

  test('rejects an empty path and an unknown option', async () => {
    await rejects(inspectModel(''), 'ERR_INVALID_ARGUMENT', /inspectModel: expected at least 1 character, got ""/);
    await rejects(
      inspectModel('x', { hsah: true } as never),
      'ERR_INVALID_ARGUMENT',
      /hsah: unknown option of inspectModel\(\), did you mean hash\?/,
    );
  });
  test('counts weights per type and hashes the data only', async () => {
    const tensors = {
      'decoder.conv_in.weight': { shape: [2, 4, 3, 3], data: Buffer.alloc(144, 1) },
      'decoder.conv_in.bias': { shape: [2], dtype: 'F32' as const, data: Buffer.alloc(8, 2) },
    };
    const plain = await inspectModel(await folder.write('a.safetensors', safetensors(tensors)), { hash: true });
    const titled = await inspectModel(await folder.write('b.safetensors', safetensors(tensors, { title: 'other header' })), { hash: true });
    assert.equal(plain.dtypes, { F16: 72, F32: 2 });
    assert.equal([plain.kind, plain.tensors, plain.parameters, plain.format], ['vae', 2, 74, 'safetensors']);
    // sha256 of 144 bytes 01 and 8 bytes 02 (sha256sum)
    assert.is(plain.tensorHash, '25d3a3929c25fc624f2a5dfe8db75c6b75a90d5d38fa782a1546b64f68c2fd14');
    assert.is(titled.tensorHash, plain.tensorHash);
    assert.equal(titled.metadata, { title: 'other header' });
    assert.is((await inspectModel(plain.path)).tensorHash, undefined);
  });
  test('an aborted signal stops it with its reason', async () => {
    const reason = new Error('enough');
    let thrown: unknown;
    await inspectModel('anything', { signal: AbortSignal.abort(reason) }).catch((error: unknown) => {
      thrown = error;
    });
    assert.is(thrown, reason);
  });
});
