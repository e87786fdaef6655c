/** Two works side by side: their pictures where the terminal can, and a table of what differs. */
import { type Artwork, type Difference, nameOf } from '../../../lib/gallery/index.ts';
import { drawSheet, type RawImage, resizeImage } from '../../../lib/image/index.ts';
import type { Context } from '../../shell/run.ts';
import { t } from '../../texts/texts.ts';
import { showPicture } from '../terminal-preview.ts';

/** Height of both pictures, and what is between them, pixels. */
const height = 256;
const gap = 8;
/** Columns of a value: longer ones of the first work would push those of the second away. */
const widest = 40;

const shown = (value: unknown): string => (value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value));

/** Draws both pictures in one row, of one height; nothing where the terminal shows no pictures. */
export async function showBoth(context: Context, a: RawImage, b: RawImage): Promise<void> {
  const edge = (image: RawImage): number => Math.max(1, Math.round((image.width * height) / image.height));
  const [left, right] = await Promise.all([a, b].map((image) => resizeImage(image, edge(image), height)));
  if (!left || !right) return;
  const pictures = [
    { image: left, left: 0, top: 0 },
    { image: right, left: left.width + gap, top: 0 },
  ];
  const row = await drawSheet({ width: left.width + gap + right.width, height, background: '#000000', pictures, drawing: [] });
  await showPicture(context, row, pictures.length);
}

/** The works, then only what differs: name of the field, value of each. */
export function comparedLines([a, b]: readonly [Artwork, Artwork], different: readonly Difference[]): string[] {
  const rows = different.map(({ field, a: one, b: other }) => [field, shown(one), shown(other)] as const);
  const [fields, values] = [0, 1].map((at) => Math.max(5, ...rows.map((row) => (row[at] ?? '').length))) as [number, number];
  const width = Math.min(values, widest);
  return [
    `a ${' '.repeat(fields)}${a.id}  ${nameOf(a, 60)}`,
    `b ${' '.repeat(fields)}${b.id}  ${nameOf(b, 60)}`,
    ...(rows.length === 0 ? [] : [`${''.padEnd(fields)}  ${'a'.padEnd(width)}  |  b`]),
    ...rows.map(([field, one, other]) => `${field.padEnd(fields)}  ${one.padEnd(width)}  |  ${other}`),
  ];
}

/** How alike the pictures are, and how many fields differ. */
export function likenessLine(
  alike: { identical: boolean; distance: number; ratio: number | null },
  different: number,
  same: number,
): string {
  const { identical, distance, ratio } = alike;
  const pixels = identical
    ? t.compare.samePixels
    : `${t.compare.differ({ bits: distance })}${ratio === null ? '' : `, PSNR ${ratio.toFixed(1)} dB`}`;
  return `${pixels}; ${t.compare.fields({ different, same })}`;
}
