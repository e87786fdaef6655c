/** What `generate` paints: the options of the command line over the settings, or over a recipe. */
import { changedRecipe, openRecipe, paintingOf, settledModel } from '../../../lib/artist/index.ts';
import { ArtistError, kindOfPlace } from '../../../lib/core/index.ts';
import type { GenerateOptions, LoadModelOptions } from '../../../lib/engine/index.ts';
import type { PartialRecipe } from '../../../lib/image/index.ts';
import { type TunedUse, withTuned } from '../../../lib/tune/index.ts';
import type { tunedFlag } from '../../flags/create-flags.ts';
import { text, toggle, type Values } from '../../flags/flags.ts';
import { generateFlags } from '../../flags/generate-flags.ts';
import { modelFlags } from '../../flags/model-flags.ts';
import { readBytes, readPrompt } from '../../flags/prompt-text.ts';
import type { Context } from '../../shell/run.ts';
import { openGallery } from '../../shell/settings.ts';

export const recipeFlags = {
  recipe: text(
    'Paint a recipe again, with what is given beside it: a picture, a file of JSON, the id of a work, or -: standard input',
    'What to paint',
  ),
  enlarge: toggle('Enlarge as the recipe says. Default: yes', 'What to paint'),
} as const;

export type AskedValues = { prompt: string | undefined } & Values<typeof recipeFlags & { tuned: typeof tunedFlag }>;

export interface Asked {
  load: LoadModelOptions;
  options: GenerateOptions;
  tuned: TunedUse;
  /** How the pictures are enlarged after painting; undefined: not at all. */
  upscaler: PartialRecipe['upscaler'];
  /** What of a recipe is not used. */
  notes: readonly string[];
}

/** Longest document with a recipe on standard input, bytes. */
const longestRecipe = 64 << 20;

/** A file that exists, else the work with this id. */
async function recipeAt(given: string, context: Context): Promise<PartialRecipe> {
  if (given === '-') return openRecipe(await readBytes('--recipe', longestRecipe), 'standard input');
  if ((await kindOfPlace(given)) !== 'nothing' || /[\\/.]/.test(given)) return openRecipe(given);
  const { id, recipe } = await (await openGallery(context)).get(given);
  if (recipe) return recipe as PartialRecipe;
  throw new ArtistError('ERR_UNSUPPORTED', `${id}: expected a work with a recipe, got one without: it was not painted here`);
}

async function promptOf(
  { prompt, recipe }: AskedValues,
  { initImage, referenceImages, controlImage }: GenerateOptions,
): Promise<string | undefined> {
  if (prompt === undefined && recipe !== undefined) return undefined;
  if (prompt === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'prompt: expected what to paint, or --recipe with a picture to paint again, got neither');
  if (prompt === '-' && recipe === '-')
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      '--recipe: expected a file beside a prompt from standard input, got -, which reads it, too',
    );
  const isShown = [initImage, referenceImages, controlImage].some((picture) => picture !== undefined);
  return isShown && prompt === '' ? '' : readPrompt(prompt);
}

/** @throws ArtistError with the option that is wrong, or what of the recipe is not here */
export async function askedPictures(values: AskedValues, context: Context): Promise<Asked> {
  const given: GenerateOptions = generateFlags.optionsOf(values);
  const load: LoadModelOptions = modelFlags.optionsOf(values);
  const prompt = await promptOf(values, given);
  const options = { ...given, ...(prompt !== undefined && { prompt }) };
  const settings = await context.config();
  const { home, warn, signal } = context;
  if (values.recipe === undefined) {
    const mode = values.tuned ?? settings.config.tuned;
    const found = await withTuned(paintingOf(settings, load, options), { mode, home, isolate: load.isolate, warn });
    return { ...found, upscaler: undefined, notes: [] };
  }
  const recipe = await recipeAt(values.recipe, context);
  const { notes, ...painting } = await changedRecipe(recipe, { load, options }, { home, model: settledModel(recipe, settings), signal });
  for (const note of notes) warn(`recipe: ${note}`);
  // What a recipe does not say stays as it was; tuned settings could change its pixels.
  const found = await withTuned(painting, { mode: values.tuned ?? 'off', home, isolate: load.isolate, warn });
  return { ...found, upscaler: values.enlarge === false ? undefined : recipe.upscaler, notes: notes.map((note) => `recipe: ${note}`) };
}
