/** The map as the server has it, kept while the page is open, so that "back" shows it at once. */
import { signal } from '@preact/signals';
import { ApiError, send } from '../api/client.ts';
import { readPoints } from './points/columns.ts';
import { PointGrid } from './points/point-grid.ts';

/** undefined: not asked for yet. */
export const grid = signal<PointGrid | undefined>(undefined);
export const mapError = signal<ApiError | undefined>(undefined);
/** When the request that runs was begun, milliseconds of performance.now(); undefined: none runs. */
export const askedAt = signal<number | undefined>(undefined);

/** Pause before the server is asked again for works that have no place yet. It looks at pictures for ten seconds at a time. */
const againMs = 20_000;
let etag: string | null = null;
let readers = 0;
let timer: number | undefined;

export async function loadMap(): Promise<void> {
  if (askedAt.value !== undefined) return;
  clearTimeout(timer);
  askedAt.value = performance.now();
  try {
    const response = await send('map');
    const tag = response.headers.get('etag');
    if (grid.value === undefined || tag === null || tag !== etag) grid.value = new PointGrid(readPoints(await response.arrayBuffer()));
    etag = tag;
    mapError.value = undefined;
  } catch (error) {
    mapError.value = error instanceof ApiError ? error : new ApiError('ERR_INTERNAL', String(error), 0, undefined);
  } finally {
    askedAt.value = undefined;
  }
  if (readers > 0 && (grid.value?.points.unplaced ?? 0) > 0) timer = window.setTimeout(loadMap, againMs);
}

/** Keeps the map up to date until the returned function is called. */
export function followMap(): () => void {
  readers++;
  loadMap();
  return () => {
    readers--;
    if (readers === 0) clearTimeout(timer);
  };
}
