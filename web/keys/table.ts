/** Every key of the page, once: listening, the overlay, tooltips and docs are derived from it. */
import type { TextKey } from '../texts/text.ts';

export type Scope = 'everywhere' | 'gallery' | 'work' | 'cull' | 'duel' | 'show';

interface Row {
  /** As KeyboardEvent.key has them. */
  keys: readonly string[];
  scope: Scope;
  label: TextKey;
}

export const keyTable = {
  help: { keys: ['?'], scope: 'everywhere', label: 'keys.show' },
  search: { keys: ['/'], scope: 'everywhere', label: 'keys.search' },
  next: { keys: ['ArrowRight'], scope: 'work', label: 'keys.next' },
  previous: { keys: ['ArrowLeft'], scope: 'work', label: 'keys.previous' },
  close: { keys: ['Escape'], scope: 'work', label: 'keys.close' },
  rate: { keys: ['0', '1', '2', '3', '4', '5'], scope: 'work', label: 'keys.rate' },
  pick: { keys: ['p'], scope: 'work', label: 'keys.pick' },
  reject: { keys: ['x'], scope: 'work', label: 'keys.reject' },
  unflag: { keys: ['u'], scope: 'work', label: 'keys.unflag' },
  star: { keys: ['f'], scope: 'work', label: 'keys.star' },
  details: { keys: ['i'], scope: 'work', label: 'keys.details' },
  trash: { keys: ['Delete'], scope: 'work', label: 'keys.trash' },
  undoDecision: { keys: ['Backspace'], scope: 'cull', label: 'keys.undoDecision' },
  skipPair: { keys: [' '], scope: 'duel', label: 'keys.skipPair' },
  pause: { keys: [' '], scope: 'show', label: 'keys.pause' },
  fillScreen: { keys: ['v'], scope: 'show', label: 'keys.fillScreen' },
} as const satisfies Record<string, Row>;
export type KeyAction = keyof typeof keyTable;
