/** One page of a contact sheet: works in rows, with title, rating and id under each. */
import { type ArtImage, cutText, drawSheet, type PlacedPicture, type RawImage, resizeImage, svgText } from '../../image/index.ts';
import type { Artwork } from '../artwork.ts';
import { nameOf } from '../describe.ts';

export interface SheetWork {
  work: Artwork;
  picture: RawImage;
}

/** Where things lie on a page, pixels. */
export interface PageLayout {
  width: number;
  /** Undefined: as high as its rows. */
  height: number | undefined;
  margin: number;
  columns: number;
  /** Edge of a picture. */
  cell: number;
  gap: number;
}

const ink = '#1f2328';
const faint = '#656d76';

/** Size of the texts. */
export const letters = ({ cell }: Pick<PageLayout, 'cell'>): number => Math.max(9, Math.round(cell / 17));
const head = (layout: PageLayout): number => Math.ceil(letters(layout) * 2.6);
const pitch = (layout: PageLayout): number => layout.cell + Math.ceil(letters(layout) * 3) + layout.gap;

/** Rows that a page of this height has room for. */
export function rowsOf(layout: PageLayout & { height: number }): number {
  return Math.max(1, Math.floor((layout.height - 2 * layout.margin - head(layout) + layout.gap) / pitch(layout)));
}

/** @param title above the works @param place "page 2 of 5" */
export async function sheetPage(works: readonly SheetWork[], layout: PageLayout, title: string, place: string): Promise<ArtImage> {
  const { width, margin, columns, cell, gap } = layout;
  const size = letters(layout);
  const small = Math.max(8, Math.round(size * 0.82));
  const rows = Math.ceil(works.length / columns);
  const height = layout.height ?? 2 * margin + head(layout) + rows * pitch(layout) - gap;
  const style = { size: Math.round(size * 1.25), colour: ink, bold: true };
  const drawing = [
    svgText(cutText(title, style.size, (width - 2 * margin) * 0.75), margin, margin + style.size * 0.8, style),
    svgText(place, width - margin, margin + style.size * 0.8, { size, colour: faint, anchor: 'end' }),
  ];
  const pictures: PlacedPicture[] = [];
  for (const [at, { work, picture }] of works.entries()) {
    const left = margin + (at % columns) * (cell + gap);
    const top = margin + head(layout) + Math.floor(at / columns) * pitch(layout);
    // Small ones become larger, so that all works look alike.
    const scale = cell / Math.max(picture.width, picture.height);
    const edge = (pixels: number): number => Math.max(1, Math.round(pixels * scale));
    const image = await resizeImage(picture, edge(picture.width), edge(picture.height));
    const corner = { left: Math.round(left + (cell - image.width) / 2), top: Math.round(top + cell - image.height) };
    pictures.push({ image, ...corner });
    const stars = work.rating === undefined ? '' : '★'.repeat(work.rating);
    const room = cell - (stars === '' ? 0 : stars.length * size);
    const line = top + cell + size * 1.25;
    drawing.push(
      `<rect x="${corner.left + 0.5}" y="${corner.top + 0.5}" width="${image.width - 1}" height="${image.height - 1}" fill="none" stroke="#000000" stroke-opacity="0.14"/>`,
      svgText(cutText(nameOf(work), size, room), left, line, { size, colour: ink }),
      ...(stars === '' ? [] : [svgText(stars, left + cell, line, { size, colour: '#b26a00', anchor: 'end' })]),
      svgText(cutText(work.id, small, cell), left, line + size * 1.2, { size: small, colour: faint }),
    );
  }
  return drawSheet({ width, height: Math.ceil(height), background: '#ffffff', pictures, drawing });
}
