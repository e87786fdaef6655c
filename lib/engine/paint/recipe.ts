/** The complete recipe of a picture: what was asked, what was decided, which weights, which engine. */

import { basename } from 'node:path';
import { defined } from '../../core/index.ts';
import { ownSoftware, type Recipe } from '../../image/index.ts';
import type { NativeVersions } from '../addon/native-types.ts';
import { generateRows, type ResolvedGenerate } from '../options/generate.ts';
import { loadModelRows } from '../options/load-model.ts';
import { everyRow, recipeName } from '../options/row.ts';
import type { LoraEffect } from './generate-result.ts';
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
  const isPart = applied + idle < total;
  return defined({
    name,
    hash,
    weight,
    textEncoderWeight,
    applied: isPart ? applied : undefined,
    total: isPart ? total : undefined,
  }) as NonNullable<Recipe['loras']>[number];
}

/** Of the rows of both calls. */
const rows = everyRow({ ...loadModelRows, ...generateRows }).filter(({ parent }) => parent === undefined);

/** Options that have a field of their own, by its name there, as they were decided: `distilledGuidance` is `guidance`. */
function ownFields({ options, settings, tuning }: RecipeParts): Record<string, unknown> {
  const values: Record<string, unknown> = { ...tuning, ...options, ...settings };
  return Object.fromEntries(
    rows.flatMap(({ path, row }) => {
      const name = recipeName(path, row);
      return name === undefined ? [] : [[name, values[path]]];
    }),
  );
}

/** Options without a field of their own, by their names in the library. */
function extraFields({ options, tuning }: RecipeParts): Record<string, unknown> {
  const given: Record<string, unknown> = { ...tuning, ...options };
  const extra = rows
    .filter(({ path, row }) => row.recipe === undefined && given[path] !== undefined)
    .map(({ path }) => [path, given[path]]);
  // Through JSON, because that is what a recipe is stored as: fields that are undefined drop out at every depth.
  return JSON.parse(JSON.stringify(Object.fromEntries(extra))) as Record<string, unknown>;
}

/** Everything but the seed and the place in the batch. */
export function paintRecipe(parts: RecipeParts): Omit<Recipe, 'seed'> {
  const { options, versions } = parts;
  const { seed: _seed, ...own } = ownFields(parts);
  const extra = extraFields(parts);
  return defined({
    ...own,
    mode: modeOf(options),
    prompt: options.prompt,
    negativePrompt: options.negativePrompt || undefined,
    scheduler: options.sigmas ? undefined : parts.settings.scheduler,
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
    rng: own['rng'] ?? 'cuda',
    engine: versions.engine,
    backend: parts.device,
    software: ownSoftware(versions.addon),
    extra: Object.keys(extra).length > 0 ? extra : undefined,
  }) as Omit<Recipe, 'seed'>;
}
