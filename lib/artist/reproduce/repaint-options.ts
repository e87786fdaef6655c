/** Converts a recipe to the options that paint it again. */
import { basename } from 'node:path';
import { ArtistError } from '../../core/index.ts';
import { type GenerateOptions, hiresUpscalers, type LoadModelOptions, optionTables, type Rows, recipeName } from '../../engine/index.ts';
import { isOwnRecipe, loraTitle, type PartialRecipe } from '../../image/index.ts';
import { listLoras } from '../../lora/index.ts';
import { bundledName, findAlias, inspectModel } from '../../models/index.ts';

const unsupported = (message: string): ArtistError => new ArtistError('ERR_UNSUPPORTED', `reproduce: ${message}`);

export interface Repaint {
  load: Omit<LoadModelOptions, 'model'>;
  paint: GenerateOptions;
}

/** Throws if the picture had inputs besides its recipe: they are not kept, so it cannot be painted again. */
function checkMode({ mode = 'txt2img', controlNet, prompt, seed, width, height, steps, sampler }: PartialRecipe): void {
  if (mode !== 'txt2img')
    throw unsupported(`expected a picture that was painted from a text, got ${mode}: the picture it began with is not kept`);
  if (controlNet)
    throw unsupported(`expected a picture without a control picture, got ControlNet ${controlNet.name}: its guide is not kept`);
  const missing = Object.entries({ prompt, seed, width, height, steps, sampler }).filter(([, value]) => value === undefined);
  if (missing.length > 0) throw unsupported(`expected a whole recipe, got one without ${missing.map(([name]) => name).join(', ')}`);
}

function hiresOf({ hires }: PartialRecipe): GenerateOptions['hires'] {
  if (!hires) return undefined;
  const { upscaler, ...rest } = hires;
  const known = hiresUpscalers.find((name) => name === upscaler);
  if (upscaler !== undefined && known === undefined)
    throw unsupported(`expected hires with one of ${hiresUpscalers.join(', ')}, got ${upscaler}`);
  return { ...rest, ...(known && { upscaler: known }) } as GenerateOptions['hires'];
}

/** The options that a recipe of ours means without naming them. */
function unrecorded(recipe: PartialRecipe, table: Rows): Record<string, unknown> {
  if (!isOwnRecipe(recipe)) return {};
  return Object.fromEntries(Object.entries(table).flatMap(([key, row]) => (row.unrecorded === undefined ? [] : [[key, row.unrecorded]])));
}

/** The options with their own field in the recipe, under their names in the library. */
function recorded(recipe: PartialRecipe, table: Rows): Record<string, unknown> {
  const fields: Record<string, unknown> = recipe;
  return Object.fromEntries(
    Object.entries(table).flatMap(([key, row]) => {
      const value = row.replay === false ? undefined : fields[recipeName(key, row) ?? ''];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/**
 * The options of loadModel() and generate() that a recipe names, without model and LoRAs; `unknown`: fields that are no option of this version.
 *
 * @throws ArtistError ERR_UNSUPPORTED when the upscaler of its hires is unknown
 */
export function optionsOfRecipe(recipe: PartialRecipe): Repaint & { unknown: string[] } {
  const unknown: string[] = [];
  const [load, paint] = [optionTables.loadModel, optionTables.generate].map(
    (table: Rows): Record<string, unknown> => ({ ...unrecorded(recipe, table), ...recorded(recipe, table) }),
  ) as [Record<string, unknown>, Record<string, unknown>];
  for (const [name, value] of Object.entries(recipe.extra ?? {})) {
    if (Object.hasOwn(optionTables.generate, name)) paint[name] = value;
    else if (Object.hasOwn(optionTables.loadModel, name)) load[name] = value;
    else unknown.push(name);
  }
  const hires = hiresOf(recipe);
  if (hires !== undefined) paint['hires'] = hires;
  return { load: load as Repaint['load'], paint: paint as GenerateOptions, unknown };
}

/**
 * The options of loadModel() and generate() for a recipe, without model and LoRAs.
 *
 * @throws ArtistError ERR_UNSUPPORTED when the picture was made from more than a text, the recipe is incomplete or has an unknown field
 */
export function repaintOptions(recipe: PartialRecipe): Repaint {
  checkMode(recipe);
  const { load, paint, unknown } = optionsOfRecipe(recipe);
  if (unknown.length > 0) throw unsupported(`expected a recipe that this version knows, got one with ${unknown[0]}`);
  return { load, paint };
}

/**
 * The `model` option of loadModel() for a recipe; undefined: the bundled model.
 *
 * @param given path or alias to use instead of the recipe's model
 * @throws ArtistError ERR_MODEL_NOT_FOUND when the recipe has only a file name, which does not say where the file is
 */
export function modelOf({ model }: PartialRecipe, given: string | undefined): string | undefined {
  if (given !== undefined) return given;
  if (!model || model.name === bundledName) return undefined;
  if (findAlias(model.name)) return model.name;
  throw new ArtistError('ERR_MODEL_NOT_FOUND', `model: expected the path of ${model.name}, got none. Say where it is: --model PATH`);
}

export interface RecipeLora {
  path: string;
  weight: number;
  textEncoderWeight?: number;
}

/**
 * Finds the LoRA files of a recipe by tensor hash, even if they were renamed. Without a match by hash, a file of the recorded name is used;
 * its different hash then appears in the comparison.
 *
 * @param places further files to search
 * @throws ArtistError ERR_MODEL_NOT_FOUND when a LoRA is not found, ERR_READ when a file cannot be read
 */
export async function findRecipeLoras(
  { loras = [] }: PartialRecipe,
  { home, places, signal }: { home: string; places: readonly string[]; signal: AbortSignal | undefined },
): Promise<RecipeLora[]> {
  if (loras.length === 0) return [];
  const files = [...places, ...(await listLoras({ home })).filter(({ problem }) => problem === undefined).map(({ path }) => path)];
  const hashes = new Map<string, string | undefined>();
  const hashOf = async (file: string): Promise<string | undefined> => {
    if (!hashes.has(file)) hashes.set(file, (await inspectModel(file, { hash: true, ...(signal && { signal }) })).tensorHash);
    return hashes.get(file);
  };
  const found: RecipeLora[] = [];
  for (const { name, hash, weight, textEncoderWeight } of loras) {
    // Other programs record LoRA names without the file extension.
    const named = files.filter((file) => basename(file) === name || loraTitle(basename(file)) === name);
    let path = hash === undefined ? named[0] : undefined;
    for (const file of [...named, ...files]) {
      if (path !== undefined) break;
      if ((await hashOf(file)) === hash) path = file;
    }
    path ??= named[0];
    if (path === undefined)
      throw new ArtistError(
        'ERR_MODEL_NOT_FOUND',
        `loras: expected ${name}${hash === undefined ? '' : ` (tensor hash ${hash.slice(0, 12)}…)`} in <home>/loras, got no such file. Say where it is: --lora PATH`,
      );
    found.push({ path, weight, ...(textEncoderWeight === undefined ? {} : { textEncoderWeight }) });
  }
  return found;
}
