/** A mask as the list of what was done to it, so that each step can be undone. White is repainted, black is kept. */

/** Coordinates are pixels of the start picture. */
export type MaskStep =
  | { kind: 'stroke'; points: readonly [number, number][]; size: number; isErasing: boolean }
  | { kind: 'rectangle'; left: number; top: number; width: number; height: number; isErasing: boolean }
  | { kind: 'all' }
  | { kind: 'clear' }
  | { kind: 'invert' }
  | { kind: 'picture'; picture: ImageBitmap };

export interface Mask {
  done: readonly MaskStep[];
  /** Undone ones, the latest first. */
  undone: readonly MaskStep[];
}

export const emptyMask: Mask = { done: [], undone: [] };

export const withStep = ({ done }: Mask, step: MaskStep): Mask => ({ done: [...done, step], undone: [] });

export function undo({ done, undone }: Mask): Mask {
  const last = done.at(-1);
  return last ? { done: done.slice(0, -1), undone: [last, ...undone] } : { done, undone };
}

export function redo({ done, undone }: Mask): Mask {
  const [next, ...rest] = undone;
  return next ? { done: [...done, next], undone: rest } : { done, undone };
}

/** Opaque where it is repainted, in a colour that few pictures have. */
const ink = '#d946ef';
const inkParts = [217, 70, 239] as const;

function strokeTo(context: CanvasRenderingContext2D, { points, size, isErasing }: Extract<MaskStep, { kind: 'stroke' }>): void {
  const [first, ...rest] = points;
  if (!first) return;
  context.globalCompositeOperation = isErasing ? 'destination-out' : 'source-over';
  context.lineWidth = size;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = ink;
  context.beginPath();
  context.moveTo(...first);
  // A line of no length is a dot, with round caps.
  context.lineTo(...first);
  for (const point of rest) context.lineTo(...point);
  context.stroke();
}

function takeStep(context: CanvasRenderingContext2D, step: MaskStep): void {
  const { width, height } = context.canvas;
  context.globalCompositeOperation = 'source-over';
  context.fillStyle = ink;
  if (step.kind === 'stroke') strokeTo(context, step);
  else if (step.kind === 'all') context.fillRect(0, 0, width, height);
  else if (step.kind === 'clear') context.clearRect(0, 0, width, height);
  else if (step.kind === 'invert') {
    context.globalCompositeOperation = 'xor';
    context.fillRect(0, 0, width, height);
  } else if (step.kind === 'picture') drawLightness(context, step.picture);
  else {
    context.globalCompositeOperation = step.isErasing ? 'destination-out' : 'source-over';
    context.fillRect(step.left, step.top, step.width, step.height);
  }
  context.globalCompositeOperation = 'source-over';
}

/** Lightness of a picture becomes opacity. */
function drawLightness(context: CanvasRenderingContext2D, picture: ImageBitmap): void {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  const { data } = pixels;
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4);
    data.set([...inkParts, (((red + green + blue) / 3) * alpha) / 255], at);
  }
  context.putImageData(pixels, 0, 0);
}

/** Draws a mask anew. */
export function drawMask(canvas: HTMLCanvasElement, { done }: Mask): void {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const step of done) takeStep(context, step);
}

/** The mask as the server takes it: a PNG, white on black. */
export async function maskFile(mask: Mask, width: number, height: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  drawMask(canvas, mask);
  const context = canvas.getContext('2d');
  if (context) {
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#000';
    context.fillRect(0, 0, width, height);
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the mask could not be made'))), 'image/png');
  });
}

/** Whether nothing at all was masked. */
export function isBlank(mask: Mask, width: number, height: number): boolean {
  if (mask.done.length === 0) return true;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  drawMask(canvas, mask);
  const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data;
  return !data?.some((value, at) => at % 4 === 3 && value > 0);
}
