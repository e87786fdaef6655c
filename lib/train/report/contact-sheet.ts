import { ArtistError, answering } from '../../core/index.ts';
import { ArtImage, decodeImage, type ImageInput, loadSharp, resizeImage } from '../../image/index.ts';
import { xmlText } from './loss-curve.ts';

export interface SheetRow {
  /** Text beside the row, e.g. "step 200". */
  readonly label: string;
  readonly images: readonly ImageInput[];
}

export interface ContactSheetOptions {
  /** Longest edge of a picture on the sheet, pixels. Default 192. */
  readonly cell?: number;
  /** Text above the columns, e.g. the prompts. */
  readonly columns?: readonly string[];
}

const gap = 8;
const labelWidth = 96;
const headHeight = 28;
/** Maximum number of rows. From more, evenly spaced ones are chosen, including the first and the last. */
const maxRows = 24;
const maxColumns = 16;

/** Returns `count` evenly spaced items, including the first and the last. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))] as T);
}

/**
 * Draws sample strips below each other, to show how the same pictures changed during training. save() adds the same AI label as for painted
 * pictures. The labels need a font on the machine.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when there is no picture; ERR_READ, ERR_IMAGE_DECODE when a picture cannot be read
 */
export const contactSheet = answering(
  'contactSheet',
  async (rows: readonly SheetRow[], { cell = 192, columns = [] }: ContactSheetOptions = {}): Promise<ArtImage> => {
    const shown = spread(
      rows.filter(({ images }) => images.length > 0),
      maxRows,
    );
    if (shown.length === 0)
      throw new ArtistError('ERR_INVALID_ARGUMENT', 'contactSheet: expected at least one row with a picture, got none');
    const across = Math.min(maxColumns, Math.max(...shown.map(({ images }) => images.length)));
    const cells: { image: { data: Uint8Array; width: number; height: number }; row: number; column: number }[] = [];
    for (const [row, { images }] of shown.entries())
      for (const [column, input] of images.slice(0, across).entries()) {
        const image = await decodeImage(input);
        const scale = cell / Math.max(image.width, image.height);
        const size = (edge: number): number => Math.max(1, Math.round(edge * scale));
        cells.push({ image: await resizeImage(image, size(image.width), size(image.height)), row, column });
      }
    const rowHeight = Math.max(...cells.map(({ image }) => image.height));
    const columnWidth = Math.max(...cells.map(({ image }) => image.width));
    const left = (column: number): number => labelWidth + gap + column * (columnWidth + gap);
    const head = columns.length > 0 ? headHeight : 0;
    const top = (row: number): number => gap + head + row * (rowHeight + gap);
    const [width, height] = [left(across), top(shown.length)];
    const letters = Math.max(4, Math.floor(columnWidth / 7));
    const short = (words: string, most: number): string =>
      [...words].length > most ? `${[...words].slice(0, most - 1).join('')}…` : words;
    const words = [
      ...shown.map(({ label }, row) => `<text x="${gap}" y="${top(row) + rowHeight / 2 + 4}">${xmlText(short(label, 13))}</text>`),
      ...columns
        .slice(0, across)
        .map((title, column) => `<text x="${left(column)}" y="${gap + 14}">${xmlText(short(title, letters))}</text>`),
    ];
    const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="13" fill="#333333">${words.join('')}</svg>`;
    const sharp = await loadSharp();
    const { data, info } = await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
      .composite([
        ...cells.map(({ image, row, column }) => ({
          input: Buffer.from(image.data.buffer, image.data.byteOffset, image.data.byteLength),
          raw: { width: image.width, height: image.height, channels: 3 as const },
          left: left(column),
          top: top(row),
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
  },
);
