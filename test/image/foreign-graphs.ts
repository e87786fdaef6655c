/** ComfyUI graphs as its own templates and common node packs make them, with what must be read from them. */
import type { PartialRecipe } from '../../lib/image/index.ts';

type Inputs = Record<string, unknown>;
type Graph = Record<string, { class_type: string; inputs: Inputs }>;
const node = (class_type: string, inputs: Inputs = {}): Graph[string] => ({ class_type, inputs });

/** Text to image: checkpoint 4, latent 5, prompts 6 and 7, sampler 3. Fields of `more` replace or add nodes. */
const graph = (more: Graph = {}, sampler: Inputs = {}): Graph => ({
  3: node('KSampler', {
    seed: 5,
    steps: 20,
    cfg: 7,
    sampler_name: 'euler',
    scheduler: 'normal',
    denoise: 1,
    model: ['4', 0],
    positive: ['6', 0],
    negative: ['7', 0],
    latent_image: ['5', 0],
    ...sampler,
  }),
  4: node('CheckpointLoaderSimple', { ckpt_name: 'base.safetensors' }),
  5: node('EmptyLatentImage', { width: 512, height: 768, batch_size: 1 }),
  6: node('CLIPTextEncode', { text: 'a fox', clip: ['4', 1] }),
  7: node('CLIPTextEncode', { text: 'blurry', clip: ['4', 1] }),
  8: node('VAEDecode', { samples: ['3', 0], vae: ['4', 2] }),
  9: node('SaveImage', { images: ['8', 0], filename_prefix: 'x' }),
  ...more,
});
const plain: PartialRecipe = {
  prompt: 'a fox',
  negativePrompt: 'blurry',
  seed: 5,
  steps: 20,
  sampler: 'euler',
  scheduler: 'discrete',
  cfgScale: 7,
  width: 512,
  height: 768,
  model: { name: 'base' },
  software: 'ComfyUI',
};
const without = (...keys: (keyof PartialRecipe)[]): PartialRecipe =>
  Object.fromEntries(Object.entries(plain).filter(([key]) => !keys.includes(key as keyof PartialRecipe)));

const wildcardEncode = node('ImpactWildcardEncode', {
  wildcard_text: '__animal__ <lora:ink:0.6>',
  populated_text: 'a fox <lora:ink:0.6>',
  mode: false,
  model: ['4', 0],
  clip: ['4', 1],
});

export const graphs: [string, Graph, PartialRecipe][] = [
  ['the plain graph', graph(), plain],
  [
    'a LoRA that hangs loose is linked to nothing',
    graph({
      10: node('LoraLoader', { lora_name: 'unused.safetensors', strength_model: 1, strength_clip: 1, model: ['4', 0], clip: ['4', 1] }),
    }),
    plain,
  ],
  ['a VAE that hangs loose did not decode', graph({ 10: node('VAELoader', { vae_name: 'unused.safetensors' }) }), plain],
  [
    'a VAE of its own, a LoRA of no weight',
    graph(
      {
        10: node('VAELoader', { vae_name: 'ft-mse.safetensors' }),
        8: node('VAEDecode', { samples: ['3', 0], vae: ['10', 0] }),
        11: node('LoraLoader', { lora_name: 'off.safetensors', strength_model: 0, strength_clip: 0, model: ['12', 0], clip: ['4', 1] }),
        12: node('LoraLoader', {
          lora_name: 'sub\\ink.safetensors',
          strength_model: 0.8,
          strength_clip: 1,
          model: ['4', 0],
          clip: ['4', 1],
        }),
      },
      { model: ['11', 0] },
    ),
    { ...plain, vae: { name: 'ft-mse' }, loras: [{ name: 'ink', weight: 0.8 }] },
  ],
  [
    'the positive conditioning zeroed for the negative side',
    graph({ 7: node('ConditioningZeroOut', { conditioning: ['6', 0] }) }),
    without('negativePrompt'),
  ],
  [
    'ControlNet hands both sides on, each keeps its text',
    graph(
      {
        20: node('ControlNetApplyAdvanced', {
          strength: 0.7,
          positive: ['6', 0],
          negative: ['7', 0],
          control_net: ['21', 0],
          image: ['22', 0],
        }),
        21: node('ControlNetLoader', { control_net_name: 'canny.pth' }),
        22: node('LoadImage', { image: 'x.png' }),
      },
      { positive: ['20', 0], negative: ['20', 1] },
    ),
    plain,
  ],
  [
    'ControlNet over a zeroed negative',
    graph(
      {
        7: node('ConditioningZeroOut', { conditioning: ['6', 0] }),
        20: node('ControlNetApplyAdvanced', { positive: ['6', 0], negative: ['7', 0], strength: 1 }),
      },
      { positive: ['20', 0], negative: ['20', 1] },
    ),
    without('negativePrompt'),
  ],
  [
    'two prompts combined',
    graph(
      {
        10: node('CLIPTextEncode', { text: 'snow', clip: ['4', 1] }),
        11: node('ConditioningCombine', { conditioning_1: ['6', 0], conditioning_2: ['10', 0] }),
      },
      { positive: ['11', 0] },
    ),
    { ...plain, prompt: 'a fox, snow' },
  ],
  [
    'SDXL encoder with equal texts, base and refiner',
    graph({
      3: node('KSamplerAdvanced', {
        add_noise: 'enable',
        noise_seed: 77,
        steps: 25,
        cfg: 8,
        sampler_name: 'dpmpp_2m',
        scheduler: 'karras',
        start_at_step: 0,
        end_at_step: 20,
        return_with_leftover_noise: 'enable',
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      }),
      6: node('CLIPTextEncodeSDXL', { text_g: 'a fox', text_l: 'a fox', width: 4096, height: 4096, clip: ['4', 1] }),
      12: node('CheckpointLoaderSimple', { ckpt_name: 'sd_xl_refiner_1.0.safetensors' }),
      13: node('KSamplerAdvanced', {
        add_noise: 'disable',
        noise_seed: 0,
        steps: 25,
        cfg: 8,
        sampler_name: 'euler',
        scheduler: 'normal',
        start_at_step: 20,
        end_at_step: 10000,
        model: ['12', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['3', 0],
      }),
      8: node('VAEDecode', { samples: ['13', 0], vae: ['4', 2] }),
    }),
    {
      ...plain,
      seed: 77,
      steps: 25,
      sampler: 'dpm++2m',
      scheduler: 'karras',
      cfgScale: 8,
      extra: { Refiner: 'sd_xl_refiner_1.0', 'Refiner switch at': 0.8 },
    },
  ],
  [
    'hires through an upscale model',
    graph({
      20: node('UpscaleModelLoader', { model_name: '4x-UltraSharp.pth' }),
      21: node('ImageUpscaleWithModel', { upscale_model: ['20', 0], image: ['8', 0] }),
      22: node('VAEEncode', { pixels: ['21', 0], vae: ['4', 2] }),
      23: node('KSampler', {
        seed: 9,
        steps: 12,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 0.4,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['22', 0],
      }),
      24: node('VAEDecode', { samples: ['23', 0], vae: ['4', 2] }),
      9: node('SaveImage', { images: ['24', 0] }),
    }),
    { ...plain, hires: { upscaler: '4x-UltraSharp', steps: 12, denoisingStrength: 0.4 } },
  ],
  [
    'image to image',
    graph({ 5: node('VAEEncode', { pixels: ['30', 0], vae: ['4', 2] }), 30: node('LoadImage', { image: 'in.png' }) }, { denoise: 0.55 }),
    { ...without('width', 'height'), mode: 'img2img', denoisingStrength: 0.55 },
  ],
  [
    'inpainting',
    graph({
      5: node('VAEEncodeForInpaint', { pixels: ['30', 0], mask: ['30', 1], vae: ['4', 2] }),
      30: node('LoadImage', { image: 'in.png' }),
    }),
    { ...without('width', 'height'), mode: 'inpaint' },
  ],
  [
    'SamplerCustom with a scheduler node and a sampler node',
    graph({
      3: node('SamplerCustom', {
        add_noise: true,
        noise_seed: 6,
        cfg: 4.5,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        sampler: ['31', 0],
        sigmas: ['32', 0],
        latent_image: ['5', 0],
      }),
      31: node('SamplerEulerAncestral', { eta: 1, s_noise: 1 }),
      32: node('KarrasScheduler', { steps: 18, sigma_max: 14.6, sigma_min: 0.03, rho: 7 }),
    }),
    { ...plain, seed: 6, steps: 18, cfgScale: 4.5, sampler: 'euler_a', scheduler: 'karras' },
  ],
  [
    'SamplerCustomAdvanced with CFGGuider, sigmas split',
    graph({
      3: node('SamplerCustomAdvanced', {
        noise: ['33', 0],
        guider: ['34', 0],
        sampler: ['31', 0],
        sigmas: ['35', 1],
        latent_image: ['5', 0],
      }),
      31: node('KSamplerSelect', { sampler_name: 'dpmpp_2m' }),
      32: node('BasicScheduler', { scheduler: 'sgm_uniform', steps: 8, denoise: 1, model: ['4', 0] }),
      33: node('RandomNoise', { noise_seed: 123 }),
      34: node('CFGGuider', { cfg: 3, model: ['4', 0], positive: ['6', 0], negative: ['7', 0] }),
      35: node('SplitSigmas', { sigmas: ['32', 0], step: 0 }),
    }),
    { ...plain, seed: 123, steps: 8, cfgScale: 3, sampler: 'dpm++2m', scheduler: 'sgm_uniform' },
  ],
  [
    'Flux with its own encoder, GGUF, guidance, a LoRA for the model alone',
    {
      1: node('UnetLoaderGGUF', { unet_name: 'flux1-dev-Q4_K_S.gguf' }),
      2: node('DualCLIPLoader', { clip_name1: 't5.safetensors', clip_name2: 'l.safetensors', type: 'flux' }),
      3: node('LoraLoaderModelOnly', { lora_name: 'ink.safetensors', strength_model: 0.9, model: ['1', 0] }),
      4: node('CLIPTextEncodeFlux', { clip_l: 'a fox', t5xxl: 'a fox in deep snow', guidance: 3.5, clip: ['2', 0] }),
      5: node('ConditioningZeroOut', { conditioning: ['4', 0] }),
      6: node('EmptySD3LatentImage', { width: 1024, height: 1024, batch_size: 1 }),
      7: node('KSampler', {
        seed: 1,
        steps: 20,
        cfg: 1,
        sampler_name: 'euler',
        scheduler: 'simple',
        denoise: 1,
        model: ['3', 0],
        positive: ['4', 0],
        negative: ['5', 0],
        latent_image: ['6', 0],
      }),
      8: node('VAELoader', { vae_name: 'ae.safetensors' }),
      9: node('VAEDecode', { samples: ['7', 0], vae: ['8', 0] }),
      10: node('SaveImage', { images: ['9', 0] }),
    },
    {
      prompt: 'a fox in deep snow',
      seed: 1,
      steps: 20,
      sampler: 'euler',
      scheduler: 'simple',
      cfgScale: 1,
      distilledGuidance: 3.5,
      width: 1024,
      height: 1024,
      model: { name: 'flux1-dev-Q4_K_S' },
      vae: { name: 'ae' },
      loras: [{ name: 'ink', weight: 0.9 }],
      software: 'ComfyUI',
    },
  ],
  [
    'SD3 with its shift',
    graph(
      {
        10: node('ModelSamplingSD3', { shift: 3, model: ['4', 0] }),
        6: node('CLIPTextEncodeSD3', { clip_l: 'a fox', clip_g: 'a fox', t5xxl: 'a fox', clip: ['4', 1] }),
      },
      { model: ['10', 0] },
    ),
    { ...plain, flowShift: 3 },
  ],
  [
    'Efficiency nodes: loader with prompts in it',
    graph({
      3: node('KSampler (Efficient)', {
        seed: 8,
        steps: 20,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        preview_method: 'auto',
        vae_decode: 'true',
        model: ['4', 0],
        positive: ['4', 1],
        negative: ['4', 2],
        latent_image: ['4', 3],
        optional_vae: ['4', 4],
      }),
      4: node('Efficient Loader', {
        ckpt_name: 'base.safetensors',
        vae_name: 'Baked VAE',
        clip_skip: -2,
        lora_name: 'ink.safetensors',
        lora_model_strength: 0.5,
        lora_clip_strength: 1,
        positive: 'a fox',
        negative: 'blurry',
        empty_latent_width: 512,
        empty_latent_height: 768,
        batch_size: 1,
      }),
      9: node('SaveImage', { images: ['3', 5] }),
    }),
    { ...plain, seed: 8, clipSkip: 2, loras: [{ name: 'ink', weight: 0.5 }] },
  ],
  [
    'Efficiency nodes: a stack, of which two count',
    graph({
      3: node('KSampler (Efficient)', {
        seed: 8,
        steps: 20,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        model: ['4', 0],
        positive: ['4', 1],
        negative: ['4', 2],
        latent_image: ['4', 3],
      }),
      4: node('Efficient Loader', {
        ckpt_name: 'base.safetensors',
        vae_name: 'vae-ft.safetensors',
        clip_skip: -1,
        lora_name: 'None',
        positive: ['40', 0],
        negative: 'blurry',
        empty_latent_width: 512,
        empty_latent_height: 768,
        lora_stack: ['41', 0],
      }),
      9: node('SaveImage', { images: ['3', 5] }),
      40: node('Text Multiline', { text: 'a fox' }),
      41: node('LoRA Stacker', {
        input_mode: 'simple',
        lora_count: 2,
        lora_name_1: 'a.safetensors',
        lora_wt_1: 0.4,
        model_str_1: 1,
        lora_name_2: 'b.safetensors',
        lora_wt_2: -0.3,
        model_str_2: 1,
        lora_name_3: 'c.safetensors',
        lora_wt_3: 1,
      }),
    }),
    {
      ...plain,
      seed: 8,
      clipSkip: 1,
      vae: { name: 'vae-ft' },
      loras: [
        { name: 'a', weight: 0.4 },
        { name: 'b', weight: -0.3 },
      ],
    },
  ],
  [
    'Comfyroll stack: switches',
    graph(
      {
        10: node('CR Apply LoRA Stack', { model: ['4', 0], clip: ['4', 1], lora_stack: ['11', 0] }),
        11: node('CR LoRA Stack', {
          switch_1: 'On',
          lora_name_1: 'a.safetensors',
          model_weight_1: 0.5,
          clip_weight_1: 1,
          switch_2: 'Off',
          lora_name_2: 'b.safetensors',
          model_weight_2: 1,
          switch_3: 'On',
          lora_name_3: 'None',
          model_weight_3: 1,
        }),
      },
      { model: ['10', 0] },
    ),
    { ...plain, loras: [{ name: 'a', weight: 0.5 }] },
  ],
  [
    'rgthree: Power Lora Loader',
    graph(
      {
        10: node('Power Lora Loader (rgthree)', {
          PowerLoraLoaderHeaderWidget: { type: 'PowerLoraLoaderHeaderWidget' },
          lora_1: { on: true, lora: 'x/a.safetensors', strength: 0.7 },
          lora_2: { on: false, lora: 'b.safetensors', strength: 1 },
          lora_3: { on: true, lora: 'None', strength: 1 },
          model: ['4', 0],
          clip: ['4', 1],
        }),
      },
      { model: ['10', 0] },
    ),
    { ...plain, loras: [{ name: 'a', weight: 0.7 }] },
  ],
  [
    'rgthree: Lora Loader Stack, seed node, context',
    graph(
      {
        10: node('Lora Loader Stack (rgthree)', {
          lora_01: 'a.safetensors',
          strength_01: 0.25,
          lora_02: 'None',
          strength_02: 1,
          model: ['4', 0],
          clip: ['4', 1],
        }),
        11: node('Seed (rgthree)', { seed: 4242 }),
        12: node('Context (rgthree)', { model: ['10', 0], positive: ['6', 0], negative: ['7', 0], latent: ['5', 0] }),
      },
      { model: ['12', 1], positive: ['12', 4], negative: ['12', 5], latent_image: ['12', 3], seed: ['11', 0] },
    ),
    { ...plain, seed: 4242, loras: [{ name: 'a', weight: 0.25 }] },
  ],
  [
    'Easy-Use stack',
    graph(
      {
        10: node('LoraStackApply', { model: ['4', 0], lora_stack: ['11', 0] }),
        11: node('easy loraStack', {
          toggle: true,
          mode: 'simple',
          num_loras: 1,
          lora_1_name: 'a.safetensors',
          lora_1_strength: 0.6,
          lora_1_model_strength: 1,
          lora_2_name: 'b.safetensors',
          lora_2_strength: 1,
        }),
      },
      { model: ['10', 0] },
    ),
    { ...plain, loras: [{ name: 'a', weight: 0.6 }] },
  ],
  [
    'LoRA Manager: a list with switches',
    graph(
      {
        10: node('Lora Loader (LoraManager)', {
          text: '<lora:a:0.8> <lora:b:1>',
          loras: {
            __value__: [
              { name: 'a', strength: 0.8, active: true },
              { name: 'b', strength: 1, active: false },
            ],
          },
          model: ['4', 0],
          clip: ['4', 1],
        }),
      },
      { model: ['10', 0] },
    ),
    { ...plain, loras: [{ name: 'a', weight: 0.8 }] },
  ],
  [
    'Impact Pack: what the wildcards became, and the LoRA in it',
    graph({ 6: wildcardEncode }, { model: ['6', 0], positive: ['6', 2] }),
    { ...plain, loras: [{ name: 'ink', weight: 0.6 }] },
  ],
  [
    'a tag in a plain encoder is text, no LoRA',
    graph({ 6: node('CLIPTextEncode', { text: 'a fox <lora:ink:0.6>', clip: ['4', 1] }) }),
    { ...plain, prompt: 'a fox <lora:ink:0.6>' },
  ],
  [
    'Impact Pack: wildcard processor',
    graph({
      6: node('CLIPTextEncode', { text: ['10', 0], clip: ['4', 1] }),
      10: node('ImpactWildcardProcessor', { wildcard_text: 'a __x__', populated_text: 'a fox', mode: 'populate' }),
    }),
    plain,
  ],
  [
    'strings: replaced, trimmed',
    graph({
      6: node('CLIPTextEncode', { text: ['10', 0], clip: ['4', 1] }),
      10: node('StringTrim', { string: ['11', 0], mode: 'Both' }),
      11: node('StringReplace', { string: ' a hare ', find: 'hare', replace: 'fox' }),
    }),
    plain,
  ],
  [
    'WAS: Text Concatenate',
    graph({
      6: node('CLIPTextEncode', { text: ['10', 0], clip: ['4', 1] }),
      10: node('Text Concatenate', { delimiter: ', ', clean_whitespace: 'true', text_a: ['11', 0], text_b: 'snow', text_c: '' }),
      11: node('Text Multiline', { text: 'a fox' }),
    }),
    { ...plain, prompt: 'a fox, snow' },
  ],
  [
    'KJNodes: many strings in their order',
    graph({
      6: node('CLIPTextEncode', { text: ['10', 0], clip: ['4', 1] }),
      10: node('JoinStringMulti', {
        inputcount: 10,
        delimiter: ' ',
        ...Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`string_${n + 1}`, `w${n + 1}`])),
      }),
    }),
    { ...plain, prompt: 'w1 w2 w3 w4 w5 w6 w7 w8 w9 w10' },
  ],
  [
    'pysssss: appended, shown on the way',
    graph({
      6: node('CLIPTextEncode', { text: ['12', 0], clip: ['4', 1] }),
      12: node('ShowText|pysssss', { text: ['10', 0], text_0: 'of an older run' }),
      10: node('StringFunction|pysssss', { action: 'append', tidy_tags: 'yes', text_a: 'a fox', text_b: 'snow' }),
    }),
    { ...plain, prompt: 'a fox, snow' },
  ],
  [
    'a switch: what it has chosen counts',
    graph({
      6: node('CLIPTextEncode', { text: ['10', 0], clip: ['4', 1] }),
      10: node('ImpactSwitch', { select: 2, input1: ['11', 0], input2: ['12', 0] }),
      11: node('PrimitiveString', { value: 'a hare' }),
      12: node('PrimitiveString', { value: 'a fox' }),
    }),
    plain,
  ],
  [
    'a picker of sizes, numbers from primitives',
    graph(
      {
        5: node('SDXLEmptyLatentSizePicker+', { resolution: '832x1216 (0.68)', batch_size: 1, width_override: 0, height_override: 0 }),
        10: node('PrimitiveInt', { value: 33 }),
        11: node('PrimitiveFloat', { value: 5.5 }),
      },
      { steps: ['10', 0], cfg: ['11', 0] },
    ),
    { ...plain, width: 832, height: 1216, steps: 33, cfgScale: 5.5 },
  ],
  [
    'a preview of another sampler beside the saved one',
    graph({
      40: node('KSampler', {
        seed: 99,
        steps: 4,
        cfg: 1,
        sampler_name: 'lcm',
        scheduler: 'normal',
        denoise: 1,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      }),
      41: node('VAEDecode', { samples: ['40', 0], vae: ['4', 2] }),
      1: node('PreviewImage', { images: ['41', 0] }),
    }),
    plain,
  ],
  [
    'reroutes on every way',
    graph(
      {
        6: node('CLIPTextEncode', { text: ['24', 0], clip: ['22', 0] }),
        20: node('Reroute', { '': ['4', 0] }),
        21: node('Reroute', { '': ['6', 0] }),
        22: node('Reroute', { '': ['25', 0] }),
        23: node('Reroute', { '': ['5', 0] }),
        24: node('Reroute', { '': ['26', 0] }),
        25: node('CLIPSetLastLayer', { stop_at_clip_layer: -2, clip: ['4', 1] }),
        26: node('PrimitiveStringMultiline', { value: 'a fox' }),
      },
      { model: ['20', 0], positive: ['21', 0], latent_image: ['23', 0] },
    ),
    { ...plain, clipSkip: 2 },
  ],
  [
    'a sampler of embedded texts (Wan)',
    {
      1: node('WanVideoModelLoader', { model: 'wan2.1.safetensors', base_precision: 'bf16' }),
      2: node('WanVideoTextEncode', { positive_prompt: 'a fox', negative_prompt: 'blurry', t5: ['9', 0] }),
      3: node('WanVideoSampler', {
        model: ['1', 0],
        text_embeds: ['2', 0],
        image_embeds: ['4', 0],
        steps: 20,
        cfg: 6,
        shift: 5,
        seed: 8,
        scheduler: 'unipc',
      }),
      4: node('WanVideoEmptyEmbeds', { width: 832, height: 480, num_frames: 1 }),
      5: node('WanVideoDecode', { vae: ['8', 0], samples: ['3', 0] }),
      6: node('SaveImage', { images: ['5', 0] }),
      8: node('WanVideoVAELoader', { model_name: 'wan_vae.safetensors' }),
      9: node('LoadWanVideoT5TextEncoder', { model_name: 't5.safetensors' }),
    },
    {
      prompt: 'a fox',
      negativePrompt: 'blurry',
      seed: 8,
      steps: 20,
      scheduler: 'unipc',
      cfgScale: 6,
      width: 832,
      height: 480,
      model: { name: 'wan2.1' },
      vae: { name: 'wan_vae' },
      software: 'ComfyUI',
    },
  ],
  [
    'Qwen-Image edit: its own encoder and shift',
    graph(
      {
        6: node('TextEncodeQwenImageEdit', { prompt: 'make it a fox', clip: ['4', 1], vae: ['4', 2], image: ['30', 0] }),
        7: node('TextEncodeQwenImageEdit', { prompt: '', clip: ['4', 1] }),
        30: node('LoadImage', { image: 'a.png' }),
        10: node('ModelSamplingAuraFlow', { shift: 3.1, model: ['4', 0] }),
      },
      { model: ['10', 0] },
    ),
    { ...without('negativePrompt'), prompt: 'make it a fox', flowShift: 3.1 },
  ],
];

const link = (...links: [id: number, from: number, slot: number, to: number, toSlot: number][]): unknown[] =>
  links.map((one) => [...one, '*']);
const workflowNodes = (prompt: unknown): unknown[] => [
  { id: 4, type: 'CheckpointLoaderSimple', widgets_values: ['base.safetensors'] },
  { id: 5, type: 'EmptyLatentImage', widgets_values: [512, 768, 1] },
  prompt,
  { id: 7, type: 'CLIPTextEncode', inputs: [{ name: 'clip', link: 2 }], widgets_values: ['blurry'] },
  {
    id: 3,
    type: 'KSampler',
    inputs: [
      { name: 'model', link: 10 },
      { name: 'positive', link: 11 },
      { name: 'negative', link: 12 },
      { name: 'latent_image', link: 13 },
    ],
    widgets_values: [5, 'randomize', 20, 7, 'euler', 'normal', 1],
  },
];
const encoder = { id: 6, type: 'CLIPTextEncode', inputs: [{ name: 'clip', link: 1 }], widgets_values: ['a fox'] };
const straight = link([1, 4, 1, 6, 0], [2, 4, 1, 7, 0], [11, 6, 0, 3, 1], [12, 7, 0, 3, 2], [13, 5, 0, 3, 3]);
const loader = (id: number, name: string, from: number, mode: number): object => ({
  id,
  type: 'LoraLoader',
  mode,
  inputs: [
    { name: 'model', type: 'MODEL', link: from },
    { name: 'clip', type: 'CLIP', link: null },
  ],
  outputs: [{ type: 'MODEL' }, { type: 'CLIP' }],
  widgets_values: [name, 0.8, 1],
});

export const workflows: [string, object, PartialRecipe][] = [
  [
    'a bypassed LoRA hands its model on, a muted node does nothing',
    {
      nodes: [
        ...workflowNodes(encoder),
        loader(20, 'ink.safetensors', 21, 0),
        loader(22, 'off.safetensors', 23, 4),
        { id: 30, type: 'VAELoader', mode: 2, widgets_values: ['muted.safetensors'] },
      ],
      links: [...straight, ...link([21, 22, 0, 20, 0], [23, 4, 0, 22, 0], [10, 20, 0, 3, 0])],
    },
    { ...plain, loras: [{ name: 'ink', weight: 0.8 }] },
  ],
  [
    'reroutes, a widget turned into an input, a primitive',
    {
      nodes: [
        ...workflowNodes({
          id: 6,
          type: 'CLIPTextEncode',
          inputs: [
            { name: 'clip', link: 1 },
            { name: 'text', link: 40, widget: { name: 'text' } },
          ],
          widgets_values: ['of long ago'],
        }),
        { id: 41, type: 'PrimitiveNode', widgets_values: ['a fox'] },
        { id: 42, type: 'Reroute', inputs: [{ name: '', type: '*', link: 43 }], outputs: [{ type: 'MODEL' }] },
        { id: 44, type: 'Reroute', inputs: [{ name: '', type: '*', link: 45 }], outputs: [{ type: 'MODEL' }] },
      ],
      links: [...straight, ...link([40, 41, 0, 6, 1], [43, 44, 0, 42, 0], [45, 4, 0, 44, 0], [10, 42, 0, 3, 0])],
    },
    plain,
  ],
  [
    'Get and Set nodes, the newer list of widgets',
    {
      nodes: [
        ...workflowNodes({
          id: 6,
          type: 'SomeTextEncode',
          inputs: [
            { name: 'clip', link: 1 },
            { name: 'text', link: null, widget: { name: 'text' } },
            { name: 'style', link: null, widget: { name: 'style' } },
          ],
          widgets_values: ['a fox', 'none'],
        }),
        { id: 50, type: 'SetNode', inputs: [{ name: 'MODEL', link: 51 }], widgets_values: ['m'] },
        { id: 52, type: 'GetNode', outputs: [{ type: 'MODEL' }], widgets_values: ['m'] },
      ],
      links: [...straight, ...link([51, 4, 0, 50, 0], [10, 52, 0, 3, 0])],
    },
    plain,
  ],
  [
    'a subgraph: encoder and LoRA inside, the text on its node',
    {
      nodes: [
        ...workflowNodes({
          id: 6,
          type: '5e1f-sub',
          inputs: [
            { name: 'model', link: 60 },
            { name: 'clip', link: 1 },
            { name: 'text', link: null, widget: { name: 'text' } },
          ],
          outputs: [{ type: 'CONDITIONING' }, { type: 'MODEL' }],
          widgets_values: ['a fox'],
        }),
      ],
      links: [...straight, ...link([60, 4, 0, 6, 0], [10, 6, 1, 3, 0])],
      definitions: {
        subgraphs: [
          {
            id: '5e1f-sub',
            inputs: [{ name: 'model' }, { name: 'clip' }, { name: 'text' }],
            nodes: [
              {
                id: 1,
                type: 'CLIPTextEncode',
                inputs: [
                  { name: 'clip', link: 2 },
                  { name: 'text', link: 3, widget: { name: 'text' } },
                ],
                widgets_values: [''],
              },
              loader(2, 'ink.safetensors', 4, 0),
            ],
            links: [
              { id: 2, origin_id: -10, origin_slot: 1, target_id: 1, target_slot: 0 },
              { id: 3, origin_id: -10, origin_slot: 2, target_id: 1, target_slot: 1 },
              { id: 4, origin_id: -10, origin_slot: 0, target_id: 2, target_slot: 0 },
              { id: 5, origin_id: 1, origin_slot: 0, target_id: -20, target_slot: 0 },
              { id: 6, origin_id: 2, origin_slot: 0, target_id: -20, target_slot: 1 },
            ],
          },
        ],
      },
    },
    { ...plain, loras: [{ name: 'ink', weight: 0.8 }] },
  ],
  [
    'rgthree: the loader as the editor keeps it',
    {
      nodes: [
        ...workflowNodes(encoder),
        {
          id: 20,
          type: 'Power Lora Loader (rgthree)',
          inputs: [{ name: 'model', type: 'MODEL', link: 21 }],
          outputs: [{ type: 'MODEL' }],
          widgets_values: [
            {},
            { type: 'PowerLoraLoaderHeaderWidget' },
            { on: true, lora: 'ink.safetensors', strength: 0.8, strengthTwo: null },
            { on: false, lora: 'b.safetensors', strength: 1 },
            {},
            '',
          ],
        },
      ],
      links: [...straight, ...link([21, 4, 0, 20, 0], [10, 20, 0, 3, 0])],
    },
    { ...plain, loras: [{ name: 'ink', weight: 0.8 }] },
  ],
];
