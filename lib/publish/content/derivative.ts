import { createHash } from 'node:crypto';
import { ArtistError } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import { aiMarkSvg, decodeImage, embedMarks, loadSharp, type RawImage, recipeSchema } from '../../image/index.ts';
import type { Derivative, Limits } from '../networks/publisher.ts';
import { isMadeByAi } from './caption.ts';

/** Signs a copy of a work, with the work's own file as its parent. */
export type DeriveCopy = (copy: Uint8Array, work: Artwork) => Promise<Uint8Array>;

/** Where the word AI shows on a picture that a machine made. */
export type AiMark = 'none' | 'corner';

type Format = Limits['formats'][number];
type Size = { width: number; height: number };

/** Qualities of JPEG and WebP that are tried before the picture is made smaller. */
const qualities = [92, 85, 75, 65];
const smallestEdge = 64;

/**
 * The picture of a work within the limits of a network: the preferred format if it fits, else another, else of lower quality, else smaller.
 * Never cropped or stretched; padded with white where the network asks for another aspect. The AI label is in its metadata.
 *
 * @param unchanged its terms forbid padding, and a mark on it
 * @param aiMark whether a picture that a machine made gets the word AI in a corner
 * @param derive signs the encoded picture; within the bytes, too
 * @throws ArtistError ERR_IMAGE_DECODE, ERR_READ, ERR_LICENCE, ERR_TOO_LARGE
 */
export async function makeDerivative(
  work: Artwork,
  limits: Limits,
  { unchanged = false, derive, aiMark = 'none' }: { unchanged?: boolean; derive?: DeriveCopy | undefined; aiMark?: AiMark } = {},
): Promise<Derivative> {
  const raw = await decodeImage(work.path);
  const padded = paddedSize(raw, limits.aspect);
  if (unchanged && (padded.width !== raw.width || padded.height !== raw.height))
    throw new ArtistError(
      'ERR_LICENCE',
      `picture: expected an aspect that the network takes as it is, got ${raw.width}x${raw.height}, and its licence forbids to add borders. Post another work`,
    );
  const isMarked = aiMark === 'corner' && !unchanged && isMadeByAi(work);
  const longest = Math.max(padded.width, padded.height);
  const largest = Math.min(1, limits.edge / longest, Math.sqrt(limits.pixels / (padded.width * padded.height)));
  for (let scale = largest; scale === largest || longest * scale >= smallestEdge; scale *= 0.8) {
    for (const { format, quality } of triesOf(limits.formats)) {
      const made = await encode(work, raw, { padded, scale, format, quality, isMarked });
      if (made.bytes.length > limits.bytes) continue;
      const bytes = derive ? new Uint8Array(await derive(made.bytes, work)) : made.bytes;
      if (bytes.length <= limits.bytes) return { ...made, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    }
  }
  throw new ArtistError('ERR_TOO_LARGE', `picture: expected at most ${limits.bytes} bytes for this network, got more at every size`);
}

function triesOf(formats: Limits['formats']): { format: Format; quality: number }[] {
  return formats.flatMap((format): { format: Format; quality: number }[] =>
    format === 'png' ? [{ format, quality: 100 }] : qualities.map((quality) => ({ format, quality })),
  );
}

function paddedSize({ width, height }: RawImage, aspect: Limits['aspect']): Size {
  if (!aspect) return { width, height };
  if (width / height < aspect.min) return { width: Math.ceil(height * aspect.min), height };
  return width / height > aspect.max ? { width, height: Math.ceil(width / aspect.max) } : { width, height };
}

/** The mark: a sixteenth of the longer edge, in the lower right corner, within the picture. */
function inCorner({ width, height }: Size): { input: Buffer; left: number; top: number } {
  const edge = Math.min(width, height, Math.max(20, Math.round(Math.max(width, height) / 16)));
  const gap = Math.min(Math.round(edge / 4), width - edge, height - edge);
  return { input: Buffer.from(aiMarkSvg(edge)), left: width - edge - gap, top: height - edge - gap };
}

async function encode(
  work: Artwork,
  raw: RawImage,
  { padded, scale, format, quality, isMarked }: { padded: Size; scale: number; format: Format; quality: number; isMarked: boolean },
): Promise<Omit<Derivative, 'sha256'>> {
  const sharp = await loadSharp();
  const channels = raw.channels as 1 | 2 | 3 | 4;
  const width = Math.max(1, Math.floor(padded.width * scale));
  const height = Math.max(1, Math.floor(padded.height * scale));
  const open = sharp(raw.data, { raw: { width: raw.width, height: raw.height, channels } });
  const opaque = open
    .flatten({ background: '#ffffff' })
    .resize(width, height, { fit: 'contain', background: '#ffffff', kernel: 'lanczos3' })
    .composite(isMarked ? [inCorner({ width, height })] : [])
    .removeAlpha();
  const made = {
    png: () => opaque.png(),
    jpeg: () => opaque.jpeg({ quality, chromaSubsampling: '4:4:4' }),
    webp: () => opaque.webp({ quality }),
  };
  const encoded = await made[format]().toBuffer();
  const { data: recipe } = recipeSchema.safeParse(work.recipe);
  const marks = { format, width, height, alpha: false, recipe, embedRecipe: false };
  const bytes = new Uint8Array(isMadeByAi(work) ? embedMarks(encoded, marks) : encoded);
  return { bytes, type: `image/${format}`, width, height };
}
