/** Every key of the page, once: listening, the overlay, tooltips and docs are derived from it. */
import type { TextKey } from '../texts/text.ts';

export type Scope = 'everywhere' | 'gallery' | 'work' | 'compare' | 'cull' | 'duel' | 'show';

interface Row {
  /** As KeyboardEvent.key has them. */
  keys: readonly string[];
  scope: Scope;
  label: TextKey;
}

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
  next: { keys: ['ArrowRight'], scope: 'work', label: 'keys.next' },
  previous: { keys: ['ArrowLeft'], scope: 'work', label: 'keys.previous' },
  close: { keys: ['Escape'], scope: 'work', label: 'keys.close' },
  rate: { keys: ['0', '1', '2', '3', '4', '5'], scope: 'work', label: 'keys.rate' },
  pick: { keys: ['p'], scope: 'work', label: 'keys.pick' },
  reject: { keys: ['x'], scope: 'work', label: 'keys.reject' },
  unflag: { keys: ['u'], scope: 'work', label: 'keys.unflag' },
  star: { keys: ['f'], scope: 'work', label: 'keys.star' },
  details: { keys: ['i'], scope: 'work', label: 'keys.details' },
  panUp: { keys: ['ArrowUp'], scope: 'work', label: 'keys.panUp' },
  panDown: { keys: ['ArrowDown'], scope: 'work', label: 'keys.panDown' },
  zoomIn: { keys: ['+', '='], scope: 'work', label: 'keys.zoomIn' },
  zoomOut: { keys: ['-'], scope: 'work', label: 'keys.zoomOut' },
  zoomFit: { keys: ['z'], scope: 'work', label: 'keys.zoomFit' },
  full: { keys: ['v'], scope: 'work', label: 'keys.full' },
  why: { keys: ['w'], scope: 'work', label: 'keys.why' },
  compare: { keys: ['c'], scope: 'work', label: 'keys.compare' },
  compareMode: { keys: ['m'], scope: 'compare', label: 'keys.compareMode' },
  compareSwap: { keys: ['s'], scope: 'compare', label: 'keys.compareSwap' },
  compareHold: { keys: ['b'], scope: 'compare', label: 'keys.compareHold' },
  open: { keys: ['o'], scope: 'work', label: 'keys.open' },
  trash: { keys: ['Delete'], scope: 'work', label: 'keys.trash' },
  undoDecision: { keys: ['Backspace'], scope: 'cull', label: 'keys.undoDecision' },
  skipPair: { keys: [' '], scope: 'duel', label: 'keys.skipPair' },
  pause: { keys: [' '], scope: 'show', label: 'keys.pause' },
  fillScreen: { keys: ['v'], scope: 'show', label: 'keys.fillScreen' },
} as const satisfies Record<string, Row>;
export type KeyAction = keyof typeof keyTable;

/** What a key does again and again while it is held down. */
export const repeating: ReadonlySet<KeyAction> = new Set([
  ...(['left', 'right', 'up', 'down', 'pageUp', 'pageDown'] as const),
  ...(['next', 'previous', 'panUp', 'panDown', 'zoomIn', 'zoomOut'] as const),
]);
