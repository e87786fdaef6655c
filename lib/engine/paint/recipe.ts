/** The complete recipe of a picture: what was asked, what was decided, which weights, which engine. */

import { basename } from 'node:path';
import type { Recipe } from '../../image/index.ts';
import type { NativeVersions } from '../addon/native-types.ts';
import type { ResolvedGenerate } from '../options/generate.ts';
import type { LoraEffect } from './generate-result.ts';
import { defined } from './request.ts';
import type { Settings } from './settings.ts';
import type { WeightsFile } from './weights.ts';

export interface RecipeParts {
  options: ResolvedGenerate;
  settings: Settings;
  model: WeightsFile;
  vae: WeightsFile | undefined;
  controlNet: WeightsFile | undefined;
  /** Those that had an effect. */
  loras: readonly LoraEffect[];
  hiresModel: string | undefined;
  /** Settings of the loaded model that change the pixels: weight type, seamless, rng… */
  tuning: Record<string, unknown>;
  device: string;
  versions: NativeVersions;
}

/** Options that have a field of their own in the recipe, or that are no part of it (pictures, callbacks). */
const ownField: ReadonlySet<string> = new Set<keyof ResolvedGenerate>([
  'prompt',
  'negativePrompt',
  'seed',
  'width',
  'height',
  'batchCount',
  'sampler',
  'scheduler',
  'steps',
  'cfgScale',
  'imageCfgScale',
  'guidance',
  'eta',
  'sigmas',
  'flowShift',
  'clipSkip',
  'loras',
  'initImage',
  'denoisingStrength',
  'maskImage',
  'referenceImages',
  'controlImage',
  'photoMaker',
  'hires',
  'preview',
  'keepFinished',
  'signal',
  'onProgress',
]);

function modeOf(options: ResolvedGenerate): NonNullable<Recipe['mode']> {
  if (options.maskImage !== undefined) return 'inpaint';
  if (options.initImage !== undefined) return 'img2img';
  return options.referenceImages !== undefined || options.photoMaker !== undefined ? 'edit' : 'txt2img';
}

function hiresOf(options: ResolvedGenerate, hiresModel: string | undefined): Recipe['hires'] {
  if (options.hires === undefined || options.hires === false) return undefined;
  const { upscaler, scale, width, height, steps, denoisingStrength } =
    options.hires === true ? ({ upscaler: 'Latent' } as const) : { ...options.hires };
  return defined({
    upscaler: hiresModel === undefined ? upscaler : basename(hiresModel),
    scale: width === undefined && height === undefined ? (scale ?? 2) : undefined,
    width,
    height,
    steps,
    denoisingStrength: denoisingStrength ?? 0.7,
  }) as Recipe['hires'];
}

/** A LoRA of which all that could be applied was applied needs no count. */
function loraOf({ name, hash, weight, textEncoderWeight, applied, idle, total }: LoraEffect): NonNullable<Recipe['loras']>[number] {
  const part = applied + idle < total ? { applied, total } : {};
  return defined({ name, hash, weight, textEncoderWeight, ...part }) as NonNullable<Recipe['loras']>[number];
}

/** Everything but the seed and the place in the batch. */
export function paintRecipe(parts: RecipeParts): Omit<Recipe, 'seed'> {
  const { options, settings, versions } = parts;
  const extra = Object.fromEntries(
    Object.entries({ ...parts.tuning, ...options }).filter(([name, value]) => value !== undefined && !ownField.has(name)),
  );
  // Through JSON, because that is what a recipe is stored as: fields that are undefined drop out at every depth.
  const { rng, ...rest } = JSON.parse(JSON.stringify(extra)) as Record<string, unknown>;
  return defined({
    mode: modeOf(options),
    prompt: options.prompt,
    negativePrompt: options.negativePrompt || undefined,
    width: settings.width,
    height: settings.height,
    steps: settings.steps,
    sampler: settings.sampler,
    scheduler: options.sigmas ? undefined : settings.scheduler,
    sigmas: options.sigmas,
    cfgScale: settings.cfgScale,
    imageCfgScale: options.imageCfgScale,
    distilledGuidance: settings.guidance,
    eta: options.eta,
    flowShift: settings.flowShift,
    clipSkip: options.clipSkip,
    denoisingStrength: options.initImage === undefined ? undefined : (options.denoisingStrength ?? 0.75),
    batchCount: options.batchCount > 1 ? options.batchCount : undefined,
    model: parts.model,
    vae: parts.vae,
    loras: parts.loras.length > 0 ? parts.loras.map(loraOf) : undefined,
    controlNet:
      options.controlImage === undefined || !parts.controlNet
        ? undefined
        : { ...parts.controlNet, strength: options.controlStrength ?? 0.9 },
    hires: hiresOf(options, parts.hiresModel),
    rng: typeof rng === 'string' ? rng : 'cuda',
    engine: versions.engine,
    backend: parts.device,
    software: `ai-artist ${versions.addon}`,
    extra: Object.keys(rest).length > 0 ? rest : undefined,
  }) as Omit<Recipe, 'seed'>;
}
