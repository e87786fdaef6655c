/** Which part of the map is shown. */
import type { Box } from './points/point-grid.ts';

export interface View {
  /** Place in the middle of the stage. */
  x: number;
  y: number;
  /** 1: the whole map fits. */
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

export const mostZoom = 400;
const leastZoom = 0.7;
/** Of the stage that the whole map fills. */
const fill = 0.9;

export const wholeOf = ({ left, right, bottom, top }: Box): View => ({ x: (left + right) / 2, y: (bottom + top) / 2, zoom: 1 });

/** CSS pixels of one unit of the map. */
export function scaleOf({ zoom }: View, { left, right, bottom, top }: Box, { width, height }: Size): number {
  return Math.max(1e-6, Math.min(width / (right - left), height / (top - bottom))) * fill * zoom;
}

/** The part that a stage shows, with a margin around it as a share of its size. */
export function boxOf({ x, y }: View, scale: number, { width, height }: Size, margin = 0): Box {
  const [halfX, halfY] = [((1 + 2 * margin) * width) / 2 / scale, ((1 + 2 * margin) * height) / 2 / scale];
  return { left: x - halfX, right: x + halfX, bottom: y - halfY, top: y + halfY };
}

/** The middle stays within the map, so that it cannot be lost. */
function within(view: View, { left, right, bottom, top }: Box): View {
  return { ...view, x: Math.max(left, Math.min(right, view.x)), y: Math.max(bottom, Math.min(top, view.y)) };
}

/** Moved by CSS pixels: what is under the finger stays under it. */
export const movedBy = (view: View, dx: number, dy: number, scale: number, bounds: Box): View =>
  within({ ...view, x: view.x - dx / scale, y: view.y + dy / scale }, bounds);

/** Enlarged by a factor; the place at `at`, CSS pixels from the middle of the stage, stays where it is. */
export function zoomedBy(view: View, factor: number, at: { x: number; y: number }, scale: number, bounds: Box): View {
  const zoom = Math.max(leastZoom, Math.min(mostZoom, view.zoom * factor));
  const shift = (1 - view.zoom / zoom) / scale;
  return within({ zoom, x: view.x + at.x * shift, y: view.y - at.y * shift }, bounds);
}

const digits = 6;

/** A view as part of an address; the whole map needs none. */
export function queryOfView(view: View, whole: View): Record<'x' | 'y' | 'z', string | undefined> {
  if (view.x === whole.x && view.y === whole.y && view.zoom === whole.zoom) return { x: undefined, y: undefined, z: undefined };
  return { x: view.x.toFixed(digits), y: view.y.toFixed(digits), z: view.zoom.toFixed(4) };
}

/** The view of an address. What is missing or no number is that of the whole map. */
export function viewOfQuery({ x, y, z }: Readonly<Record<string, string>>, whole: View, bounds: Box): View {
  const number = (text: string | undefined, otherwise: number): number =>
    text === undefined || text === '' || !Number.isFinite(Number(text)) ? otherwise : Number(text);
  return within(
    { x: number(x, whole.x), y: number(y, whole.y), zoom: Math.max(leastZoom, Math.min(mostZoom, number(z, whole.zoom))) },
    bounds,
  );
}
