/** The sheet of a grid: the cells with the values of their axes, blocks for a third axis, and what all cells share above them. */
import {
  type ArtImage,
  cutText,
  drawSheet,
  type PlacedPicture,
  type RawImage,
  sizeWithin,
  svgText,
  type TextStyle,
  textWidth,
  wrapText,
} from '../../image/index.ts';
import { type GridAxes, type GridAxis, type GridPlace, labelAt } from './axes.ts';

/** Longest edge of a sheet: what PNG, JPEG and WebP of ours can hold. */
export const longestEdge = 16_000;

export interface SheetCell extends GridPlace {
  status: 'painted' | 'failed' | 'missing';
  picture: RawImage | undefined;
  error: { message: string } | undefined;
}

export interface GridSheetOptions extends GridAxes {
  cells: readonly SheetCell[];
  /** The prompt; empty: none. */
  heading: string;
  /** Model, seed and so on, one after the other. */
  facts: readonly string[];
  /** Longest edge of a picture. */
  edge: number;
}

const ink = '#1f2328';
const faint = '#656d76';
const paper = '#ffffff';
const tray = '#f3f4f6';
const line = '#d0d7de';
const alarm = '#b3261e';

/** Sizes of texts and gaps: they grow with the pictures, so that a sheet looks the same at every size. */
interface Measures {
  label: number;
  small: number;
  gap: number;
  margin: number;
  cell: { width: number; height: number };
  /** Width of the labels of rows, with their gap. */
  side: number;
  /** Lines of the longest label of a column. */
  lines: number;
  /** Height of the labels of columns, with their gap. */
  head: number;
  /** Height of the title of a block, with its gap. */
  title: number;
}

const labelsOf = (axis: GridAxis): string[] => axis.values.map((_, at) => labelAt(axis, at));
const titleOf = ({ title, option }: GridAxis): string => title ?? option;
const linesOfLabels = 2;
/** Shows where a picture ends that is as white as the paper. */
const outline = 'fill="none" stroke="#000000" stroke-opacity="0.14"';

function measure({ cells, edge, x, y, z }: GridSheetOptions): Measures {
  const sizes = cells.flatMap(({ picture }) => (picture ? [sizeWithin(picture, edge)] : []));
  const least = Math.min(96, edge);
  const cell = {
    width: Math.max(least, ...sizes.map(({ width }) => width)),
    height: Math.max(least, ...sizes.map(({ height }) => height)),
  };
  const label = Math.round(Math.min(30, Math.max(12, Math.min(cell.width, cell.height) / 16)));
  const gap = Math.max(4, Math.round(label / 2));
  const lineHeight = label * 1.25;
  const longest = y ? Math.max(...labelsOf(y).map((text) => textWidth(text, label)), textWidth(titleOf(y), label * 0.85)) : 0;
  const lines = Math.max(...labelsOf(x).map((text) => wrapText(text, label, cell.width, linesOfLabels).length));
  return {
    label,
    small: Math.round(label * 0.85),
    gap,
    margin: label * 2,
    cell,
    side: y ? Math.ceil(Math.min(longest, Math.max(cell.width * 0.7, label * 6))) + gap * 2 : 0,
    lines,
    head: Math.ceil(lineHeight * (1 + lines)) + gap,
    title: z ? Math.ceil(lineHeight * 1.6) : 0,
  };
}

/** Number of blocks side by side with which the sheet is closest to a page of 4 by 3. */
function across(blocks: number, { width, height }: { width: number; height: number }): number {
  let best = 1;
  let distance = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= blocks; columns++) {
    const [wide, high] = [columns * width, Math.ceil(blocks / columns) * height];
    const empty = columns * Math.ceil(blocks / columns) - blocks;
    const off = Math.abs(Math.log(wide / high / (4 / 3))) + empty / blocks;
    if (Math.max(wide, high) <= longestEdge * 0.95 && off < distance) [best, distance] = [columns, off];
  }
  return best;
}

/** Text on several lines, the last on the baseline `y`. */
function linesAbove(lines: readonly string[], x: number, y: number, style: TextStyle): string[] {
  return lines.map((text, at) => svgText(text, x, y - (lines.length - 1 - at) * style.size * 1.25, style));
}

/** A cell that failed, with the reason, or that was not painted. */
function withoutPicture(
  { status, error }: SheetCell,
  left: number,
  top: number,
  { cell: { width, height }, label, small }: Measures,
): string[] {
  const failed = status === 'failed';
  const inner = width - label;
  const words = failed ? wrapText(error?.message ?? '', small, inner, Math.max(1, Math.floor(height / small / 1.3) - 3)) : [];
  const middle = top + height / 2 - (words.length * small * 1.25) / 2;
  const style: TextStyle = { size: label, colour: failed ? alarm : faint, anchor: 'middle', bold: failed };
  return [
    `<rect x="${left + 0.5}" y="${top + 0.5}" width="${width - 1}" height="${height - 1}" fill="${tray}" stroke="${line}" stroke-dasharray="${label / 2} ${label / 3}"/>`,
    svgText(failed ? 'failed' : 'not painted', left + width / 2, middle, style),
    ...words.map((text, at) =>
      svgText(text, left + width / 2, middle + (at + 1) * small * 1.25, { size: small, colour: faint, anchor: 'middle' }),
    ),
  ];
}

/** One block: titles and labels of its axes, and its cells. */
function block(
  options: GridSheetOptions,
  number: number,
  left: number,
  top: number,
  m: Measures,
): { pictures: PlacedPicture[]; drawing: string[] } {
  const { x, y, z, cells } = options;
  const drawing: string[] = [];
  const pictures: PlacedPicture[] = [];
  const pitch = { x: m.cell.width + m.gap, y: m.cell.height + m.gap };
  const origin = { x: left + m.side, y: top + m.title + m.head };
  const columns = labelsOf(x);
  const whole = m.side + columns.length * pitch.x - m.gap;
  if (z) {
    const style: TextStyle = { size: Math.round(m.label * 1.15), colour: ink, bold: true };
    drawing.push(svgText(cutText(`${titleOf(z)} ${labelAt(z, number)}`, style.size, whole), left, top + m.label * 1.2, style));
  }
  const titles: TextStyle = { size: m.small, colour: faint };
  const baseline = origin.y - m.gap;
  // The title of the columns stands above the first line of their labels.
  drawing.push(svgText(cutText(titleOf(x), m.small, whole - m.side), origin.x, baseline - m.lines * m.label * 1.25, titles));
  for (const [at, text] of columns.entries()) {
    const wrapped = wrapText(text, m.label, m.cell.width, linesOfLabels);
    drawing.push(
      ...linesAbove(wrapped, origin.x + at * pitch.x + m.cell.width / 2, baseline, { size: m.label, colour: ink, anchor: 'middle' }),
    );
  }
  if (y) {
    const end = origin.x - m.gap * 2;
    drawing.push(svgText(cutText(titleOf(y), m.small, m.side - m.gap * 2), end, baseline, { ...titles, anchor: 'end' }));
    for (const [at, text] of labelsOf(y).entries()) {
      const wrapped = wrapText(text, m.label, m.side - m.gap * 2, 4);
      const bottom = origin.y + at * pitch.y + m.cell.height / 2 + m.label * 0.35 + ((wrapped.length - 1) * m.label * 1.25) / 2;
      drawing.push(...linesAbove(wrapped, end, bottom, { size: m.label, colour: ink, anchor: 'end' }));
    }
  }
  for (const cell of cells.filter((one) => one.block === number)) {
    const [cornerX, cornerY] = [origin.x + cell.column * pitch.x, origin.y + cell.row * pitch.y];
    const { picture } = cell;
    if (!picture) {
      drawing.push(...withoutPicture(cell, cornerX, cornerY, m));
      continue;
    }
    const { width, height } = picture;
    const [left, top] = [Math.round(cornerX + (m.cell.width - width) / 2), Math.round(cornerY + (m.cell.height - height) / 2)];
    pictures.push({ image: picture, left, top });
    drawing.push(`<rect x="${left + 0.5}" y="${top + 0.5}" width="${width - 1}" height="${height - 1}" ${outline}/>`);
  }
  return { pictures, drawing };
}

/** @throws ArtistError ERR_UNSUPPORTED: sharp has no binary for this machine */
export async function gridSheet(options: GridSheetOptions): Promise<ArtImage> {
  const m = measure(options);
  const { x, y, z, heading, facts } = options;
  const size = {
    width: m.side + x.values.length * (m.cell.width + m.gap) - m.gap,
    height: m.title + m.head + (y?.values.length ?? 1) * (m.cell.height + m.gap) - m.gap,
  };
  const blocks = z?.values.length ?? 1;
  const between = m.label * 2;
  const columns = across(blocks, { width: size.width + between, height: size.height + between });
  const least = Math.min(longestEdge, m.label * 22);
  const width = Math.ceil(Math.max(columns * (size.width + between) - between, least) + 2 * m.margin);
  const head: TextStyle = { size: Math.round(m.label * 1.25), colour: ink, bold: true };
  const lines = heading === '' ? [] : wrapText(heading, head.size, width - 2 * m.margin, 3);
  const drawing: string[] = [];
  let top = m.margin;
  for (const text of lines) {
    drawing.push(svgText(text, m.margin, top + head.size * 0.8, head));
    top += head.size * 1.3;
  }
  if (facts.length > 0) {
    drawing.push(
      svgText(cutText(facts.join('  ·  '), m.label, width - 2 * m.margin), m.margin, top + m.label * 0.9, { size: m.label, colour: faint }),
    );
    top += m.label * 1.3;
  }
  // Without a heading, the space above the labels of columns is enough.
  top = Math.ceil(lines.length + facts.length > 0 ? top + m.label * 0.6 : m.margin / 2);
  const pictures: PlacedPicture[] = [];
  for (let number = 0; number < blocks; number++) {
    const left = m.margin + (number % columns) * (size.width + between);
    const drawn = block(options, number, Math.round(left), top + Math.floor(number / columns) * (size.height + between), m);
    pictures.push(...drawn.pictures);
    drawing.push(...drawn.drawing);
  }
  const height = Math.ceil(top + Math.ceil(blocks / columns) * (size.height + between) - between + m.margin);
  return drawSheet({ width, height, background: paper, pictures, drawing });
}
