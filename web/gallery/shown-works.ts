/** The works that the gallery shows: the query of the address, and the columns of its results. */
import { computed, effect, signal } from '@preact/signals';
import type { ApiError } from '../api/client.ts';
import type { Columns } from '../api/columns.ts';
import { session } from '../api/session.ts';
import { columnsOf, type Selection } from '../api/works.ts';
import { page, place } from '../navigate/router.ts';

const sorts: readonly Selection['sort'][] = ['newest', 'oldest', 'rating'];

/** What of the address chooses works; part of every address of gallery and work. */
export const selection = computed<Selection>(() => {
  const { q = '', sort, seed, trash } = place.value.query;
  return { query: q, sort: sorts.find((one) => one === sort) ?? 'newest', seed: Number(seed) || 0, trashed: trash === '1' };
});
const selectionKey = computed(() => JSON.stringify(selection.value));

export const columns = signal<Columns | undefined>(undefined);
/** Why the works of this selection cannot be shown. */
export const columnsError = signal<ApiError | undefined>(undefined);
/** The selection that `columns` belongs to. */
export const columnsKey = signal('');

let running: AbortController | undefined;

export async function loadColumns(): Promise<void> {
  running?.abort();
  const abort = new AbortController();
  running = abort;
  const key = selectionKey.value;
  try {
    const loaded = await columnsOf(selection.value, abort.signal);
    if (abort.signal.aborted) return;
    columns.value = loaded;
    columnsKey.value = key;
    columnsError.value = undefined;
  } catch (error) {
    if (!abort.signal.aborted) columnsError.value = error as ApiError;
  }
}

const isShown = computed(() => page.value === '' || page.value === 'works');
const sees = computed(() => session.value !== undefined && session.value.scope !== null);
const who = computed(() => session.value?.name ?? '');

/** Loads them whenever the address or the caller changes. */
export function followSelection(): void {
  effect(() => {
    selectionKey.value;
    who.value;
    if (isShown.value && sees.value) loadColumns();
  });
}

const soonMs = 400;
let soon: number | undefined;
/** Loads them again because the gallery has changed; many changes at once cause one request. */
export function reloadSoon(): void {
  if (soon !== undefined) return;
  soon = window.setTimeout(() => {
    soon = undefined;
    if (isShown.value && sees.value) loadColumns();
  }, soonMs);
}

/** Addresses of a work keep the selection, so that next and previous mean something. */
export const selectionQuery = (): Record<string, string | undefined> => {
  const { q, sort, trash } = place.value.query;
  return { q, sort, trash };
};
