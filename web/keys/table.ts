/** Every key of the page, once: listening, the overlay, tooltips and docs are derived from it. */
import type { TextKey } from '../texts/text.ts';

export type Scope = 'everywhere' | 'gallery' | 'work' | 'compare' | 'cull' | 'duel' | 'show' | 'map';

export interface Row {
  /** As KeyboardEvent.key has them. */
  keys: readonly string[];
  scope: Scope;
  /** Rooms besides in which it does the same. */
  also?: readonly Scope[];
  label: TextKey;
}

/** The room of each page, by the first part of its path. */
const rooms: Readonly<Record<string, Scope>> = {
  '': 'gallery',
  works: 'work',
  compare: 'compare',
  cull: 'cull',
  duel: 'duel',
  slideshow: 'show',
  kiosk: 'show',
};
export const roomOf = (page: string): Scope => rooms[page] ?? 'everywhere';
/** In the order of the list of keys. */
export const scopes: readonly Scope[] = ['everywhere', 'gallery', 'work', 'compare', 'cull', 'duel', 'show'];

const decided = ['gallery', 'cull', 'show'] as const;
const stepped = ['compare', 'cull', 'show'] as const;

export const keyTable = {
  help: { keys: ['?'], scope: 'everywhere', label: 'keys.show' },
  search: { keys: ['/'], scope: 'everywhere', label: 'keys.search' },
  alike: { keys: ['m'], scope: 'work', label: 'like.more' },
  left: { keys: ['ArrowLeft'], scope: 'gallery', label: 'keys.left' },
  right: { keys: ['ArrowRight'], scope: 'gallery', label: 'keys.right' },
  up: { keys: ['ArrowUp'], scope: 'gallery', label: 'keys.up' },
  down: { keys: ['ArrowDown'], scope: 'gallery', label: 'keys.down' },
  first: { keys: ['Home'], scope: 'gallery', label: 'keys.first' },
  last: { keys: ['End'], scope: 'gallery', label: 'keys.last' },
  pageUp: { keys: ['PageUp'], scope: 'gallery', label: 'keys.pageUp' },
  pageDown: { keys: ['PageDown'], scope: 'gallery', label: 'keys.pageDown' },
  choose: { keys: [' '], scope: 'gallery', label: 'keys.choose' },
  chooseAll: { keys: ['Ctrl+a'], scope: 'gallery', label: 'keys.chooseAll' },
  clear: { keys: ['Escape'], scope: 'gallery', label: 'keys.clear' },
  undo: { keys: ['Ctrl+z'], scope: 'gallery', label: 'keys.undo' },
  next: { keys: ['ArrowRight'], scope: 'work', also: stepped, label: 'keys.next' },
  previous: { keys: ['ArrowLeft'], scope: 'work', also: stepped, label: 'keys.previous' },
  close: { keys: ['Escape'], scope: 'work', also: ['compare', 'cull', 'duel', 'show'], label: 'keys.close' },
  rate: { keys: ['0', '1', '2', '3', '4', '5'], scope: 'work', also: decided, label: 'keys.rate' },
  pick: { keys: ['p'], scope: 'work', also: decided, label: 'keys.pick' },
  reject: { keys: ['x'], scope: 'work', also: decided, label: 'keys.reject' },
  unflag: { keys: ['u'], scope: 'work', also: decided, label: 'keys.unflag' },
  star: { keys: ['f'], scope: 'work', also: ['gallery', 'show'], label: 'keys.star' },
  hide: { keys: ['h'], scope: 'work', label: 'keys.hide' },
  note: { keys: ['n'], scope: 'work', label: 'keys.note' },
  details: { keys: ['i'], scope: 'work', label: 'keys.details' },
  panUp: { keys: ['ArrowUp'], scope: 'work', also: ['compare'], label: 'keys.panUp' },
  panDown: { keys: ['ArrowDown'], scope: 'work', also: ['compare'], label: 'keys.panDown' },
  zoomIn: { keys: ['+', '='], scope: 'work', also: ['compare'], label: 'keys.zoomIn' },
  zoomOut: { keys: ['-'], scope: 'work', also: ['compare'], label: 'keys.zoomOut' },
  zoomFit: { keys: ['z'], scope: 'work', also: ['compare'], label: 'keys.zoomFit' },
  full: { keys: ['v'], scope: 'work', label: 'keys.full' },
  why: { keys: ['w'], scope: 'work', label: 'keys.why' },
  compare: { keys: ['c'], scope: 'work', label: 'keys.compare' },
  compareMode: { keys: ['m'], scope: 'compare', label: 'keys.compareMode' },
  compareSwap: { keys: ['s'], scope: 'compare', label: 'keys.compareSwap' },
  compareHold: { keys: ['b'], scope: 'compare', label: 'keys.compareHold' },
  open: { keys: ['o'], scope: 'work', label: 'keys.open' },
  trash: { keys: ['Delete'], scope: 'work', also: ['gallery'], label: 'keys.trash' },
  undoDecision: { keys: ['Backspace'], scope: 'cull', also: ['duel'], label: 'keys.undoDecision' },
  skipPair: { keys: [' '], scope: 'duel', label: 'keys.skipPair' },
  pause: { keys: [' '], scope: 'show', label: 'keys.pause' },
  mapMove: { keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], scope: 'map', label: 'keys.mapMove' },
  mapWhole: { keys: ['0'], scope: 'map', label: 'keys.mapWhole' },
  fillScreen: { keys: ['v'], scope: 'show', label: 'keys.fillScreen' },
} as const satisfies Record<string, Row>;
export type KeyAction = keyof typeof keyTable;

/** What a key does again and again while it is held down. */
export const repeating: ReadonlySet<KeyAction> = new Set([
  ...(['left', 'right', 'up', 'down', 'pageUp', 'pageDown'] as const),
  ...(['next', 'previous', 'panUp', 'panDown', 'zoomIn', 'zoomOut'] as const),
]);
