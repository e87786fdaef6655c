import { effect, signal } from '@preact/signals';
import { isOneOf, readStored, store } from './storage.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
export const theme = signal<Theme>(readStored('local', 'theme', isOneOf(themes)) ?? 'system');

/** Follows the choice of the person, else that of the system. */
export function applyTheme(): void {
  effect(() => {
    if (theme.value === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme.value;
    store('local', 'theme', theme.value === 'system' ? undefined : theme.value);
  });
}
