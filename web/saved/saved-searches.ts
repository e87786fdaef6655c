/** Named queries that the server keeps; pinned ones are live folders of this browser. */
import { signal } from '@preact/signals';
import { ask, send } from '../api/client.ts';
import { isSignedIn } from '../api/session.ts';
import { tellError } from '../parts/notices.tsx';
import { isList, isText, readStored, store } from '../parts/storage.ts';

export interface SavedSearch {
  name: string;
  query: string;
}

export const saved = signal<readonly SavedSearch[] | undefined>(undefined);
export const pinned = signal<readonly string[]>(readStored('local', 'pinned searches', isList(isText)) ?? []);

function setPinned(names: readonly string[]): void {
  pinned.value = names;
  store('local', 'pinned searches', names.length === 0 ? undefined : names);
}
export function togglePinned(name: string): void {
  setPinned(pinned.value.includes(name) ? pinned.value.filter((one) => one !== name) : [...pinned.value, name]);
}

export async function loadSaved(): Promise<void> {
  try {
    // They are for holders of a token.
    saved.value = !isSignedIn.peek() ? [] : (await ask<{ searches: SavedSearch[] }>('searches')).searches;
  } catch (error) {
    tellError(error);
  }
}

export async function savedSearches(): Promise<readonly SavedSearch[]> {
  if (!saved.value) await loadSaved();
  return saved.value ?? [];
}

const pathOf = (name: string): string => `searches/${encodeURIComponent(name)}`;

/** @throws ApiError, such as that of a bad name */
export async function saveSearch({ name, query }: SavedSearch): Promise<void> {
  await ask(pathOf(name), { method: 'PUT', body: { query } });
  await loadSaved();
}

/** @throws ApiError, such as that of a taken name */
export async function renameSearch(name: string, to: string): Promise<void> {
  await ask(`${pathOf(name)}/rename`, { method: 'POST', body: { to } });
  setPinned(pinned.value.map((one) => (one === name ? to : one)));
  await loadSaved();
}

/** @throws ApiError */
export async function deleteSearch(name: string): Promise<void> {
  await send(pathOf(name), { method: 'DELETE' });
  setPinned(pinned.value.filter((one) => one !== name));
  await loadSaved();
}
