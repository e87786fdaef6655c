/** The models that are measured with random weights: their true sizes, from the configurations that their makers published. */
import type { PartRole } from '../../models/index.ts';
import { autoencoder, wanAutoencoder } from './layouts/autoencoders.ts';
import { type Layout, Tensors } from './layouts/layout.ts';
import { clip, languageModel, openClip, t5 } from './layouts/text-encoders.ts';
import { flux, mmdit, qwenImage, zImage } from './layouts/transformers.ts';
import { unet } from './layouts/unet.ts';
import type { RandomFile } from './random-file.ts';

export const randomFamilies = ['sd15', 'sdxl', 'sd35-medium', 'flux-schnell', 'z-image', 'qwen-image'] as const;
export type RandomFamily = (typeof randomFamilies)[number];

/** Files of a model by their place in loadModel(). */
export type RandomModel = Readonly<Partial<Record<PartRole, RandomFile>>>;

function joined(parts: Readonly<Record<string, Layout>>): Layout {
  const t = new Tensors();
  for (const [prefix, layout] of Object.entries(parts)) t.add(prefix, layout);
  return t.layout;
}

const channels = 128;

const sd15: RandomFile = {
  name: 'sd15-f16',
  type: 'F16',
  layout: () =>
    joined({
      'model.diffusion_model.': unet({
        ...{ channels: 320, multiples: [1, 2, 4, 4], depths: [1, 1, 1, 0], middle: 1, context: 768, linearProjection: false },
      }),
      'cond_stage_model.transformer.text_model.': clip({ width: 768, layers: 12 }),
      'first_stage_model.': autoencoder(4, channels),
    }),
};

const sdxl: RandomFile = {
  name: 'sdxl-f16',
  type: 'F16',
  layout: () =>
    joined({
      'model.diffusion_model.': unet({
        ...{ channels: 320, multiples: [1, 2, 4], depths: [0, 2, 10], middle: 10, context: 2048, linearProjection: true, vector: 2816 },
      }),
      'conditioner.embedders.0.transformer.text_model.': clip({ width: 768, layers: 12 }),
      'conditioner.embedders.1.model.': openClip({ width: 1280, layers: 32 }, true),
      'first_stage_model.': autoencoder(4, channels),
    }),
};

const clipL: RandomFile = { name: 'clip-l-f16', type: 'F16', layout: () => joined({ 'text_model.': clip({ width: 768, layers: 12 }) }) };
const clipG: RandomFile = {
  name: 'clip-g-f16',
  type: 'F16',
  layout: () => ({ ...joined({ 'text_model.': clip({ width: 1280, layers: 32 }) }), 'text_projection.weight': [1280, 1280] }),
};
const t5xxl: RandomFile = { name: 't5xxl-q8_0', type: 'Q8_0', layout: t5 };
const vae: RandomFile = { name: 'vae-16-channels-f16', type: 'F16', layout: () => autoencoder(16, channels) };

/** What is shared, such as T5, is one file for all. */
export const randomModels: Readonly<Record<RandomFamily, RandomModel>> = {
  sd15: { model: sd15 },
  sdxl: { model: sdxl },
  'sd35-medium': {
    diffusionModel: {
      name: 'sd35-medium-q8_0',
      type: 'Q8_0',
      layout: () => mmdit({ width: 1536, context: 4096, vector: 2048, places: 384 ** 2, selfAttending: 13, norms: true }),
    },
    clipL,
    clipG,
    t5xxl,
    vae,
  },
  'flux-schnell': {
    diffusionModel: {
      name: 'flux-schnell-q4_0',
      type: 'Q4_0',
      layout: () => flux({ width: 3072, context: 4096, double: 19, single: 38, guidance: false }),
    },
    clipL,
    t5xxl,
    vae,
  },
  'z-image': {
    diffusionModel: {
      name: 'z-image-q8_0',
      type: 'Q8_0',
      layout: () => zImage({ width: 3840, context: 2560, layers: 30, refiners: 2 }),
    },
    llm: {
      name: 'qwen3-4b-q8_0',
      type: 'Q8_0',
      layout: () => languageModel({ width: 2560, layers: 36, inner: 9728, heads: 32, keyHeads: 8, vocabulary: 151_936, norms: true }),
    },
    vae,
  },
  'qwen-image': {
    diffusionModel: { name: 'qwen-image-q4_0', type: 'Q4_0', layout: () => qwenImage(60) },
    llm: {
      name: 'qwen25-vl-7b-q4_0',
      type: 'Q4_0',
      layout: () => languageModel({ width: 3584, layers: 28, inner: 18_944, heads: 28, keyHeads: 4, vocabulary: 152_064, norms: false }),
    },
    vae: { name: 'vae-qwen-image-f16', type: 'F16', layout: wanAutoencoder },
  },
};
