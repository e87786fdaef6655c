import { createHash } from 'node:crypto';
import { resolveOptions, ulidTime } from '../../core/index.ts';
import { type ArtImage, digitalSourceType, type PartialRecipe, type RawImage, type Recipe, recipeHash } from '../../image/index.ts';
import {
  candidateStrip,
  type EncodedWork,
  type EncodeWork,
  encodeWork,
  isArtImage,
  type PictureFile,
  thumbnailOfPainted,
  tileEdge,
} from './pictures.ts';
import { changeSchema, checkSidecar, type Sidecar, type SidecarChange, sidecarVersion } from './sidecar.ts';
import { thumbnailSizes } from './work-files.ts';

/** A work to file. */
export interface NewWork {
  /** Painted here: filed as PNG with its recipe. Or a file from elsewhere, kept byte for byte. */
  image: ArtImage | PictureFile;
  /** Recipe found in a file from elsewhere. */
  recipe?: PartialRecipe;
  imported?: { from: string; program?: string };
  /** Milliseconds since 1970. Default: now. */
  createdAt?: number;
  /** The candidates' pictures, in the order of the ledger. */
  candidates?: readonly RawImage[];
  /** title, tags, curation … */
  about?: SidecarChange;
}

/** Removes fields that are undefined or null: both mean that the field is absent. */
export function withoutNulls(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

/** The sidecar of a new work, without the fields of `about`. */
export function describeNew(
  id: string,
  { image, recipe, imported, candidates }: NewWork,
  { bytes, ending, width, height, provenance }: EncodedWork,
): Record<string, unknown> {
  // A file painted by this package contains its exact recipe.
  const painted = isArtImage(image) ? image.recipe : imported?.program === 'ai-artist' ? (recipe as Recipe) : undefined;
  return {
    schema: sidecarVersion,
    id,
    file: `${id}.${ending}`,
    createdAt: new Date(ulidTime(id)).toISOString(),
    image: { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length, width, height },
    recipe: painted ?? recipe,
    recipeHash: painted && recipeHash(painted),
    imported,
    candidates:
      candidates && candidates.length > 1 ? { file: `${id}.candidates.webp`, tile: tileEdge, count: candidates.length } : undefined,
    provenance: painted && { aiGenerated: true, digitalSourceType: digitalSourceType(painted.mode), ...provenance },
  };
}

/** A work whose files can be written: its sidecar, its picture, and the strip of its candidates. */
export interface PreparedWork {
  sidecar: Sidecar;
  picture: PictureFile;
  strip: Uint8Array | undefined;
  /** The smallest thumbnail of a picture that was painted here. Those of other files, and larger ones, are made when they are asked for. */
  thumbnail: Uint8Array | undefined;
}

/** How the picture of a work is encoded: by its gallery, for an id that was drawn before. */
interface Encoding {
  encode: EncodeWork;
  id: string;
}

/** Checks and encodes a work. Its id is drawn later, under the lock, unless its picture is encoded for one. */
export async function prepareWork(
  work: NewWork,
  encoding?: Encoding,
): Promise<{ about: SidecarChange; withId: (draw: () => string) => PreparedWork }> {
  const about = resolveOptions('add', changeSchema, work.about ?? {});
  const { image } = work;
  const picture = !isArtImage(image) ? image : encoding ? await encoding.encode(image, encoding.id) : await encodeWork(image);
  const strip = work.candidates && work.candidates.length > 1 ? await candidateStrip(work.candidates) : undefined;
  const thumbnail = isArtImage(image) ? await thumbnailOfPainted(image, thumbnailSizes[0]) : undefined;
  const sidecarOf = (id: string): Sidecar => checkSidecar(id, withoutNulls({ ...describeNew(id, work, picture), ...about }));
  return { about, withId: (draw) => ({ sidecar: sidecarOf(encoding?.id ?? draw()), picture, strip, thumbnail }) };
}
