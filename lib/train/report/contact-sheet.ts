import { ArtistError, answering, xmlText } from '../../core/index.ts';
import { type ArtImage, decodeImage, drawSheet, type ImageInput, type RawImage, resizeImage } from '../../image/index.ts';

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
    const cells: { image: RawImage; row: number; column: number }[] = [];
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
    return drawSheet({
      width,
      height,
      background: '#ffffff',
      pictures: cells.map(({ image, row, column }) => ({ image, left: left(column), top: top(row) })),
      drawing: ['<g font-family="sans-serif" font-size="13" fill="#333333">', ...words, '</g>'],
    });
  },
);
