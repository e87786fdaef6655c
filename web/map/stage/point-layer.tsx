import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { px } from '../../parts/px.ts';
import { theme } from '../../parts/theme.ts';
import type { Classes } from '../colours/classes.ts';
import { type Bright, lookOf } from '../colours/look.ts';
import { paperOf } from '../colours/palette.ts';
import { paintPoints, radiusOf } from '../points/paint.ts';
import type { PointGrid } from '../points/point-grid.ts';
import { boxOf, type Size, scaleOf, type View } from '../view.ts';

/** Drawn beyond each edge, as a share of the stage: moving shows it before it is drawn again. */
const margin = 0.25;
/** Pixels of a bitmap: more would cost more time and memory than they show. */
const mostPixels = 4_000_000;
/** Before the bitmap is drawn again for another zoom, milliseconds without a change. */
const restMs = 120;

interface Painted {
  view: View;
  scale: number;
}

interface PointLayerProps {
  grid: PointGrid;
  view: View;
  size: Size;
  classes: Classes | undefined;
  bright: Bright;
}

/**
 * The points as a bitmap. Moving and zooming only shifts and scales it, which the browser does without a script; it is drawn again at rest,
 * and when its edge comes into view.
 */
export function PointLayer({ grid, view, size, classes, bright }: PointLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painted = useRef<Painted | undefined>(undefined);
  const scale = scaleOf(view, grid.bounds, size);
  useLayoutEffect(() => {
    if (canvas.current && painted.current) place(canvas.current, painted.current, view, scale);
  }, [view, scale]);
  usePainting({ canvas, painted, grid, view, size, classes, bright });
  return (
    <canvas
      ref={canvas}
      class="pointer-events-none absolute bg-paper"
      style={{
        left: px(-margin * size.width),
        top: px(-margin * size.height),
        width: px((1 + 2 * margin) * size.width),
        height: px((1 + 2 * margin) * size.height),
      }}
    />
  );
}

function place(canvas: HTMLCanvasElement, { view: from, scale: was }: Painted, to: View, scale: number): void {
  canvas.style.transform = `translate(${(from.x - to.x) * scale}px, ${(to.y - from.y) * scale}px) scale(${scale / was})`;
}

/** Whether the bitmap still covers the stage at about the right scale. */
function isGood({ view: from, scale: was }: Painted, to: View, scale: number, { width, height }: Size): boolean {
  const isNear = Math.abs(from.x - to.x) * scale < margin * width && Math.abs(from.y - to.y) * scale < margin * height;
  return isNear && scale / was > 0.8 && scale / was < 2;
}

interface Painting extends PointLayerProps {
  canvas: { current: HTMLCanvasElement | null };
  painted: { current: Painted | undefined };
}

function usePainting({ canvas, painted, grid, view, size, classes, bright }: Painting): void {
  const latest = useRef<Drawing['latest']>({ view, run: 0, isDrawing: false, isBehind: false });
  latest.current.view = view;
  const themed = theme.value;
  const paint = useRef<() => void>(() => undefined);
  paint.current = () => {
    const { current } = canvas;
    if (!current || size.width === 0) return;
    draw(current, { grid, size, classes, bright, latest: latest.current, painted }).then((isLast) => {
      if (isLast && latest.current.isBehind) paint.current();
    });
  };
  useEffect(() => paint.current(), [grid, size.width, size.height, classes, bright.found, bright.shownClass, themed]);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const again = (): void => paint.current();
    dark.addEventListener('change', again);
    return () => dark.removeEventListener('change', again);
  }, []);
  useEffect(() => {
    const scale = scaleOf(view, grid.bounds, size);
    const now = painted.current;
    if (!now || (now.view === view && now.scale === scale)) return;
    // While it is drawn for a moment before, that goes on: begun again at each move, it would never be finished.
    const again = (): void => {
      if (latest.current.isDrawing) latest.current.isBehind = true;
      else paint.current();
    };
    if (!isGood(now, view, scale, size)) return again();
    const timer = setTimeout(again, restMs);
    return () => clearTimeout(timer);
  }, [view, grid, size.width, size.height]);
}

interface Drawing extends Pick<PointLayerProps, 'grid' | 'size' | 'classes' | 'bright'> {
  latest: { view: View; run: number; isDrawing: boolean /** The view changed while it was drawn. */; isBehind: boolean };
  painted: { current: Painted | undefined };
}

/** @returns false: another drawing was begun meanwhile */
async function draw(canvas: HTMLCanvasElement, { grid, size, classes, bright, latest, painted }: Drawing): Promise<boolean> {
  const run = ++latest.run;
  latest.isDrawing = true;
  latest.isBehind = false;
  const { view } = latest;
  const scale = scaleOf(view, grid.bounds, size);
  const [wide, high] = [(1 + 2 * margin) * size.width, (1 + 2 * margin) * size.height];
  const density = Math.min(devicePixelRatio, Math.sqrt(mostPixels / (wide * high)));
  const [width, height] = [Math.ceil(wide * density), Math.ceil(high * density)];
  const look = lookOf(classes, bright, grid.points.count, paperOf(document.body));
  const image = new ImageData(width, height);
  const box = boxOf(view, scale, size, margin);
  const radius = radiusOf(grid.points.count, view.zoom) * density;
  const bitmap = { box, scale: scale * density, width, height, radius };
  const isWhole = await paintPoints(grid, look, bitmap, new Uint32Array(image.data.buffer), () => run === latest.run);
  if (!isWhole || run !== latest.run) return false;
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d', { alpha: false })?.putImageData(image, 0, 0);
  painted.current = { view, scale };
  place(canvas, painted.current, latest.view, scaleOf(latest.view, grid.bounds, size));
  canvas.dataset['painted'] = String(run);
  latest.isDrawing = false;
  return true;
}
