/** A grid as one picture with its labels. */
import { addressOfPicture } from '../../api/jobs.ts';
import { optionName } from '../../form/option-text.ts';
import type { Table } from './axes.ts';

const gap = 8;
const header = { width: 140, height: 44 };
const font = '16px system-ui, sans-serif';

const decoded = async (address: string): Promise<ImageBitmap> => {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return createImageBitmap(await response.blob());
};

function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  let shown = text;
  while (shown.length > 1 && context.measureText(`${shown}…`).width > width) shown = shown.slice(0, -1);
  return context.measureText(text).width <= width ? text : `${shown}…`;
}

async function drawGrid({ columns, rows, x, y, xLabels, yLabels, jobAt }: Table): Promise<HTMLCanvasElement> {
  const pictures = new Map<string, ImageBitmap>();
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const job = jobAt(column, row);
      const [picture] = job?.pictures ?? [];
      if (job && picture) pictures.set(`${column} ${row}`, await decoded(addressOfPicture(job, picture)));
    }
  const width = Math.max(...[...pictures.values()].map((one) => one.width));
  const height = Math.max(...[...pictures.values()].map((one) => one.height));
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: header.width + columns * (width + gap), height: header.height + rows * (height + gap) });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('the browser has no canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#111';
  context.font = font;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  const said = (name: string | undefined, value = ''): string => (name === undefined ? '' : `${optionName(name)}: ${value}`);
  for (let column = 0; column < columns; column++)
    context.fillText(cut(context, said(x, xLabels[column]), width), header.width + column * (width + gap) + width / 2, header.height / 2);
  for (let row = 0; row < rows; row++) {
    const top = header.height + row * (height + gap);
    context.fillText(cut(context, said(y, yLabels[row]), header.width - gap), header.width / 2, top + height / 2);
    for (let column = 0; column < columns; column++) {
      const picture = pictures.get(`${column} ${row}`);
      if (picture) context.drawImage(picture, header.width + column * (width + gap), top);
    }
  }
  for (const picture of pictures.values()) picture.close();
  return canvas;
}

/** Saves what is painted so far as a PNG. */
export async function saveGrid(table: Table): Promise<void> {
  const canvas = await drawGrid(table);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('the grid is too large for a picture');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = 'grid.png';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
