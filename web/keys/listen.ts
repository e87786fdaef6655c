import { signal } from '@preact/signals';
import { readStored, store } from '../parts/storage.ts';
import { type KeyAction, keyTable } from './table.ts';

type Handler = (key: string) => void;
type Handlers = Partial<Record<KeyAction, Handler>>;

/** What is in front comes last, and hears first. */
const listeners: Handlers[] = [];

/** Whether keys of one letter act: WCAG 2.1.4 asks for a way to turn them off. */
export const hasSingleKeys = signal(readStored<boolean>('local', 'single keys') ?? true);
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

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function startKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
    // A modal dialog has the page to itself.
    if (document.querySelector('dialog[open]')) return;
    if (event.key.length === 1 && !hasSingleKeys.value) return;
    const actions = actionOf.get(event.key) ?? actionOf.get(event.key.toLowerCase()) ?? [];
    for (const handlers of [...listeners].reverse())
      for (const action of actions) {
        const handle = handlers[action];
        if (!handle) continue;
        event.preventDefault();
        handle(event.key);
        return;
      }
  });
}
