import { signal } from '@preact/signals';
import { isList, isText, readStored, store } from '../../parts/storage.ts';

const most = 100;
/** Prompts that were painted from here, newest first. */
export const promptHistory = signal<readonly string[]>(readStored('local', 'prompts', isList(isText)) ?? []);

export function remember(prompt: string): void {
  if (prompt.trim() === '') return;
  promptHistory.value = [prompt, ...promptHistory.value.filter((one) => one !== prompt)].slice(0, most);
  store('local', 'prompts', promptHistory.value);
}

export function forgetPrompts(): void {
  promptHistory.value = [];
  store('local', 'prompts', undefined);
}
