import { ArtImage } from '../image.ts';
import { loadSharp } from '../load-sharp.ts';
import type { RawImage } from '../raw-image.ts';

/** A picture and where it lies. */
export interface PlacedPicture {
  image: RawImage;
  left: number;
  top: number;
}

export interface Sheet {
  width: number;
  height: number;
  /** #rrggbb */
  background: string;
  pictures: readonly PlacedPicture[];
  /** Elements of SVG that lie above the pictures: texts, lines. */
  drawing: readonly string[];
}

/**
 * Draws pictures and texts on one sheet, 8-bit sRGB. The texts need a font on the machine.
 *
 * @throws ArtistError ERR_UNSUPPORTED: sharp has no binary for this machine
 */
export async function drawSheet({ width, height, background, pictures, drawing }: Sheet): Promise<ArtImage> {
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif">${drawing.join('')}</svg>`;
  const sharp = await loadSharp();
  const { data, info } = await sharp({ create: { width, height, channels: 3, background } })
    .composite([
      ...pictures.map(({ image, left, top }) => ({
        input: Buffer.from(image.data.buffer, image.data.byteOffset, image.data.byteLength),
        raw: { width: image.width, height: image.height, channels: image.channels as 1 | 2 | 3 | 4 },
        left,
        top,
      })),
      { input: Buffer.from(overlay), left: 0, top: 0 },
    ])
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return new ArtImage({
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    width: info.width,
    height: info.height,
    channels: info.channels,
  });
}

/** The picture inside a square of this edge; smaller ones stay as they are. */
export function sizeWithin({ width, height }: { width: number; height: number }, edge: number): { width: number; height: number } {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
