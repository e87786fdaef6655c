/** Counts of the works that are shown, and of the whole gallery, which completion offers. */
import { effect, signal } from '@preact/signals';
import type { FacetAnswer } from '../../lib/server/api/works/work-routes.ts';
import { ask } from '../api/client.ts';
import { onEvent } from '../api/events.ts';
import { columns, selection } from '../gallery/shown-works.ts';
import { tellError } from '../parts/notices.tsx';
import { isBoolean, readStored, store } from '../parts/storage.ts';

/** Whether the panel is open beside the pictures; on narrow screens it is a drawer, and starts closed. */
export const isPanelOpen = signal(matchMedia('(min-width: 64rem)').matches && (readStored('local', 'facets', isBoolean) ?? false));
export function setPanelOpen(isOpen: boolean): void {
  isPanelOpen.value = isOpen;
  store('local', 'facets', isOpen);
}

/** Of the query in the address; undefined: not counted yet. */
export const facets = signal<FacetAnswer | undefined>(undefined);

let running: AbortController | undefined;
async function countShown(): Promise<void> {
  running?.abort();
  const abort = new AbortController();
  running = abort;
  const { query, trashed } = selection.peek();
  const wanted = isPanelOpen.peek() ? undefined : 'star';
  try {
    const counted = await ask<FacetAnswer>('facets', { query: { query, trashed, facets: wanted }, signal: abort.signal });
    if (!abort.signal.aborted) facets.value = counted;
  } catch {
    // The list of works says the same of the same query.
    if (!abort.signal.aborted) facets.value = undefined;
  }
}

const changesMs = 600;

/** Counts again whenever the list was loaded, or a work has changed. */
export function followFacets(): () => void {
  let timer: number | undefined;
  const stopCounting = effect(() => {
    columns.value;
    const { query } = selection.value;
    if (columns.peek() && (isPanelOpen.value || query !== '')) countShown();
    else facets.value = undefined;
  });
  const stopHearing = onEvent('work.changed', () => {
    clearTimeout(timer);
    if (isPanelOpen.peek()) timer = window.setTimeout(countShown, changesMs);
  });
  return () => {
    stopCounting();
    stopHearing();
    clearTimeout(timer);
  };
}

const freshMs = 60_000;
let all: { at: number; answer: Promise<FacetAnswer['facets']> } | undefined;

/** Counts of the whole gallery, at most a minute old. */
export function allFacets(): Promise<FacetAnswer['facets']> {
  if (!all || Date.now() - all.at > freshMs)
    all = {
      at: Date.now(),
      answer: ask<FacetAnswer>('facets').then(
        (answer) => answer.facets,
        (error) => {
          all = undefined;
          tellError(error);
          return {};
        },
      ),
    };
  return all.answer;
}
