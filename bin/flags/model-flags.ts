import { loraApplyModes, predictions, rngs, vaeFormats, weightTypes } from '../../lib/engine/index.ts';
import type { Needs } from '../shell/conditions.ts';
import { choice, number, pairs, text, toggle, type Values } from './flags.ts';
import { pathsOf, toOptions } from './option-paths.ts';

const files = 'Model';
const tuning = 'Memory and device';

/** Everything loadModel() takes. */
export const modelFlags = {
  model: text('Alias (see: ai-artist models list) or path of a model. Default: the bundled one', files),
  'diffusion-model': text('Diffusion network of a model that comes in parts', files),
  'uncond-diffusion-model': text('Its unconditional twin, for families that have one', files),
  'clip-l': text('CLIP-L text encoder', files),
  'clip-g': text('CLIP-G text encoder', files),
  'clip-vision': text('CLIP vision tower', files),
  t5xxl: text('T5-XXL text encoder', files),
  llm: text('Language model that reads the prompt (Qwen-Image, Z-Image, Flux.2)', files),
  'llm-vision': text('Vision part of that language model', files),
  vae: text('Autoencoder that replaces the built-in one', files),
  tae: text('Tiny autoencoder: quicker, slightly softer', files),
  'control-net': text('ControlNet of the same family', files),
  'photo-maker': text('PhotoMaker weights (SDXL)', files),
  embedding: pairs('WORD=PATH of a textual inversion; may be given several times', files),
  threads: number('CPU threads. Default: physical cores minus one', tuning),
  'weight-type': choice('Store all weights as', weightTypes, tuning),
  rules: pairs('PATTERN=TYPE: weight type of the tensors whose name matches; may be given several times', tuning),
  rng: choice('Source of noise', rngs, tuning),
  'sampler-rng': choice('Source of noise of ancestral samplers', rngs, tuning),
  prediction: choice('What the network predicts, if it cannot be told from the file', predictions, tuning),
  'lora-mode': choice('How LoRAs are applied', loraApplyModes, tuning),
  mmap: toggle('Map the file instead of reading it', tuning),
  'flash-attention': toggle('Flash attention everywhere', tuning),
  'diffusion-flash-attention': toggle('Flash attention in the diffusion network only', tuning),
  'tae-preview-only': toggle('Use --tae for previews and --vae for the picture', tuning),
  'diffusion-conv-direct': toggle('Direct convolution in the diffusion network: less memory', tuning),
  'vae-conv-direct': toggle('Direct convolution in the autoencoder: less memory', tuning),
  seamless: choice('Pictures that tile without a seam, along', ['xy', 'x', 'y'], tuning),
  'force-sdxl-vae-conv-scale': toggle('Scale the convolutions of the SDXL autoencoder against overflow', tuning),
  'chroma-use-dit-mask': toggle('Chroma: mask padding in the network', tuning),
  'chroma-use-t5-mask': toggle('Chroma: mask padding in T5', tuning),
  'chroma-t5-mask-pad': number('Chroma: padding tokens left visible', tuning),
  'qwen-image-zero-cond-t': toggle('Qwen-Image-Edit 2511: time step zero for reference pictures', tuning),
  'vae-format': choice('Latent layout of the autoencoder', vaeFormats, tuning),
  'max-vram': number('GPU memory budget in GiB; -1: what is free', tuning),
  'stream-layers': toggle('With --max-vram: copy the next layers while the current ones compute', tuning),
  backend: text('Device that computes: a name from `ai-artist doctor`, or per part: diffusion=CUDA0,vae=CPU', tuning),
  'params-backend': text('Where weights are kept, in the same form', tuning),
  isolate: toggle('Run the engine in a process of its own, which may crash', tuning),
  lazy: toggle('Read the weights during the first picture instead of before it', tuning),
} as const;

export const modelPaths = pathsOf(modelFlags, { embedding: 'embeddings', rules: 'tensorTypeRules', 'lora-mode': 'loraApplyMode' });

export const modelNeeds: Needs = { 'stream-layers': 'max-vram' };

export function modelOptions(values: Values<typeof modelFlags>): Record<string, unknown> {
  const options = toOptions(values, modelPaths);
  for (const key of ['embeddings', 'tensorTypeRules']) {
    if (options[key] !== undefined) options[key] = Object.fromEntries(options[key] as [string, string][]);
  }
  if (options['seamless'] === 'xy') options['seamless'] = true;
  return options;
}
