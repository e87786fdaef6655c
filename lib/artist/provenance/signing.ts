/** How the settings `provenance` act on the pictures that are filed and exported. */
import { readFile } from 'node:fs/promises';
import { configPath, type LoadedConfig } from '../../config/index.ts';
import { ulidTime } from '../../core/index.ts';
import { type Artwork, type EncodedWork, type EncodeWork, ownFile } from '../../gallery/index.ts';
import { ArtImage, type PartialRecipe, type Recipe, recipeHash } from '../../image/index.ts';
import {
  embedWatermark,
  type IdentityPlace,
  knownWatermarkKey,
  loadC2pa,
  openIdentity,
  openWatermarkKey,
  payloadOfWork,
  type SignOptions,
  signPicture,
  smallestMarkedEdge,
} from '../../provenance/index.ts';

/** Where the key and certificates of a home are by its settings. */
export function signingPlace({ config: { provenance }, home }: LoadedConfig): IdentityPlace {
  const pathOf = (file: string | undefined): string | undefined => (file === undefined ? undefined : configPath(file, home));
  return { home, certificateFile: pathOf(provenance.certificateFile), keyFile: pathOf(provenance.keyFile) };
}

const factsOf = (recipe: PartialRecipe | undefined): SignOptions => ({
  mode: recipe?.mode,
  model: recipe?.model?.name,
});

/** How a gallery encodes what is painted: marked and signed, as the settings say; undefined: as it does by itself. */
export function encodingOf(loaded: LoadedConfig): EncodeWork | undefined {
  const { sign, watermark } = loaded.config.provenance;
  if (!sign && !watermark) return undefined;
  return async (image: ArtImage, id: string) => {
    const marked = watermark ? await markedAs(image, id, loaded.home) : undefined;
    const { width, height } = image;
    const encoded = await (marked ?? image).toBuffer('png');
    const file = { bytes: encoded, ending: 'png' as const, width, height, provenance: marked ? { watermark: payloadOfWork(id) } : {} };
    return sign ? { ...file, ...(await signed(file, image.recipe, id, loaded)) } : file;
  };
}

async function signed(
  { bytes, provenance }: EncodedWork,
  recipe: Recipe | undefined,
  id: string,
  loaded: LoadedConfig,
): Promise<Pick<EncodedWork, 'bytes' | 'provenance'>> {
  const { training } = loaded.config.provenance;
  const hash = recipe && recipeHash(recipe);
  const createdAt = new Date(ulidTime(id)).toISOString();
  const identity = await openIdentity(signingPlace(loaded));
  const withManifest = await signPicture(bytes, identity, { ...factsOf(recipe), id, recipeHash: hash, createdAt, training });
  return { bytes: withManifest, provenance: { ...provenance, signedWith: identity.chain[0]?.fingerprint256 } };
}

/** The picture with the watermark of a work; undefined: it is too small for one. */
async function markedAs(image: ArtImage, id: string, home: string): Promise<ArtImage | undefined> {
  if (Math.min(image.width, image.height) < smallestMarkedEdge) return undefined;
  return new ArtImage(await embedWatermark(image, await openWatermarkKey(home), payloadOfWork(id)), image.recipe);
}

/** A picture that was painted again, marked as the work was when it was filed, if this home has the key; else as it is. */
export async function markedAgain(
  image: ArtImage,
  { id, provenance }: Pick<Artwork, 'id' | 'provenance'>,
  home: string,
): Promise<ArtImage> {
  const isMarked = provenance?.['watermark'] === payloadOfWork(id) && (await knownWatermarkKey(home)) !== undefined;
  return isMarked ? ((await markedAs(image, id, home)) ?? image) : image;
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
