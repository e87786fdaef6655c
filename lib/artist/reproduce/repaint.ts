/** What is painted for a recipe with changes, and what of it is not used. */
import { basename } from 'node:path';
import { configPath, type LoadedConfig } from '../../config/index.ts';
import { ArtistError, answering, display, homeFolder } from '../../core/index.ts';
import { type GenerateOptions, type LoadModelOptions, samplers, schedulers } from '../../engine/index.ts';
import type { PartialRecipe } from '../../image/index.ts';
import { resolveModel } from '../../models/index.ts';
import { overSettings } from '../orders/paint-settings.ts';
import { findRecipeLoras, modelOf, optionsOfRecipe } from './repaint-options.ts';

/** Options of loadModel() and generate() that replace those of the recipe. */
export interface RecipeChanges {
  load?: LoadModelOptions | undefined;
  options?: GenerateOptions | undefined;
}

export interface ChangedRecipe {
  load: LoadModelOptions;
  options: GenerateOptions;
  /** What of the recipe is not used, and why, in a sentence each. */
  notes: string[];
}

export interface ChangedRecipeOptions {
  /** Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** Alias or path of the recipe's model, if its name does not say where it is. */
  model?: string | undefined;
  signal?: AbortSignal | undefined;
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;

/** Groups of settings such as `hires` are changed field by field. */
function changed(recorded: GenerateOptions, given: GenerateOptions): GenerateOptions {
  const before: Record<string, unknown> = { ...recorded };
  const wished = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [[name, isGroup(value) && isGroup(before[name]) ? { ...before[name], ...value } : value]];
  });
  return overSettings(recorded, Object.fromEntries(wished) as GenerateOptions);
}

/** A picture that began with another one needs that one: recipes do not hold pictures. */
function checkInputs({ mode = 'txt2img', controlNet }: PartialRecipe, { options = {}, load = {} }: RecipeChanges): void {
  const needs: readonly (readonly [boolean, keyof GenerateOptions])[] = [
    [mode === 'img2img' || mode === 'inpaint', 'initImage'],
    [mode === 'inpaint', 'maskImage'],
    [mode === 'edit', 'referenceImages'],
  ];
  const missing = needs.find(([isNeeded, name]) => isNeeded && options[name] === undefined)?.[1];
  if (missing !== undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${missing}: expected the picture of a recipe of mode ${mode}, which is not kept in it, got none`,
    );
  if (controlNet && load.controlNet === undefined)
    throw new ArtistError('ERR_MODEL_NOT_FOUND', `controlNet: expected the path of ${controlNet.name}, which the recipe names, got none`);
}

/** Foreign names of samplers are left out with a word; a wrong one in a call is an error. */
function withoutForeignNames(paint: GenerateOptions, given: GenerateOptions, notes: string[]): GenerateOptions {
  const kept: Record<string, unknown> = { ...paint };
  for (const [name, known] of [
    ['sampler', samplers],
    ['scheduler', schedulers],
  ] as const) {
    const value = kept[name];
    if (value === undefined || (known as readonly unknown[]).includes(value)) continue;
    delete kept[name];
    if (given[name] === undefined) notes.push(`its ${name} ${String(value)} is not known here; the model's own is used`);
  }
  return kept as GenerateOptions;
}

/** Names of the files that a model brings to decode its latents. */
async function ownDecoders(model: string | undefined, { diffusionModel }: LoadModelOptions, home: string): Promise<string[]> {
  if (diffusionModel !== undefined) return [];
  const { parts } = await resolveModel(model, { home });
  return [parts.vae, parts.tae].flatMap((path) => (path === undefined ? [] : [basename(path)]));
}

/** Where the model of a recipe lies, if it is that of the settings: its file has the name in the recipe. */
export function settledModel({ model: recorded }: PartialRecipe, { config, home }: LoadedConfig): string | undefined {
  const { model } = config;
  return model !== undefined && recorded !== undefined && basename(model) === recorded.name ? configPath(model, home) : undefined;
}

/**
 * The options of loadModel() and generate() that paint a recipe with changes. The settings of the home are not used: the recipe has its own. LoRAs
 * are found by their tensors; options of this version that the recipe does not have keep their defaults.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND when its model or a LoRA is not here, with its name; ERR_INVALID_ARGUMENT when it has no prompt, or
 *   began with a picture that is not given; ERR_UNSUPPORTED when its hires pass is unknown
 */
export const changedRecipe = answering(
  'changedRecipe',
  async (
    recipe: PartialRecipe,
    changes: RecipeChanges = {},
    { home: givenHome, model: place, signal }: ChangedRecipeOptions = {},
  ): Promise<ChangedRecipe> => {
    if (!isGroup(recipe)) throw new ArtistError('ERR_INVALID_ARGUMENT', `recipe: expected an object, got ${display(recipe)}`);
    const home = homeFolder(givenHome);
    const { load: givenLoad = {}, options: given = {} } = changes;
    checkInputs(recipe, changes);
    const { load, paint, unknown } = optionsOfRecipe(recipe);
    const notes: string[] = [];
    const prompt = given.prompt ?? recipe.prompt;
    if (prompt === undefined) throw new ArtistError('ERR_INVALID_ARGUMENT', 'prompt: expected one, because the recipe has none, got none');
    if (unknown.length > 0) notes.push(`this version does not know, and does not use: ${unknown.join(', ')}`);
    const chosen = givenLoad.diffusionModel === undefined ? (givenLoad.model ?? place) : undefined;
    const model = givenLoad.diffusionModel === undefined ? modelOf(recipe, chosen) : undefined;
    const { vae } = recipe;
    if (vae && givenLoad.vae === undefined && !(await ownDecoders(model, givenLoad, home)).includes(vae.name))
      notes.push(`it was painted with the VAE ${vae.name}, which is not loaded: name its file`);
    const loras = given.loras === undefined ? await findRecipeLoras(recipe, { home, places: [], signal }) : [];
    const settled = withoutForeignNames({ ...paint, ...(loras.length > 0 && { loras }) } as GenerateOptions, given, notes);
    return {
      load: { ...load, ...givenLoad, ...(model !== undefined && { model }), home } as LoadModelOptions,
      options: { ...changed(settled, given), prompt },
      notes,
    };
  },
);
