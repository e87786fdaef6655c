import { signal } from '@preact/signals';
import { isBoolean, readStored, store } from '../parts/storage.ts';
import { type KeyAction, keyTable, repeating } from './table.ts';

/** `false`: it does not concern this handler, and the next one hears it. */
type Handler = (key: string, event: KeyboardEvent) => unknown;
type Handlers = Partial<Record<KeyAction, Handler>>;

/** What is in front comes last, and hears first. */
const listeners: Handlers[] = [];

/** Whether keys of one letter act: WCAG 2.1.4 asks for a way to turn them off. */
export const hasSingleKeys = signal(readStored('local', 'single keys', isBoolean) ?? true);
export function setSingleKeys(isOn: boolean): void {
  hasSingleKeys.value = isOn;
  store('local', 'single keys', isOn);
}

const actionOf = new Map<string, KeyAction[]>();
for (const [action, { keys }] of Object.entries(keyTable))
  for (const key of keys) actionOf.set(key, [...(actionOf.get(key) ?? []), action as KeyAction]);

/** Handles keys until the returned function is called. */
export function handleKeys(handlers: Handlers): () => void {
  listeners.push(handlers);
  return () => {
    listeners.splice(listeners.indexOf(handlers), 1);
  };
}

const movesSlider = /^(Arrow|Page|Home$|End$)/;

/** Whether a key is meant for the field that has the focus. A slider takes those that move it. */
function isForField({ target, key }: KeyboardEvent): boolean {
  if (target instanceof HTMLInputElement && target.type === 'range') return movesSlider.test(key);
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function startKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || isForField(event)) return;
    // A modal dialog has the page to itself.
    if (document.querySelector('dialog[open]')) return;
    const isChord = event.ctrlKey || event.metaKey;
    if (event.key.length === 1 && event.key !== ' ' && !isChord && !hasSingleKeys.value) return;
    const named = (key: string): string => (isChord ? `Ctrl+${key}` : key);
    const actions = actionOf.get(named(event.key)) ?? actionOf.get(named(event.key.toLowerCase())) ?? [];
    for (const handlers of [...listeners].reverse())
      for (const action of actions) {
        const handle = handlers[action];
        // A key that is held down rates, deletes or answers once.
        const isAgain = event.repeat && !repeating.has(action);
        if (!handle || (!isAgain && handle(event.key, event) === false)) continue;
        event.preventDefault();
        return;
      }
  });
}
