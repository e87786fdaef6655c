import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { page, place, setQuery } from '../../navigate/router.ts';
import type { PointGrid } from '../points/point-grid.ts';
import { movedBy, queryOfView, type Size, scaleOf, type View, viewOfQuery, wholeOf, zoomedBy } from '../view.ts';

export interface ViewControl {
  view: View;
  /** The view when the map last rested. */
  rested: View;
  isWhole: boolean;
  /** By CSS pixels. */
  move(dx: number, dy: number): void;
  /** @param at from the middle of the stage, CSS pixels */
  zoom(factor: number, at?: { x: number; y: number }): void;
  showWhole(): void;
  /** Writes the view into the address now, before the page is left. */
  keep(): void;
}

/** Without a change for so long, the map rests, milliseconds. Browsers allow some hundred changes of the address in 30 seconds. */
const restMs = 200;
const middle = { x: 0, y: 0 };

/** The view as state; the address follows it when it rests, and it follows the address ("back", links). */
export function useView(grid: PointGrid, size: Size): ViewControl {
  const whole = useMemo(() => wholeOf(grid.bounds), [grid]);
  const { x, y, z } = place.value.query;
  const [view, setView] = useState<View>(() => viewOfQuery(place.peek().query, whole, grid.bounds));
  const [rested, setRested] = useState(view);
  const latest = useRef({ view, size, grid, whole });
  Object.assign(latest.current, { size, grid, whole });
  const written = useRef(JSON.stringify([x, y, z]));
  /** The view that the address says. */
  const synced = useRef(view);
  const address = JSON.stringify([x, y, z]);

  const set = (change: (now: View, scale: number) => View): void => {
    const { view: now, size: stage, grid: points } = latest.current;
    const next = change(now, scaleOf(now, points.bounds, stage));
    latest.current.view = next;
    setView(next);
  };
  const keep = (): void => {
    const query = queryOfView(latest.current.view, latest.current.whole);
    const text = JSON.stringify([query.x, query.y, query.z]);
    if (latest.current.view === synced.current || text === written.current || page.peek() !== 'map') return;
    written.current = text;
    synced.current = latest.current.view;
    setQuery(query, { replace: true });
  };
  useEffect(() => {
    if (address === written.current) return;
    written.current = address;
    set(() => viewOfQuery(place.peek().query, latest.current.whole, latest.current.grid.bounds));
    synced.current = latest.current.view;
  }, [address]);
  useEffect(() => {
    const timer = setTimeout(() => {
      setRested(view);
      keep();
    }, restMs);
    return () => clearTimeout(timer);
  }, [view]);

  return {
    view,
    rested,
    isWhole: view.x === whole.x && view.y === whole.y && view.zoom === whole.zoom,
    move: (dx, dy) => set((now, scale) => movedBy(now, dx, dy, scale, latest.current.grid.bounds)),
    zoom: (factor, at = middle) => set((now, scale) => zoomedBy(now, factor, at, scale, latest.current.grid.bounds)),
    showWhole: () => set(() => latest.current.whole),
    keep,
  };
}
