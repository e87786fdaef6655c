/** Where the gallery stands: kept while other pages are shown, and over a reload. */
import { signal } from '@preact/signals';
import { hasFields, isList, isNumber, isText, readStored, store } from '../parts/storage.ts';

/** Index of the work that keys act on; undefined: none was chosen. */
export const focused = signal<number | undefined>(undefined);

/** Whether the tile of this work takes the focus of the document when it is drawn: after a key, not after scrolling. */
export const wantsFocus = signal(false);

export interface HeldPlace {
  /** The first work of the row at the top of the view. */
  id: string;
  /** How far the top of the view is below the top of this row, pixels. */
  below: number;
}

const most = 30;
const isHeld = hasFields<HeldPlace>({ id: isText, below: isNumber });
const isPlace = (found: unknown): found is [string, HeldPlace] => Array.isArray(found) && isText(found[0]) && isHeld(found[1]);
const places = new Map<string, HeldPlace>(readStored('session', 'places', isList(isPlace)) ?? []);
let timer: number | undefined;

export const heldPlace = (selection: string): HeldPlace | undefined => places.get(selection);

/** @param held undefined: at the top */
export function holdPlace(selection: string, held: HeldPlace | undefined): void {
  places.delete(selection);
  if (held) places.set(selection, held);
  for (const [old] of places) {
    if (places.size <= most) break;
    places.delete(old);
  }
  if (timer !== undefined) return;
  timer = window.setTimeout(() => {
    timer = undefined;
    store('session', 'places', [...places]);
  }, 500);
}
