import { answering } from '../core/index.ts';
import type { ModelFamily } from './family.ts';

/** Where a file goes in loadModel(). */
export const partRoles = [
  'model',
  'diffusionModel',
  'uncondDiffusionModel',
  'clipL',
  'clipG',
  'clipVision',
  't5xxl',
  'llm',
  'llmVision',
  'vae',
  'tae',
  'controlNet',
  'photoMaker',
] as const;
export type PartRole = (typeof partRoles)[number];

export interface ModelLicence {
  /** SPDX identifier if there is one, else the licence's name. */
  readonly name: string;
  /** Address of its text. */
  readonly url: string;
  /** Whether pictures may be used commercially without an agreement with the maker. `conditions`: read the text (revenue limits, use restrictions). */
  readonly commercial: 'yes' | 'conditions' | 'no';
}

export interface AliasPart {
  readonly role: PartRole;
  /** Hugging Face repository, "owner/name". */
  readonly repo: string;
  readonly file: string;
  /** Approximate size in 10^9 bytes, to help users choose; not checked. */
  readonly gigabytes: number;
  /** Lower-case hex; left out if not known for certain. Then the server's own hash is used. */
  readonly sha256?: string;
  /** The repository serves its files only to users who accepted its terms. */
  readonly gated?: boolean;
}

/** Settings that the model's page recommends. */
export interface ModelDefaults {
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly cfgScale: number;
  /** Distilled guidance (Flux dev). */
  readonly guidance?: number;
  readonly flowShift?: number;
  /** The engine's names (lib/engine/options/enums.ts). */
  readonly sampler: 'euler' | 'euler_a' | 'dpm++2m';
  readonly scheduler: 'discrete' | 'karras' | 'simple' | 'sgm_uniform';
}

export interface ModelAlias {
  readonly name: string;
  readonly title: string;
  readonly family: ModelFamily;
  readonly licence: ModelLicence;
  /** At least one part needs accepted terms and a token. */
  readonly gated: boolean;
  readonly parts: readonly AliasPart[];
  readonly defaults: ModelDefaults;
}

const licences = {
  apache: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0', commercial: 'yes' },
  openRail: {
    name: 'CreativeML Open RAIL-M',
    url: 'https://huggingface.co/spaces/CompVis/stable-diffusion-license',
    commercial: 'conditions',
  },
  openRailPlus: {
    name: 'CreativeML Open RAIL++-M',
    url: 'https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md',
    commercial: 'conditions',
  },
  stability: { name: 'Stability AI Community License', url: 'https://stability.ai/community-license-agreement', commercial: 'conditions' },
  fluxDev: {
    name: 'FLUX.1 [dev] Non-Commercial License',
    url: 'https://huggingface.co/black-forest-labs/FLUX.1-dev/blob/main/LICENSE.md',
    commercial: 'no',
  },
} as const satisfies Record<string, ModelLicence>;

/** Flux's autoencoder, also used by Z-Image and Chroma, from a repository without a gate. */
const fluxVae: AliasPart = {
  role: 'vae',
  repo: 'Comfy-Org/z_image_turbo',
  file: 'split_files/vae/ae.safetensors',
  gigabytes: 0.34,
  sha256: 'afc8e28272cd15db3919bacdb6918ce9c1ed22e96cb12c4d5ed0fba823529e38',
};
const fluxClip: AliasPart = { role: 'clipL', repo: 'comfyanonymous/flux_text_encoders', file: 'clip_l.safetensors', gigabytes: 0.25 };
const fluxT5: AliasPart = {
  role: 't5xxl',
  repo: 'comfyanonymous/flux_text_encoders',
  file: 't5xxl_fp8_e4m3fn.safetensors',
  gigabytes: 4.89,
};
const sd3Encoders: readonly AliasPart[] = [
  { role: 'clipL', repo: 'Comfy-Org/stable-diffusion-3.5-fp8', file: 'text_encoders/clip_l.safetensors', gigabytes: 0.25 },
  { role: 'clipG', repo: 'Comfy-Org/stable-diffusion-3.5-fp8', file: 'text_encoders/clip_g.safetensors', gigabytes: 1.39 },
  { role: 't5xxl', repo: 'Comfy-Org/stable-diffusion-3.5-fp8', file: 'text_encoders/t5xxl_fp8_e4m3fn.safetensors', gigabytes: 4.89 },
];
const square = (edge: number): { width: number; height: number } => ({ width: edge, height: edge });

/** Repositories and file names: the engine's own documentation (docs/*.md of stable-diffusion.cpp) and the repositories' file lists. */
const table: readonly Omit<ModelAlias, 'gated'>[] = [
  {
    name: 'sd15',
    title: 'Stable Diffusion 1.5',
    family: 'sd1',
    licence: licences.openRail,
    parts: [
      { role: 'model', repo: 'stable-diffusion-v1-5/stable-diffusion-v1-5', file: 'v1-5-pruned-emaonly.safetensors', gigabytes: 4.27 },
    ],
    defaults: { ...square(512), steps: 25, cfgScale: 7, sampler: 'euler_a', scheduler: 'discrete' },
  },
  {
    name: 'sd-turbo',
    title: 'SD-Turbo',
    family: 'sd2',
    licence: licences.stability,
    parts: [{ role: 'model', repo: 'stabilityai/sd-turbo', file: 'sd_turbo.safetensors', gigabytes: 5.21 }],
    defaults: { ...square(512), steps: 4, cfgScale: 1, sampler: 'euler_a', scheduler: 'discrete' },
  },
  {
    name: 'sdxl',
    title: 'Stable Diffusion XL base 1.0',
    family: 'sdxl',
    licence: licences.openRailPlus,
    parts: [
      { role: 'model', repo: 'stabilityai/stable-diffusion-xl-base-1.0', file: 'sd_xl_base_1.0.safetensors', gigabytes: 6.94 },
      // The autoencoder inside the checkpoint overflows in half precision.
      { role: 'vae', repo: 'madebyollin/sdxl-vae-fp16-fix', file: 'sdxl_vae.safetensors', gigabytes: 0.33 },
    ],
    defaults: { ...square(1024), steps: 25, cfgScale: 6, sampler: 'dpm++2m', scheduler: 'karras' },
  },
  {
    name: 'sdxl-turbo',
    title: 'SDXL-Turbo',
    family: 'sdxl',
    licence: licences.stability,
    parts: [
      { role: 'model', repo: 'stabilityai/sdxl-turbo', file: 'sd_xl_turbo_1.0_fp16.safetensors', gigabytes: 6.94 },
      { role: 'vae', repo: 'madebyollin/sdxl-vae-fp16-fix', file: 'sdxl_vae.safetensors', gigabytes: 0.33 },
    ],
    defaults: { ...square(512), steps: 4, cfgScale: 1, sampler: 'euler_a', scheduler: 'discrete' },
  },
  {
    name: 'flux-schnell',
    title: 'FLUX.1 [schnell], 4 bit',
    family: 'flux',
    licence: licences.apache,
    parts: [
      { role: 'diffusionModel', repo: 'Green-Sky/flux.1-schnell-GGUF', file: 'flux1-schnell-q4_k.gguf', gigabytes: 6.8 },
      { role: 'clipL', repo: 'Green-Sky/flux.1-schnell-GGUF', file: 'clip_l-q8_0.gguf', gigabytes: 0.13 },
      { role: 't5xxl', repo: 'Green-Sky/flux.1-schnell-GGUF', file: 't5xxl_q4_k.gguf', gigabytes: 2.7 },
      { role: 'vae', repo: 'Green-Sky/flux.1-schnell-GGUF', file: 'ae-f16.gguf', gigabytes: 0.17 },
    ],
    defaults: { ...square(1024), steps: 4, cfgScale: 1, sampler: 'euler', scheduler: 'simple' },
  },
  {
    name: 'flux-dev',
    title: 'FLUX.1 [dev], 4 bit',
    family: 'flux',
    licence: licences.fluxDev,
    parts: [
      { role: 'diffusionModel', repo: 'leejet/FLUX.1-dev-gguf', file: 'flux1-dev-q4_k.gguf', gigabytes: 6.8 },
      fluxClip,
      fluxT5,
      fluxVae,
    ],
    defaults: { ...square(1024), steps: 20, cfgScale: 1, guidance: 3.5, sampler: 'euler', scheduler: 'simple' },
  },
  {
    name: 'flux2-klein',
    title: 'FLUX.2 [klein] 4B',
    family: 'flux2-klein',
    licence: licences.apache,
    parts: [
      { role: 'diffusionModel', repo: 'black-forest-labs/FLUX.2-klein-4B', file: 'flux-2-klein-4b.safetensors', gigabytes: 7.75 },
      {
        role: 'llm',
        repo: 'Comfy-Org/vae-text-encorder-for-flux-klein-4b',
        file: 'split_files/text_encoders/qwen_3_4b.safetensors',
        gigabytes: 8.04,
      },
      {
        role: 'vae',
        repo: 'Comfy-Org/vae-text-encorder-for-flux-klein-4b',
        file: 'split_files/vae/flux2-vae.safetensors',
        gigabytes: 0.34,
      },
    ],
    defaults: { ...square(1024), steps: 4, cfgScale: 1, sampler: 'euler', scheduler: 'simple' },
  },
  {
    name: 'z-image-turbo',
    title: 'Z-Image-Turbo, 8 bit',
    family: 'z-image',
    licence: licences.apache,
    parts: [
      {
        role: 'diffusionModel',
        repo: 'leejet/Z-Image-Turbo-GGUF',
        file: 'z_image_turbo-Q8_0.gguf',
        gigabytes: 6.6,
        sha256: 'df1c5baa86d1398c979495a6072dbcee79444fdb884a2445582ba0769c44e9a1',
      },
      {
        role: 'llm',
        repo: 'Comfy-Org/z_image_turbo',
        file: 'split_files/text_encoders/qwen_3_4b.safetensors',
        gigabytes: 8.04,
        sha256: '6c671498573ac2f7a5501502ccce8d2b08ea6ca2f661c458e708f36b36edfc5a',
      },
      fluxVae,
    ],
    defaults: { ...square(1024), steps: 8, cfgScale: 1, sampler: 'euler', scheduler: 'simple' },
  },
  {
    name: 'qwen-image',
    title: 'Qwen-Image, 4 bit',
    family: 'qwen-image',
    licence: licences.apache,
    parts: [
      { role: 'diffusionModel', repo: 'QuantStack/Qwen-Image-GGUF', file: 'Qwen_Image-Q4_K_M.gguf', gigabytes: 13.1 },
      { role: 'llm', repo: 'mradermacher/Qwen2.5-VL-7B-Instruct-GGUF', file: 'Qwen2.5-VL-7B-Instruct.Q4_K_M.gguf', gigabytes: 4.68 },
      { role: 'vae', repo: 'Comfy-Org/Qwen-Image_ComfyUI', file: 'split_files/vae/qwen_image_vae.safetensors', gigabytes: 0.25 },
    ],
    defaults: { ...square(1024), steps: 20, cfgScale: 2.5, flowShift: 3, sampler: 'euler', scheduler: 'simple' },
  },
  {
    name: 'chroma',
    title: 'Chroma1-HD',
    family: 'chroma',
    licence: licences.apache,
    parts: [{ role: 'diffusionModel', repo: 'lodestones/Chroma1-HD', file: 'Chroma1-HD.safetensors', gigabytes: 17.8 }, fluxT5, fluxVae],
    defaults: { ...square(1024), steps: 26, cfgScale: 4, sampler: 'euler', scheduler: 'simple' },
  },
  {
    name: 'sd35-medium',
    title: 'Stable Diffusion 3.5 medium',
    family: 'sd3',
    licence: licences.stability,
    parts: [
      { role: 'model', repo: 'stabilityai/stable-diffusion-3.5-medium', file: 'sd3.5_medium.safetensors', gigabytes: 5.11, gated: true },
      ...sd3Encoders,
    ],
    defaults: { ...square(1024), steps: 28, cfgScale: 4.5, sampler: 'euler', scheduler: 'sgm_uniform' },
  },
  {
    name: 'sd35-large',
    title: 'Stable Diffusion 3.5 large',
    family: 'sd3',
    licence: licences.stability,
    parts: [
      { role: 'model', repo: 'stabilityai/stable-diffusion-3.5-large', file: 'sd3.5_large.safetensors', gigabytes: 16.5, gated: true },
      ...sd3Encoders,
    ],
    defaults: { ...square(1024), steps: 28, cfgScale: 4.5, sampler: 'euler', scheduler: 'sgm_uniform' },
  },
];

/** Models known by name, in the order of the list above. */
export const modelAliases: readonly ModelAlias[] = table.map((alias) =>
  Object.freeze({ ...alias, gated: alias.parts.some((part) => part.gated === true) }),
);

/** Approximate size of an alias on the disk, bytes. */
export const aliasBytes = ({ parts }: ModelAlias): number => Math.round(parts.reduce((sum, part) => sum + part.gigabytes, 0) * 1e9);

/** Memory needed beside the weights for a picture of the model's own size, bytes: activations and the autoencoder's largest buffers. */
const workingBytes = 1.5e9;

/** Approximate memory for painting with an alias, bytes: all its weights and the work buffers. */
export const aliasMemory = (alias: ModelAlias): number => aliasBytes(alias) + workingBytes;

/** Other spellings that users try. */
const synonyms: Readonly<Record<string, string>> = {
  'sd1.5': 'sd15',
  'stable-diffusion-1.5': 'sd15',
  sd_turbo: 'sd-turbo',
  'sdxl-base': 'sdxl',
  flux: 'flux-schnell',
  schnell: 'flux-schnell',
  'flux2-klein-4b': 'flux2-klein',
  'flux.2-klein': 'flux2-klein',
  'z-image': 'z-image-turbo',
  zimage: 'z-image-turbo',
  qwen: 'qwen-image',
  'sd3.5': 'sd35-medium',
  'sd3.5-medium': 'sd35-medium',
  'sd3.5-large': 'sd35-large',
};

/** The alias with this name or a common other spelling, ignoring case. */
export const findAlias = answering('findAlias', (name: string): ModelAlias | undefined => {
  const key = name.toLowerCase();
  const wanted = synonyms[key] ?? key;
  return modelAliases.find((alias) => alias.name === wanted);
});
