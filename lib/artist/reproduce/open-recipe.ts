/** Reads a recipe wherever it may stand: in a picture, in a JSON file, in the text that other programs write. */
import { ArtistError, answering, display, readError, readPlainFile } from '../../core/index.ts';
import { imageKind, type PartialRecipe, readInfotext, readRecipe, recipeSchema } from '../../image/index.ts';

const wrong = (name: string, expected: string, got: string): ArtistError =>
  new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected ${expected}, got ${got}`);

const asRecord = (value: unknown): Record<string, unknown> | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** The recipe of a document: a record of a work, the output of `inspect`, `create` or `generate` with --json, or the recipe itself. */
function recipeWithin(name: string, document: Record<string, unknown>): Record<string, unknown> {
  const inner = asRecord(document['recipe']);
  if (inner) return inner;
  const images = document['images'];
  if (!Array.isArray(images)) return document;
  const recipes = images.flatMap((image) => {
    const recipe = asRecord(asRecord(image)?.['recipe']);
    return recipe ? [recipe] : [];
  });
  if (recipes.length !== 1) throw wrong(name, 'a document with one recipe', String(recipes.length));
  const [only = document] = recipes;
  return only;
}

/** Fields that this version does not know go into `extra`, as for records in pictures: nothing is lost before it is said. */
function checkedRecipe(name: string, given: Record<string, unknown>): PartialRecipe {
  const known = Object.fromEntries(Object.entries(given).filter(([field]) => Object.hasOwn(recipeSchema.shape, field)));
  const others = Object.fromEntries(Object.entries(given).filter(([field]) => !Object.hasOwn(recipeSchema.shape, field)));
  if (Object.keys(known).length === 0)
    throw wrong(name, 'a recipe with fields such as prompt, seed and steps', display(Object.keys(given)));
  const all = Object.keys(others).length > 0 ? { ...known, extra: { ...asRecord(known['extra']), ...others } } : known;
  const read = recipeSchema.partial().safeParse(all);
  if (read.success) return read.data as PartialRecipe;
  const [issue] = read.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected a valid recipe, got one whose ${field} is wrong: ${issue?.message}`);
}

function recipeOfText(name: string, text: string): PartialRecipe {
  const content = text.replace(/^\uFEFF/, '').trim();
  if (content === '') throw wrong(name, 'a recipe', 'nothing');
  if (!content.startsWith('{')) {
    const recipe = readInfotext(content);
    // A text without settings is a prompt, a letter, a program: not the text of a picture.
    if (recipe?.prompt !== undefined && recipe.steps !== undefined) return recipe;
    throw wrong(name, 'a picture, a recipe as JSON or the text of a picture with its settings', display(content));
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected a recipe as JSON, got a text that is none: ${String(cause)}`, {
      cause,
    });
  }
  return checkedRecipe(name, recipeWithin(name, asRecord(value) ?? {}));
}

/**
 * Reads a recipe from a picture (ours, or of any program that readRecipe() knows), from a JSON document (a recipe, the record of a work, the
 * output of `inspect`, `create` or `generate` with --json) or from the text of a picture as A1111 shows it.
 *
 * @param input path or bytes
 * @param name of the bytes, for errors
 * @throws ArtistError ERR_READ when the file cannot be read; ERR_INVALID_ARGUMENT when it holds no recipe, with what it has instead
 */
export const openRecipe = answering('openRecipe', async (input: string | Uint8Array, name?: string): Promise<PartialRecipe> => {
  if (typeof input === 'string' ? input === '' : !ArrayBuffer.isView(input)) throw wrong('input', 'a path or bytes', display(input));
  const shown = name ?? (typeof input === 'string' ? input : 'input');
  const bytes =
    typeof input !== 'string'
      ? input
      : await readPlainFile(input).catch((cause: unknown) => {
          throw readError(input, 'a picture or a recipe', cause);
        });
  if (imageKind(bytes) === undefined) return recipeOfText(shown, Buffer.from(bytes).toString('utf8'));
  const found = await readRecipe(bytes);
  if (found) return found.recipe;
  throw wrong(shown, 'a picture with its recipe', 'one without: programs and networks that edit pictures often remove it');
});
