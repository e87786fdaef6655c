import * as assert from 'uvu/assert';
import { checkLora, readLora } from '../../lib/lora/index.ts';
import { bundledModel, type ModelHeader, readModelHeader } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { Folder, rejects, type SmallTensor, safetensors } from '../models/model-files.ts';

type Tensors = Record<string, SmallTensor>;
const f32 = (value: number): Buffer => Buffer.from(new Float32Array([value]).buffer);
const alpha = (value: number): SmallTensor => ({ shape: [], dtype: 'F32', data: f32(value) });
const pair = (name: string, rank: number, out: number, inputs: number): Tensors => ({
  [`${name}.lora_down.weight`]: { shape: [rank, inputs] },
  [`${name}.lora_up.weight`]: { shape: [out, rank] },
});
const loha = (name: string, shapes: Partial<Record<'w1_a' | 'w1_b' | 'w2_a' | 'w2_b', number[]>>): Tensors =>
  Object.fromEntries(Object.entries(shapes).map(([part, shape]) => [`${name}.hada_${part}`, { shape }]));

const key = 'lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k';

/** Files that the unpatched engine dereferences into nothing or asserts on. */
const malformed: [what: string, tensors: Tensors, message: RegExp][] = [
  ['down without up', { [`${key}.lora_down.weight`]: { shape: [4, 192] } }, /expected down, up, missing up/],
  ['up without down', { [`${key}.lora_up.weight`]: { shape: [128, 4] } }, /missing down/],
  [
    'different ranks',
    { ...pair(key, 4, 128, 192), [`${key}.lora_up.weight`]: { shape: [128, 8] } },
    /lora_down \[4, 192\] and lora_up \[128, 8\] have different ranks/,
  ],
  ['LoHa w1_a without w1_b', loha(key, { w1_a: [128, 4], w2_a: [128, 4], w2_b: [4, 192] }), /missing w1_b/],
  ['LoHa with one product', loha(key, { w1_a: [128, 4], w1_b: [4, 192] }), /missing w2_a, w2_b/],
  ['LoHa of two ranks', loha(key, { w1_a: [128, 4], w1_b: [8, 192], w2_a: [128, 4], w2_b: [4, 192] }), /different ranks/],
  [
    'LoHa of two shapes',
    loha(key, { w1_a: [128, 4], w1_b: [4, 192], w2_a: [64, 4], w2_b: [4, 192] }),
    /two products have different shapes/,
  ],
  ['LoKr half a side', { [`${key}.lokr_w1`]: { shape: [8, 8] }, [`${key}.lokr_w2_a`]: { shape: [16, 4] } }, /missing k2_b/],
  [
    'LoKr of two ranks',
    { [`${key}.lokr_w1`]: { shape: [8, 8] }, [`${key}.lokr_w2_a`]: { shape: [16, 4] }, [`${key}.lokr_w2_b`]: { shape: [8, 24] } },
    /different ranks/,
  ],
  ['two kinds at once', { ...pair(key, 4, 128, 192), [`${key}.diff`]: { shape: [128, 192] } }, /mixes two kinds/],
  ['alpha NaN', { ...pair(key, 4, 128, 192), [`${key}.alpha`]: alpha(Number.NaN) }, /alpha: expected a finite number, got NaN/],
  ['alpha infinite', { ...pair(key, 4, 128, 192), [`${key}.alpha`]: alpha(Number.POSITIVE_INFINITY) }, /got Infinity/],
  [
    'alpha of many numbers',
    { ...pair(key, 4, 128, 192), [`${key}.alpha`]: { shape: [4] } },
    /expected one number, got a tensor of shape \[4\]/,
  ],
  ['no factor at all', { 'model.weight': { shape: [2, 2] } }, /is not a LoRA.*What it is cannot be told/],
  [
    'a VAE',
    { 'encoder.conv_in.weight': { shape: [2, 2, 3, 3] }, 'decoder.conv_in.weight': { shape: [2, 2, 3, 3] } },
    /is not a LoRA.*It is for another place: VAE$/,
  ],
];

/** The same weight of the bundled model in the conventions trainers use (models/MODEL.md: all of them load). */
const spellings: [convention: string, tensors: Tensors][] = [
  ['kohya, original names', pair(key, 4, 128, 192)],
  ['kohya, diffusers names', pair('lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k', 4, 128, 192)],
  [
    'dotted original names',
    {
      'diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.lora_A.weight': { shape: [4, 192] },
      'diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.lora_B.weight': { shape: [128, 4] },
    },
  ],
  [
    'PEFT',
    {
      'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight': { shape: [4, 192] },
      'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_B.weight': { shape: [128, 4] },
    },
  ],
  [
    'PEFT with its prefix',
    {
      'base_model.model.unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.default.weight': { shape: [4, 192] },
      'base_model.model.unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_B.default.weight': { shape: [128, 4] },
    },
  ],
  [
    'old diffusers',
    {
      'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.processor.to_k_lora.down.weight': { shape: [4, 192] },
      'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.processor.to_k_lora.up.weight': { shape: [128, 4] },
    },
  ],
  ['up block', pair('lora_unet_up_blocks_0_attentions_1_transformer_blocks_0_attn1_to_out_0', 4, 256, 256)],
  [
    'ResNet convolution',
    {
      'lora_unet_down_blocks_1_resnets_0_conv1.lora_down.weight': { shape: [4, 64, 3, 3] },
      'lora_unet_down_blocks_1_resnets_0_conv1.lora_up.weight': { shape: [128, 4, 1, 1] },
    },
  ],
  [
    'downsampler',
    {
      'lora_unet_down_blocks_1_downsamplers_0_conv.lora_down.weight': { shape: [4, 128, 3, 3] },
      'lora_unet_down_blocks_1_downsamplers_0_conv.lora_up.weight': { shape: [128, 4, 1, 1] },
    },
  ],
  ['text encoder, kohya', pair('lora_te_text_model_encoder_layers_0_self_attn_q_proj', 4, 192, 192)],
  ['text encoder, kohya te1', pair('lora_te1_text_model_encoder_layers_3_mlp_fc1', 4, 768, 192)],
  [
    'text encoder, PEFT',
    {
      'text_encoder.text_model.encoder.layers.0.mlp.fc2.lora_A.weight': { shape: [4, 768] },
      'text_encoder.text_model.encoder.layers.0.mlp.fc2.lora_B.weight': { shape: [192, 4] },
    },
  ],
  ['LoHa', loha(key, { w1_a: [128, 4], w1_b: [4, 192], w2_a: [128, 4], w2_b: [4, 192] })],
  ['LoKr', { [`${key}.lokr_w1`]: { shape: [8, 8] }, [`${key}.lokr_w2_a`]: { shape: [16, 4] }, [`${key}.lokr_w2_b`]: { shape: [4, 24] } }],
  ['full difference', { [`${key}.diff`]: { shape: [128, 192] } }],
];

function bare(tensors: Record<string, number[]>): ModelHeader {
  return {
    path: 'x',
    format: 'safetensors',
    bytes: 0,
    tensors: Object.entries(tensors).map(([name, shape]) => ({ name, dtype: 'F16', shape, bytes: 2, offset: 0 })),
    metadata: {},
    dataOffset: 0,
  };
}

suite('LoRA', (test) => {
  let folder: Folder;
  let model: ModelHeader;
  test.before(async () => {
    folder = await Folder.make();
    model = await readModelHeader(bundledModel().model);
  });
  test.after(() => folder.remove());

  for (const [what, tensors, message] of malformed)
    test(`refuses ${what}`, async () => {
      await rejects(readLora(await folder.write('bad.safetensors', safetensors(tensors))), 'ERR_LORA', message);
    });

  for (const [convention, tensors] of spellings)
    test(`fits the bundled model: ${convention}`, async () => {
      const fit = await checkLora(await folder.write('good.safetensors', safetensors(tensors)), model);
      assert.equal(
        { applicable: fit.applicable, total: fit.total, misfit: fit.misfit, reasons: fit.reasons },
        { applicable: 1, total: 1, misfit: false, reasons: [] },
      );
    });

  test('a LoRA of another size is a misfit and says which weight', async () => {
    const fit = await checkLora(await folder.write('wide.safetensors', safetensors(pair(key, 4, 320, 768))), model);
    assert.ok(fit.misfit);
    assert.match(fit.reasons[0] ?? '', /changes \[320, 768\], the model's weight is \[128, 192\]/);
  });
  test('a LoRA of another family is a misfit and says what it was made for', async () => {
    const path = await folder.write(
      'flux.safetensors',
      safetensors(pair('lora_unet_double_blocks_0_img_attn_qkv', 4, 9216, 3072), { 'modelspec.architecture': 'flux-1-dev/lora' }),
    );
    const fit = await checkLora(path, model);
    assert.is(fit.applicable, 0);
    assert.equal(fit.reasons.length, 2);
    assert.match(fit.reasons[0] ?? '', /trained for flux-1-dev\/lora, the model is SDXS/);
    assert.match(fit.reasons[1] ?? '', /no double_blocks… in its diffusion model/);
  });
  test('a LoRA that fits in part is counted', async () => {
    const tensors = {
      ...pair(key, 4, 128, 192),
      ...pair('lora_unet_middle_block_1_proj_in', 4, 64, 64),
      ...pair('lora_te2_text_model_encoder_layers_0_mlp_fc1', 4, 5120, 1280),
    };
    const fit = await checkLora(await folder.write('part.safetensors', safetensors(tensors)), model);
    assert.equal([fit.applicable, fit.total, fit.misfit, fit.reasons.length], [1, 3, false, 2]);
  });
  test('Flux: parts of fused weights fit in diffusers names', async () => {
    const flux = bare({ 'double_blocks.0.img_attn.qkv.weight': [9216, 3072], 'single_blocks.1.linear1.weight': [21504, 3072] });
    const tensors = {
      ...pair('transformer.transformer_blocks.0.attn.to_q', 4, 3072, 3072),
      ...pair('transformer.single_transformer_blocks.1.proj_mlp', 4, 12288, 3072),
      ...pair('lora_unet_double_blocks_0_img_attn_qkv', 4, 9216, 3072),
    };
    assert.is((await checkLora(await folder.write('f.safetensors', safetensors(tensors)), flux)).applicable, 3);
  });
  test('Z-Image and SD3: diffusers names fit', async () => {
    const zImage = bare({
      'cap_embedder.0.weight': [2560],
      'layers.3.attention.qkv.weight': [11520, 3840],
      'layers.3.attention.out.weight': [3840, 3840],
      'final_layer.linear.weight': [64, 3840],
    });
    const z = {
      ...pair('diffusion_model.all_final_layer.2-1.linear', 4, 64, 3840),
      ...pair('diffusion_model.layers.3.attention.to_k', 4, 3840, 3840),
      ...pair('diffusion_model.layers.3.attention.to_out.0', 4, 3840, 3840),
    };
    assert.is((await checkLora(await folder.write('z.safetensors', safetensors(z)), zImage)).applicable, 3);
    const sd3 = bare({
      'model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight': [4608, 1536],
      'model.diffusion_model.joint_blocks.0.context_block.mlp.fc1.weight': [6144, 1536],
      'model.diffusion_model.y_embedder.mlp.0.weight': [1536, 2048],
    });
    const s = {
      ...pair('transformer.time_text_embed.text_embedder.linear_1', 4, 1536, 2048),
      ...pair('lora_unet_joint_blocks_0_x_block_attn_qkv', 12, 4608, 1536),
      ...pair('transformer.transformer_blocks.0.attn.to_v', 4, 1536, 1536),
      ...pair('transformer.transformer_blocks.0.ff_context.net.0.proj', 4, 6144, 1536),
    };
    assert.is((await checkLora(await folder.write('s.safetensors', safetensors(s)), sd3)).applicable, 4);
  });
  test('SDXL: second text encoder with OpenCLIP names and fused projections', async () => {
    const sdxl = bare({
      'model.diffusion_model.input_blocks.0.0.weight': [320, 4, 3, 3],
      'model.diffusion_model.middle_block.1.norm.weight': [1280],
      'conditioner.embedders.1.model.transformer.resblocks.5.attn.in_proj_weight': [3840, 1280],
      'conditioner.embedders.1.model.transformer.resblocks.5.mlp.c_fc.weight': [5120, 1280],
      'conditioner.embedders.0.transformer.text_model.encoder.layers.0.mlp.fc1.weight': [3072, 768],
    });
    const tensors = {
      ...pair('lora_te2_text_model_encoder_layers_5_self_attn_k_proj', 4, 1280, 1280),
      ...pair('lora_te2_text_model_encoder_layers_5_mlp_fc1', 4, 5120, 1280),
      ...pair('lora_te1_text_model_encoder_layers_0_mlp_fc1', 4, 3072, 768),
    };
    assert.is((await checkLora(await folder.write('x.safetensors', safetensors(tensors)), sdxl)).applicable, 3);
  });
  test('parts of a split model are looked at together', async () => {
    const parts = [
      bare({ 'double_blocks.0.img_attn.qkv.weight': [9216, 3072] }),
      bare({ 'text_model.encoder.layers.0.mlp.fc1.weight': [3072, 768] }),
    ];
    const tensors = {
      ...pair('lora_unet_double_blocks_0_img_attn_qkv', 4, 9216, 3072),
      ...pair('lora_te1_text_model_encoder_layers_0_mlp_fc1', 4, 3072, 768),
    };
    assert.is((await checkLora(await folder.write('s2.safetensors', safetensors(tensors)), parts)).applicable, 2);
  });
  test('a torch checkpoint as model: only the engine can tell', async () => {
    const fit = await checkLora(await folder.write('t.safetensors', safetensors(pair(key, 4, 1, 1))), bare({}));
    assert.equal([fit.applicable, fit.misfit], [1, false]);
  });
  test('NaN in a factor is found on request', async () => {
    const tensors = pair(key, 4, 128, 192);
    const data = Buffer.alloc(4 * 192 * 2);
    data.writeUInt16LE(0x7e00, 400);
    tensors[`${key}.lora_down.weight`] = { shape: [4, 192], data };
    const path = await folder.write('nan.safetensors', safetensors(tensors));
    assert.is((await checkLora(path, model)).applicable, 1);
    await rejects(checkLora(path, model, { values: true }), 'ERR_LORA', /lora_down\.weight contains NaN or infinity/);
  });
  test('metadata: rank, alpha, kind, base, trigger words, licence', async () => {
    const tensors = {
      ...pair(key, 8, 128, 192),
      [`${key}.alpha`]: alpha(4),
      ...pair('lora_te_text_model_encoder_layers_0_mlp_fc1', 4, 768, 192),
    };
    const path = await folder.write(
      'm.safetensors',
      safetensors(tensors, {
        ss_base_model_version: 'sd_v1',
        ss_output_name: 'kawaii',
        'modelspec.license': 'CC-BY-4.0',
        ss_tag_frequency: '{"10_x": {"sticker": 3, "cat": 1}, "5_y": {"cat": 4}}',
      }),
    );
    const info = await readLora(path);
    assert.equal(
      {
        kind: info.kind,
        ranks: info.ranks,
        alphas: info.alphas,
        trainedFor: info.trainedFor,
        title: info.title,
        licence: info.licence,
        triggers: info.triggers,
        targets: info.targets.length,
        parameters: info.parameters,
      },
      {
        kind: 'lora',
        ranks: [4, 8],
        alphas: [4],
        trainedFor: 'sd_v1',
        title: 'kawaii',
        licence: 'CC-BY-4.0',
        triggers: ['cat', 'sticker'],
        targets: 2,
        parameters: 8 * 320 + 4 * 960 + 1,
      },
    );
  });
  // [what, metadata, triggers]
  const animals = ['fox', 'owl', 'cat', 'bear', 'chick'];
  const triggers: [string, Record<string, string>, string[]][] = [
    [
      'a phrase that most captions share, and a tag of most',
      {
        ss_tag_frequency: JSON.stringify({
          x: { 'white background': 5, ...Object.fromEntries(animals.map((animal) => [`kawaii sticker of a ${animal}`, 1])) },
        }),
      },
      ['kawaii sticker of', 'white background'],
    ],
    [
      'captions of one part, with the number of pictures',
      {
        ss_tag_frequency: JSON.stringify({ x: Object.fromEntries(animals.map((animal) => [`${animal} in ink style`, 1])) }),
        ss_dataset_dirs: '{"x":{"n_repeats":10,"img_count":5}}',
      },
      ['in ink style'],
    ],
    [
      'nothing is common: nothing is said',
      {
        ss_tag_frequency: JSON.stringify({ x: Object.fromEntries(animals.map((animal) => [animal, 1])) }),
        ss_dataset_dirs: '{"x":{"n_repeats":1,"img_count":5}}',
      },
      [],
    ],
    ['what the trainer states', { 'modelspec.trigger_phrase': 'sks dog, fur', ss_tag_frequency: '{"x":{"dog":3}}' }, ['sks dog', 'fur']],
    ['counts that are none', { ss_tag_frequency: '{"x":{"dog":-1,"cat":"3","":4},"y":7}' }, []],
  ];
  for (const [what, metadata, expected] of triggers)
    test(`triggers: ${what}`, async () => {
      const path = await folder.write('t.safetensors', safetensors(pair(key, 4, 128, 192), metadata));
      assert.equal((await readLora(path)).triggers, expected);
    });

  test('the licence of one trained here stands in its data sheet', async () => {
    const metadata = { 'ai_artist.data_sheet': '{"licence":{"id":"own"}}' };
    const path = await folder.write('l.safetensors', safetensors(pair(key, 4, 128, 192), metadata));
    assert.is((await readLora(path)).licence, 'own');
  });

  test('nonsense in the tag statistics is no error', async () => {
    const path = await folder.write('n.safetensors', safetensors(pair(key, 4, 128, 192), { ss_tag_frequency: '{broken' }));
    assert.equal((await readLora(path)).triggers, []);
  });
});
