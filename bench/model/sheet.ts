/** A sheet of the same prompts and seeds by one model, or by several side by side. */

import { loadSharp, type RawImage } from '../../lib/image/index.ts';
import { ArtImage } from '../../lib/index.ts';

const [edge, gap, line, across] = [128, 6, 18, 4];

const escaped = (text: string): string => text.replace(/[&<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);

export interface SheetCell {
  prompt: string;
  /** One picture per model, in the order of the titles. */
  images: RawImage[];
}

/** Draws cells in rows of four, with the prompt below each. The text needs a font on the machine. */
export async function sheetOf(cells: readonly SheetCell[], titles: readonly string[]): Promise<ArtImage> {
  const each = Math.max(...cells.map(({ images }) => images.length));
  const cellWidth = each * (edge + 2) + gap;
  const cellHeight = edge + line + gap;
  const head = titles.length > 1 ? line : 0;
  const width = gap + across * cellWidth;
  const height = gap + head + Math.ceil(cells.length / across) * cellHeight;
  const left = (cell: number, image: number): number => gap + (cell % across) * cellWidth + image * (edge + 2);
  const top = (cell: number): number => gap + head + Math.floor(cell / across) * cellHeight;
  const letters = Math.floor((cellWidth - gap) / 6.1);
  const short = (text: string): string => (text.length > letters ? `${text.slice(0, letters - 1)}…` : text);
  const words = [
    ...(head > 0 ? titles.map((title, image) => `<text x="${left(0, image)}" y="${gap + 10}">${escaped(title)}</text>`) : []),
    ...cells.map(({ prompt }, cell) => `<text x="${left(cell, 0)}" y="${top(cell) + edge + 13}">${escaped(short(prompt))}</text>`),
  ];
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11" fill="#333333">${words.join('')}</svg>`;
  const sharp = await loadSharp();
  const { data, info } = await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([
      ...cells.flatMap(({ images }, cell) =>
        images.map((image, at) => ({
          input: Buffer.from(image.data),
          raw: { width: image.width, height: image.height, channels: 3 as const },
          left: left(cell, at),
          top: top(cell),
        })),
      ),
      { input: Buffer.from(overlay), left: 0, top: 0 },
    ])
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return new ArtImage({ data: new Uint8Array(data), width: info.width, height: info.height, channels: info.channels });
}
