/** Texts as other programs write them beside ComfyUI, and the places where they put them: name, file, program, what must be read. */
import { deflateSync } from 'node:zlib';
import type { PartialRecipe, RecipeSource } from '../../lib/image/index.ts';
import { a1111Recipe, infotext } from './foreign-samples.ts';
import { chunk, compressed, international, jpegHead, png, text, tiffTexts } from './pictures.ts';

type Sample = [name: string, file: Buffer, source: RecipeSource, recipe: PartialRecipe];

const fields = 'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1234, Size: 512x768, Model: someModel';
const base: PartialRecipe = {
  prompt: 'a fox',
  negativePrompt: 'blurry',
  steps: 20,
  sampler: 'euler_a',
  cfgScale: 7,
  seed: 1234,
  width: 512,
  height: 768,
  model: { name: 'someModel' },
};
const lines = (more: string, prompt = 'a fox'): Buffer =>
  png(international('parameters', `${prompt}\nNegative prompt: blurry\n${fields}${more}`));
const infotexts: Sample[] = [
  [
    'templates of several lines behind the fields',
    lines('\n\nTemplate: a {fox|hare}, (big:1.2)\nof the woods\nNegative Template: blurry, bad'),
    'a1111',
    { ...base, extra: { Template: 'a {fox|hare}, (big:1.2)\nof the woods', 'Negative Template': 'blurry, bad' } },
  ],
  [
    'a value of two lines',
    lines(', Wildcard prompt: line one\nline two, Version: v1.5.1'),
    'a1111',
    { ...base, software: 'v1.5.1', extra: { 'Wildcard prompt': 'line one\nline two' } },
  ],
  ['a field on a line of its own', lines('\nNotes: sold'), 'a1111', { ...base, extra: { Notes: 'sold' } }],
  ['Windows line ends', png(international('parameters', `a fox\r\nNegative prompt: blurry\r\n${fields}\r\n`)), 'a1111', base],
  ['no line end before the fields', png(international('parameters', `a fox\nNegative prompt: blurry ${fields}`)), 'a1111', base],
  [
    'a prompt alone',
    png(text('parameters', 'a fox <lora:ink:0.5>\nin snow\nNegative prompt: blurry')),
    'a1111',
    { prompt: 'a fox \nin snow', negativePrompt: 'blurry', loras: [{ name: 'ink', weight: 0.5 }] },
  ],
  [
    "Civitai's generator",
    lines(
      ', Clip skip: 2, Created Date: 2024-08-12T10:15:30.1234567Z, Civitai resources: [{"type":"checkpoint","modelVersionId":128713,"modelName":"DreamShaper, the model","modelVersionName":"8"},{"type":"lora","weight":0.8,"modelVersionId":87153,"modelName":"Add More Details","modelVersionName":"v1"},{"type":"embed","modelVersionId":1,"modelName":"Bad"}], Civitai metadata: {"remixOfId":1}',
    ),
    'a1111',
    {
      ...base,
      clipSkip: 2,
      loras: [{ name: 'Add More Details', weight: 0.8 }],
      extra: {
        'Created Date': '2024-08-12T10:15:30.1234567Z',
        'Civitai resources':
          '[{"type":"checkpoint","modelVersionId":128713,"modelName":"DreamShaper, the model","modelVersionName":"8"},{"type":"lora","weight":0.8,"modelVersionId":87153,"modelName":"Add More Details","modelVersionName":"v1"},{"type":"embed","modelVersionId":1,"modelName":"Bad"}]',
        'Civitai metadata': '{"remixOfId":1}',
      },
    },
  ],
  [
    'hashes as JSON, a hash that no tag uses',
    lines(
      ', Hashes: {"model": "6ce0161689", "vae": "c6a580b13a", "lora:ink": "aabbccddeeff"}, Lora hashes: "gone: 11223344"',
      'a fox <lora:ink:0.7>',
    ),
    'a1111',
    {
      ...base,
      model: { name: 'someModel', hash: '6ce0161689' },
      vae: { name: '', hash: 'c6a580b13a' },
      loras: [{ name: 'ink', weight: 0.7, hash: 'aabbccddeeff' }],
      extra: { Hashes: '{"model": "6ce0161689", "vae": "c6a580b13a", "lora:ink": "aabbccddeeff"}', 'Lora hashes': 'gone: 11223344' },
    },
  ],
  ['nothing chosen', lines(', VAE: Automatic, Hires upscaler: None, ControlNet model: None'), 'a1111', base],
  [
    'ControlNet as A1111 has it',
    lines(', ControlNet 0: "Module: canny, Model: control_v11p_sd15_canny [d14c016b], Weight: 0.8, Resize Mode: Crop and Resize"'),
    'a1111',
    {
      ...base,
      controlNet: { name: 'control_v11p_sd15_canny', hash: 'd14c016b', strength: 0.8 },
      extra: { 'ControlNet 0': 'Module: canny, Model: control_v11p_sd15_canny [d14c016b], Weight: 0.8, Resize Mode: Crop and Resize' },
    },
  ],
  [
    'Forge with Flux',
    png(
      text(
        'parameters',
        'a fox\nSteps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 7, Size: 896x1152, Model hash: 0123456789, Model: flux1-dev-bnb-nf4-v2, Beta schedule alpha: 0.6, Module 1: ae, Module 2: clip_l, Diffusion in Low Bits: Automatic, Version: f2.0.1v1.10.1-previous-313',
      ),
    ),
    'a1111',
    {
      prompt: 'a fox',
      steps: 20,
      sampler: 'euler',
      scheduler: 'simple',
      cfgScale: 1,
      distilledGuidance: 3.5,
      seed: 7,
      width: 896,
      height: 1152,
      model: { name: 'flux1-dev-bnb-nf4-v2', hash: '0123456789' },
      software: 'f2.0.1v1.10.1-previous-313',
      extra: { 'Beta schedule alpha': '0.6', 'Module 1': 'ae', 'Module 2': 'clip_l', 'Diffusion in Low Bits': 'Automatic' },
    },
  ],
  [
    'SD.Next: another order, no steps first',
    png(
      text(
        'parameters',
        "a fox\nNegative prompt: blurry\nSize: 1024x1024, Seed: 3, Steps: 25, Sampler: UniPC, CFG scale: 6, App: SD.Next, Operations: ['txt2img', 'hires'], Model: base, Version: 1a2b3c4",
      ),
    ),
    'a1111',
    {
      prompt: 'a fox',
      negativePrompt: 'blurry',
      width: 1024,
      height: 1024,
      seed: 3,
      steps: 25,
      sampler: 'UniPC',
      cfgScale: 6,
      model: { name: 'base' },
      software: '1a2b3c4',
      extra: { App: 'SD.Next', Operations: "['txt2img', 'hires']" },
    },
  ],
  [
    'tags of many kinds',
    lines('', 'a fox <lora:a> <lyco:b:0.6> <lora:c:te=0.5:unet=0.8> <lora:d:x> <hypernet:e:1>'),
    'a1111',
    {
      ...base,
      prompt: 'a fox    <lora:d:x> <hypernet:e:1>',
      loras: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 0.6 },
        { name: 'c', weight: 0.8 },
      ],
      extra: { 'LoRA tags': '<lora:c:te=0.5:unet=0.8>' },
    },
  ],
];

const json = (keyword: string, value: unknown): Buffer => png(international(keyword, JSON.stringify(value)));
const novel = {
  prompt: 'fox ears',
  steps: 28,
  scale: 5,
  seed: 123456,
  sampler: 'k_euler_ancestral',
  noise_schedule: 'karras',
  strength: 0.69,
  uc: 'lowres',
  width: 832,
  height: 1216,
  request_type: 'PromptGenerateRequest',
};
const novelRecipe: PartialRecipe = {
  prompt: 'fox ears',
  negativePrompt: 'lowres',
  seed: 123456,
  steps: 28,
  sampler: 'euler_a',
  scheduler: 'karras',
  cfgScale: 5,
  width: 832,
  height: 1216,
  model: { name: 'NovelAI Diffusion V4.5 4BDE2A90' },
  software: 'NovelAI',
};
const novelTexts = {
  Title: 'NovelAI generated image',
  Description: 'fox ears',
  Software: 'NovelAI',
  Source: 'NovelAI Diffusion V4.5 4BDE2A90',
  Comment: JSON.stringify(novel),
};
const programs: Sample[] = [
  [
    'SwarmUI: a hires pass, a given picture, extra data',
    json('parameters', {
      sui_image_params: {
        prompt: 'a fox',
        model: 'base',
        seed: 1,
        steps: 20,
        cfgscale: 7,
        width: 512,
        height: 768,
        sampler: 'dpmpp_2m',
        scheduler: 'karras',
        initimagecreativity: 0.6,
        refinercontrolpercentage: 0.2,
        refinerupscale: 1.5,
        refinerupscalemethod: 'model-4x.pth',
        loras: ['None'],
        loraweights: ['1'],
        vae: 'None',
        swarm_version: '0.9.6.2',
      },
      sui_extra_data: { date: '2025-05-01', prep_time: '1 sec' },
    }),
    'swarmui',
    {
      mode: 'img2img',
      prompt: 'a fox',
      seed: 1,
      steps: 20,
      sampler: 'dpm++2m',
      scheduler: 'karras',
      cfgScale: 7,
      width: 512,
      height: 768,
      denoisingStrength: 0.6,
      model: { name: 'base' },
      hires: { scale: 1.5, upscaler: 'model-4x.pth', denoisingStrength: 0.2 },
      software: 'SwarmUI 0.9.6.2',
    },
  ],
  [
    'InvokeAI 6, Flux with a control net',
    json('invokeai_metadata', {
      generation_mode: 'flux_txt2img',
      positive_prompt: 'a fox',
      negative_prompt: null,
      seed: 9,
      num_steps: 4,
      scheduler: 'euler',
      guidance: 4,
      cfg_scale: 1,
      width: 1024,
      height: 768,
      model: { key: 'k', hash: 'blake3:12', name: 'FLUX Schnell', base: 'flux', type: 'main' },
      vae: { name: 'FLUX.1-schnell_ae', hash: 'blake3:34' },
      controlnets: [{ control_model: { name: 'canny', hash: 'blake3:56' }, control_weight: 0.75 }],
      loras: [],
      app_version: '6.1.0',
    }),
    'invokeai',
    {
      prompt: 'a fox',
      seed: 9,
      steps: 4,
      sampler: 'euler',
      cfgScale: 1,
      distilledGuidance: 4,
      width: 1024,
      height: 768,
      model: { name: 'FLUX Schnell', hash: 'blake3:12' },
      vae: { name: 'FLUX.1-schnell_ae', hash: 'blake3:34' },
      controlNet: { name: 'canny', hash: 'blake3:56', strength: 0.75 },
      software: 'InvokeAI 6.1.0',
    },
  ],
  [
    'InvokeAI 1',
    png(text('Dream', '"a fox, -- red [blurry]" -s 50 -S 1234567 -W 512 -H 640 -C 7.5 -A k_euler_a')),
    'invokeai',
    {
      prompt: 'a fox, -- red',
      negativePrompt: 'blurry',
      seed: 1234567,
      steps: 50,
      sampler: 'euler_a',
      cfgScale: 7.5,
      width: 512,
      height: 640,
      software: 'InvokeAI',
    },
  ],
  [
    'NovelAI: a strength that had no picture to work on',
    png(...Object.entries(novelTexts).map(([key, value]) => text(key, value))),
    'novelai',
    novelRecipe,
  ],
  [
    'Fooocus, scheme a1111',
    png(
      text(
        'parameters',
        'a fox\nNegative prompt: blurry\nSteps: 30, Sampler: DPM++ 2M SDE Karras, Seed: 45, Size: 1152x896, CFG scale: 4, Sharpness: 2, Styles: "[\'Fooocus V2\']", Model: juggernautXL, Model hash: aeb7e9e689, Lora hashes: "ink: 4852686128, sea: 1122334455", Lora weights: "ink: 0.1, sea: -0.5", Version: Fooocus v2.3.0',
      ),
      text('fooocus_scheme', 'a1111'),
    ),
    'fooocus',
    {
      prompt: 'a fox',
      negativePrompt: 'blurry',
      steps: 30,
      sampler: 'DPM++ 2M SDE',
      scheduler: 'karras',
      seed: 45,
      width: 1152,
      height: 896,
      cfgScale: 4,
      model: { name: 'juggernautXL', hash: 'aeb7e9e689' },
      loras: [
        { name: 'ink', weight: 0.1, hash: '4852686128' },
        { name: 'sea', weight: -0.5, hash: '1122334455' },
      ],
      software: 'Fooocus v2.3.0',
      extra: { Sharpness: '2', Styles: "['Fooocus V2']" },
    },
  ],
  [
    'Fooocus MRE',
    json('Comment', {
      prompt: 'a fox',
      negative_prompt: 'blurry',
      performance: 'Speed',
      width: 1152,
      height: 896,
      seed: 5,
      steps: 30,
      cfg: 7,
      sampler_name: 'dpmpp_2m',
      scheduler: 'karras',
      base_model: 'sd_xl_base_1.0.safetensors',
      refiner_model: 'None',
      loras: [
        ['None', 0.5],
        ['ink.safetensors', 0.4],
      ],
      software: 'Fooocus 2.0.78 MRE',
    }),
    'fooocus',
    {
      prompt: 'a fox',
      negativePrompt: 'blurry',
      seed: 5,
      steps: 30,
      sampler: 'dpm++2m',
      scheduler: 'karras',
      cfgScale: 7,
      width: 1152,
      height: 896,
      model: { name: 'sd_xl_base_1.0' },
      loras: [{ name: 'ink', weight: 0.4 }],
      software: 'Fooocus 2.0.78 MRE',
    },
  ],
  [
    'RuinedFooocus',
    json('parameters', {
      Prompt: 'a fox',
      Negative: 'blurry',
      steps: 12,
      cfg: 6,
      width: 1024,
      height: 1024,
      seed: 4,
      sampler_name: 'euler',
      scheduler: 'simple',
      base_model_name: 'x.safetensors',
      base_model_hash: 'ab12',
      loras: [['cd34', '0.5 - ink.safetensors']],
      software: 'RuinedFooocus',
    }),
    'fooocus',
    {
      prompt: 'a fox',
      negativePrompt: 'blurry',
      seed: 4,
      steps: 12,
      sampler: 'euler',
      scheduler: 'simple',
      cfgScale: 6,
      width: 1024,
      height: 1024,
      model: { name: 'x', hash: 'ab12' },
      loras: [{ name: 'ink', weight: 0.5, hash: 'cd34' }],
      software: 'RuinedFooocus',
    },
  ],
  [
    'Easy Diffusion: a chunk per setting',
    png(
      ...Object.entries({
        prompt: 'a fox',
        negative_prompt: 'blurry',
        seed: '77',
        num_inference_steps: '25',
        guidance_scale: '7.5',
        width: '512',
        height: '768',
        sampler_name: 'euler_a',
        use_stable_diffusion_model: 'sd-v1-5',
        use_vae_model: 'None',
        use_lora_model: "['ink', 'sea']",
        lora_alpha: '[0.5, 0.25]',
        clip_skip: 'True',
      }).map(([key, value]) => text(key, value)),
    ),
    'easy-diffusion',
    {
      prompt: 'a fox',
      negativePrompt: 'blurry',
      seed: 77,
      steps: 25,
      sampler: 'euler_a',
      cfgScale: 7.5,
      width: 512,
      height: 768,
      clipSkip: 2,
      model: { name: 'sd-v1-5' },
      loras: [
        { name: 'ink', weight: 0.5 },
        { name: 'sea', weight: 0.25 },
      ],
      software: 'Easy Diffusion',
    },
  ],
  [
    'Stability Matrix without its infotext',
    json('parameters-json', {
      PositivePrompt: 'a fox',
      NegativePrompt: 'blurry',
      Steps: 20,
      Sampler: { Name: 'euler_ancestral' },
      CfgScale: 5,
      Seed: 8,
      Width: 512,
      Height: 512,
      ModelHash: 'ab',
      ModelName: 'base.safetensors',
    }),
    'stability-matrix',
    {
      prompt: 'a fox',
      negativePrompt: 'blurry',
      seed: 8,
      steps: 20,
      sampler: 'euler_a',
      cfgScale: 5,
      width: 512,
      height: 512,
      model: { name: 'base', hash: 'ab' },
      software: 'Stability Matrix',
    },
  ],
  [
    'Midjourney',
    png(
      text(
        'Description',
        'a fox in the snow, oil --ar 16:9 --v 6.1 --no text, frame --seed 12 Job ID: 0a1b2c3d-1111-2222-3333-444455556666',
      ),
      text('Author', 'someone'),
    ),
    'midjourney',
    {
      prompt: 'a fox in the snow, oil',
      negativePrompt: 'text, frame',
      seed: 12,
      software: 'Midjourney 6.1',
      extra: { ar: '16:9', 'Job ID': '0a1b2c3d-1111-2222-3333-444455556666' },
    },
  ],
  [
    'DALL·E: a description',
    png(text('Description', 'a fox in the snow'), text('Software', 'DALL·E 3')),
    'dall-e',
    { prompt: 'a fox in the snow', software: 'DALL·E 3' },
  ],
];

const exif = (tiff: Buffer): Buffer => Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
const comment = (code: string, value: Buffer): Buffer => tiffTexts([[0x9286, 7, Buffer.concat([Buffer.from(code, 'latin1'), value])]]);
const utf16 = (value: string): Buffer => Buffer.from(value, 'utf16le');
const webp = (type: string, data: Buffer): Buffer => {
  const part = (name: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name, 0, 'latin1');
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
  };
  return part('RIFF', Buffer.concat([Buffer.from('WEBP'), part('VP8L', Buffer.alloc(9)), part(type, data)]));
};
const segment = (marker: number, data: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255]), data]);
const jpegWith = (...segments: Buffer[]): Buffer => Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments, Buffer.from([0xff, 0xd9])]);
const xmp = (inner: string): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description>${inner}</rdf:Description></rdf:RDF></x:xmpmeta>`;
const pixels = chunk('IDAT', deflateSync(Buffer.from([0, 77])));
const pngAfterPixels = Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
  pixels,
  text('parameters', infotext),
  chunk('IEND', Buffer.alloc(0)),
]);
const caption = (value: string): Buffer => {
  const data = Buffer.from(value);
  const iim = Buffer.concat([Buffer.from([0x1c, 2, 120, data.length >> 8, data.length & 255]), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(iim.length);
  return Buffer.concat([Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0', 'latin1'), size, iim, Buffer.alloc(iim.length % 2)]);
};
const hexProfile = (name: string, data: Buffer): Buffer =>
  compressed(
    `Raw profile type ${name}`,
    `\n${name}\n${String(data.length).padStart(8)}\n${data.toString('hex').replace(/(.{72})/g, '$1\n')}\n`,
  );
const wide = infotext.replace('fluffy', 'ふわふわ');
const wideRecipe = { ...a1111Recipe, prompt: 'a cat, (ふわふわ:1.2)' };
const comfy = JSON.stringify({
  prompt: {
    3: { class_type: 'KSampler', inputs: { seed: 5, steps: 20, positive: ['6', 0] } },
    6: { class_type: 'CLIPTextEncode', inputs: { text: 'a fox' } },
  },
  workflow: { nodes: [] },
});
const comfyRecipe: PartialRecipe = { prompt: 'a fox', seed: 5, steps: 20, software: 'ComfyUI' };
const places: Sample[] = [
  ['PNG: behind the pixels', pngAfterPixels, 'a1111', a1111Recipe],
  ['PNG: zTXt in UTF-8', png(chunk('zTXt', Buffer.concat([Buffer.from('parameters\0\0'), deflateSync(wide)]))), 'a1111', wideRecipe],
  ['PNG: eXIf', png(chunk('eXIf', comment('UNICODE\0', utf16(wide)))), 'a1111', wideRecipe],
  ["PNG: ImageMagick's raw profile", png(hexProfile('exif', exif(comment('UNICODE\0', utf16(infotext))))), 'a1111', a1111Recipe],
  ['PNG: an IPTC caption as raw profile', png(hexProfile('iptc', caption(infotext).subarray(14))), 'a1111', a1111Recipe],
  ['EXIF: UTF-8 under the code for UTF-16', jpegHead(exif(comment('UNICODE\0', Buffer.from(wide)))), 'a1111', wideRecipe],
  ['EXIF: UTF-8 under ASCII', jpegHead(exif(comment('ASCII\0\0\0', Buffer.from(wide)))), 'a1111', wideRecipe],
  [
    'EXIF: JIS',
    jpegHead(
      exif(
        comment('JIS\0\0\0\0\0', Buffer.concat([Buffer.from('a '), Buffer.from('1b24424a381b2842', 'hex'), Buffer.from(`\n${fields}`)])),
      ),
    ),
    'a1111',
    { prompt: 'a 文', steps: 20, sampler: 'euler_a', cfgScale: 7, seed: 1234, width: 512, height: 768, model: { name: 'someModel' } },
  ],
  ['EXIF: no code at all', jpegHead(exif(comment('', Buffer.from(wide)))), 'a1111', wideRecipe],
  ['EXIF: UTF-16 without a code', webp('EXIF', comment('', utf16(infotext))), 'a1111', a1111Recipe],
  ['EXIF: XPComment', jpegHead(exif(tiffTexts([[0x9c9c, 7, utf16(`${infotext}\0`)]]))), 'a1111', a1111Recipe],
  ['EXIF: ComfyUI as one JSON', webp('EXIF', comment('ASCII\0\0\0', Buffer.from(comfy))), 'comfyui', comfyRecipe],
  [
    'EXIF: ComfyUI, the label in any field',
    webp(
      'EXIF',
      tiffTexts([
        [0x010e, 2, Buffer.from(`Workflow: {"nodes":[]}\0`)],
        [0x0131, 2, Buffer.from(`Prompt: ${JSON.stringify(JSON.parse(comfy).prompt)}\0`)],
      ]),
    ),
    'comfyui',
    comfyRecipe,
  ],
  ['EXIF: NovelAI as one JSON', webp('EXIF', comment('UNICODE\0', utf16(JSON.stringify(novelTexts)))), 'novelai', novelRecipe],
  [
    'EXIF: mflux',
    jpegHead(
      exif(
        comment(
          'ASCII\0\0\0',
          Buffer.from(
            JSON.stringify({
              mflux_version: '0.9.1',
              model: 'dev',
              base_model: 'None',
              seed: 3,
              steps: 20,
              guidance: 3.5,
              width: 1024,
              height: 768,
              lora_paths: ['/x/ink.safetensors'],
              lora_scales: [0.8],
              image_path: null,
              prompt: 'a fox',
            }),
          ),
        ),
      ),
    ),
    'mflux',
    {
      prompt: 'a fox',
      seed: 3,
      steps: 20,
      distilledGuidance: 3.5,
      width: 1024,
      height: 768,
      model: { name: 'dev' },
      loras: [{ name: 'ink', weight: 0.8 }],
      software: 'mflux 0.9.1',
    },
  ],
  ['JPEG: a comment', jpegWith(segment(0xfe, Buffer.from(wide))), 'a1111', wideRecipe],
  ['JPEG: IPTC caption', jpegWith(segment(0xed, caption(infotext))), 'a1111', a1111Recipe],
  [
    'XMP: description, also as CDATA',
    webp(
      'XMP ',
      Buffer.from(xmp(`<dc:description><rdf:Alt><rdf:li xml:lang="x-default"><![CDATA[${infotext}]]></rdf:li></rdf:Alt></dc:description>`)),
    ),
    'a1111',
    a1111Recipe,
  ],
  [
    'XMP: compressed, Draw Things',
    png(
      international(
        'XML:com.adobe.xmp',
        xmp(
          `<exif:UserComment><rdf:Alt><rdf:li>${JSON.stringify({ c: 'a fox', uc: 'blurry', seed: 7, steps: 8, scale: 4, sampler: 'Euler A Trailing', model: 'm_f16.ckpt', size: '512x640', strength: 0.5 }).replaceAll('"', '&quot;')}</rdf:li></rdf:Alt></exif:UserComment>`,
        ),
        true,
      ),
    ),
    'draw-things',
    {
      mode: 'img2img',
      prompt: 'a fox',
      negativePrompt: 'blurry',
      seed: 7,
      steps: 8,
      sampler: 'Euler A Trailing',
      cfgScale: 4,
      width: 512,
      height: 640,
      denoisingStrength: 0.5,
      model: { name: 'm_f16' },
      software: 'Draw Things',
    },
  ],
  ['TIFF', tiffTexts([[0x010e, 2, Buffer.from(`${infotext}\0`)]]), 'a1111', a1111Recipe],
];

export const programSamples: Sample[] = [...infotexts, ...programs, ...places];

/** Pictures with texts that are no recipe. */
export const noRecipes: [string, Buffer][] = [
  [
    "a camera's description",
    jpegHead(
      exif(
        tiffTexts([
          [0x010e, 2, Buffer.from('OLYMPUS DIGITAL CAMERA\0')],
          [0x010f, 2, Buffer.from('OLYMPUS\0')],
        ]),
      ),
    ),
  ],
  ["a phone's comment", jpegHead(exif(comment('ASCII\0\0\0', Buffer.from('Screenshot'))))],
  ['a caption with colons', jpegWith(segment(0xed, caption('Place: Oslo, Year: 1999, Photographer: N. N., Camera: X')))],
  ['a description by nobody', png(text('Description', 'a fox in the snow'))],
  ['JSON that is no recipe', png(text('parameters', '{"a":1}'), text('Comment', '[1,2]'))],
  ['JSON that is cut off', png(text('parameters', '{"sui_image_params":{"prompt":"a'))],
];
