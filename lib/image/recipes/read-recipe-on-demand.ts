import { answering } from '../../core/index.ts';
import type { FoundRecipe } from './read-recipe.ts';

/**
 * Reads how a picture was made, from a file or from its encoded bytes: our own files exactly, and those of A1111, Forge, ComfyUI, InvokeAI,
 * NovelAI, Fooocus, SwarmUI, stable-diffusion.cpp, Draw Things and others (docs/images.md) as far as they say it. Pixels are decoded only of
 * a PNG with alpha whose texts hold no recipe, and damage in the file is no error: what can be read is read. Texts above 16 MiB (also after
 * inflating) are passed over.
 *
 * @returns undefined when the picture carries no recipe
 * @throws ArtistError ERR_READ: missing, a directory, no permission; ERR_IMAGE_DECODE: not a picture; ERR_INVALID_ARGUMENT: neither path nor bytes
 */
export const readRecipe = answering('readRecipe', async (input: string | Uint8Array): Promise<FoundRecipe | undefined> => {
  return (await import('./read-recipe.ts')).readRecipe(input);
});
