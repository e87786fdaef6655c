/** How the settings `provenance` act on the pictures that are filed and exported. */
import { readFile } from 'node:fs/promises';
import { configPath, type LoadedConfig } from '../../config/index.ts';
import { ulidTime } from '../../core/index.ts';
import { type Artwork, type EncodeWork, ownFile } from '../../gallery/index.ts';
import { type ArtImage, type PartialRecipe, type Recipe, recipeHash } from '../../image/index.ts';
import { type IdentityPlace, loadC2pa, openIdentity, type SignOptions, signPicture } from '../../provenance/index.ts';

/** Where the key and certificates of a home are by its settings. */
export function signingPlace({ config: { provenance }, home }: LoadedConfig): IdentityPlace {
  const pathOf = (file: string | undefined): string | undefined => (file === undefined ? undefined : configPath(file, home));
  return { home, certificateFile: pathOf(provenance.certificateFile), keyFile: pathOf(provenance.keyFile) };
}

const factsOf = (recipe: PartialRecipe | undefined): SignOptions => ({
  mode: recipe?.mode,
  model: recipe?.model?.name,
});

/** How a gallery encodes what is painted: signed, if the settings say so; undefined: as it does by itself. */
export function encodingOf(loaded: LoadedConfig): EncodeWork | undefined {
  const { sign, training } = loaded.config.provenance;
  if (!sign) return undefined;
  return async (image: ArtImage, id: string) => {
    const { width, height, recipe } = image;
    const encoded = await image.toBuffer('png');
    const hash = recipe && recipeHash(recipe as Recipe);
    const createdAt = new Date(ulidTime(id)).toISOString();
    const identity = await openIdentity(signingPlace(loaded));
    const bytes = await signPicture(encoded, identity, { ...factsOf(recipe), id, recipeHash: hash, createdAt, training });
    return { bytes, ending: 'png', width, height, provenance: { signedWith: identity.chain[0]?.fingerprint256 } };
  };
}

/**
 * Checks before a picture is painted that it can be signed afterwards.
 *
 * @throws ArtistError ERR_UNSUPPORTED: the package for it is not installed; every error of openIdentity()
 */
export async function checkSigning(loaded: LoadedConfig): Promise<void> {
  if (!loaded.config.provenance.sign) return;
  await loadC2pa();
  await openIdentity(signingPlace(loaded));
}

/** What signs smaller or otherwise encoded copies of works, with the work's own file as their parent; undefined: the settings do not sign. */
export function derivingOf(loaded: LoadedConfig): ((copy: Uint8Array, work: Artwork) => Promise<Uint8Array>) | undefined {
  const { sign, training } = loaded.config.provenance;
  if (!sign) return undefined;
  return async (copy, { id, title, path, recipe, recipeHash: hash }) => {
    return signPicture(copy, await openIdentity(signingPlace(loaded)), {
      ...{ ...factsOf(recipe), id, title, training, parent: await readFile(await ownFile(path)) },
      recipeHash: hash,
    });
  };
}
