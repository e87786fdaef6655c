/** Draws points into a bitmap, a few milliseconds at a time, so that the page answers meanwhile however many there are. */
import type { Box, PointGrid } from './point-grid.ts';

export interface Look {
  /** Colours as 0xAABBGGRR, as ImageData has them on machines of today. */
  paper: number;
  /** Colour of each class of points. */
  colours: Uint32Array;
  classes: Uint8Array;
  /** Points that stand out; the others are drawn below them, in `dim`. undefined: all are alike. */
  bright: ((index: number) => boolean) | undefined;
  dim: number;
}

export interface Bitmap {
  box: Box;
  /** Pixels of the bitmap for one unit of the map. */
  scale: number;
  width: number;
  height: number;
  /** Pixels of the bitmap. */
  radius: number;
}

/** Work between two pauses, milliseconds. */
const sliceMs = 8;
/** Points between two looks at the clock. */
const stride = 1024;

const rest = (): Promise<void> => new Promise((go) => setTimeout(go));

/** A disc as shifts from its middle and how much of each pixel it covers. */
function discOf(radius: number): { dx: Int16Array; dy: Int16Array; cover: Float32Array } {
  const [dx, dy, cover]: [number[], number[], number[]] = [[], [], []];
  const reach = Math.ceil(radius);
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++) {
      const part = Math.min(1, radius + 0.5 - Math.hypot(x, y));
      if (part <= 0) continue;
      dx.push(x);
      dy.push(y);
      cover.push(part);
    }
  return { dx: Int16Array.from(dx), dy: Int16Array.from(dy), cover: Float32Array.from(cover) };
}

function mixed(under: number, over: number, part: number): number {
  const channel = (shift: number): number => {
    const from = (under >>> shift) & 255;
    return Math.round(from + (((over >>> shift) & 255) - from) * part) << shift;
  };
  return (channel(0) | channel(8) | channel(16) | 0xff000000) >>> 0;
}

/**
 * Draws the points of a box. The oldest are drawn first.
 *
 * @param pixels width x height
 * @returns false: `isWanted` said no meanwhile, and the bitmap is unfinished
 */
export async function paintPoints(
  grid: PointGrid,
  look: Look,
  { box, scale, width, height, radius }: Bitmap,
  pixels: Uint32Array,
  isWanted: () => boolean,
): Promise<boolean> {
  const { x, y } = grid.points;
  const { dx, dy, cover } = discOf(radius);
  const { classes, colours, bright } = look;
  pixels.fill(look.paper);
  const reach = Math.ceil(radius);
  const draw = (index: number, colour: number): void => {
    const left = Math.round(((x[index] as number) - box.left) * scale);
    const top = Math.round((box.top - (y[index] as number)) * scale);
    if (left < reach || top < reach || left >= width - reach || top >= height - reach) return;
    const middle = top * width + left;
    for (let at = 0; at < cover.length; at++) {
      const place = middle + (dy[at] as number) * width + (dx[at] as number);
      const part = cover[at] as number;
      pixels[place] = part >= 1 ? colour : mixed(pixels[place] as number, colour, part);
    }
  };
  let until = performance.now() + sliceMs;
  for (const isBright of bright ? [false, true] : [true]) {
    let count = 0;
    for (const indices of grid.around(box))
      for (const index of indices) {
        if (++count % stride === 0 && performance.now() > until) {
          await rest();
          if (!isWanted()) return false;
          until = performance.now() + sliceMs;
        }
        if (bright && bright(index) !== isBright) continue;
        draw(index, isBright ? (colours[classes[index] as number] as number) : look.dim);
      }
  }
  return true;
}

/** Radius of a point, CSS pixels: smaller where there are many, larger where one looks closely. */
export function radiusOf(count: number, zoom: number): number {
  return Math.min(8, Math.max(1.4, 3.2 * (5000 / Math.max(1, count)) ** 0.25) * Math.max(1, zoom) ** 0.3);
}
