import { useLayoutEffect, useRef } from 'preact/hooks';
import { rowOf, thumbnailOf } from '../../api/works.ts';
import { px } from '../../parts/px.ts';
import type { PointGrid } from '../points/point-grid.ts';
import { type Size, scaleOf, type View } from '../view.ts';

interface PictureLayerProps {
  grid: PointGrid;
  view: View;
  /** The view for which `indices` were found, when the map rested. */
  rested: View;
  size: Size;
  indices: readonly number[];
  edge: number;
}

/** Edge of pictures on the map, CSS pixels: as large as there is room for. */
export const edgeFor = (works: number, { width, height }: Size): number =>
  Math.max(40, Math.min(128, 0.55 * Math.sqrt((width * height) / Math.max(1, works))));

/** Pictures in place of points where one looks closely; until the map rests again, they move and grow with it. */
export function PictureLayer({ grid, view, rested, size, indices, edge }: PictureLayerProps) {
  const layer = useRef<HTMLDivElement>(null);
  const { x, y } = grid.points;
  const was = scaleOf(rested, grid.bounds, size);
  const scale = scaleOf(view, grid.bounds, size);
  useLayoutEffect(() => {
    if (layer.current)
      layer.current.style.transform = `translate(${(rested.x - view.x) * scale}px, ${(view.y - rested.y) * scale}px) scale(${scale / was})`;
  }, [view, rested, scale, was]);
  return (
    <div ref={layer} class="pointer-events-none absolute inset-0" aria-hidden="true">
      {[...indices].reverse().map((index) => (
        <Picture
          key={grid.points.idAt(index)}
          id={grid.points.idAt(index)}
          edge={edge}
          left={size.width / 2 + ((x[index] as number) - rested.x) * was}
          top={size.height / 2 - ((y[index] as number) - rested.y) * was}
        />
      ))}
    </div>
  );
}

function Picture({ id, left, top, edge }: { id: string; left: number; top: number; edge: number }) {
  const row = rowOf(id).value;
  if (!row) return null;
  const longest = Math.max(row.width, row.height, 1);
  const [width, height] = [(edge * row.width) / longest, (edge * row.height) / longest];
  return (
    <img
      src={thumbnailOf(row, 320)}
      alt=""
      decoding="async"
      draggable={false}
      class="absolute rounded-sm bg-sunken object-cover shadow-md"
      style={{ left: px(left - width / 2), top: px(top - height / 2), width: px(width), height: px(height) }}
    />
  );
}
