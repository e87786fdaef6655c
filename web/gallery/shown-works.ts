/** The works that the gallery shows: the query of the address, and the columns of its results. */
import { batch, computed, effect, signal } from '@preact/signals';
import type { ApiError } from '../api/client.ts';
import { type Columns, without } from '../api/columns.ts';
import { session } from '../api/session.ts';
import { columnsOf, type Selection } from '../api/works.ts';
import { type About, type Like, worksLike } from '../likeness/likeness.ts';
import { page, place } from '../navigate/router.ts';
import { firstPictures } from '../views/first-pictures.ts';
import { heldPlace } from './place-kept.ts';

const sorts: readonly Selection['sort'][] = ['newest', 'oldest', 'rating', 'random'];

/** Which works are shown: those of a query, or, of these, those like something. */
export type Shown = Selection & { like: Like | undefined };

function likeOf({ like, likework, likepicture }: Readonly<Record<string, string>>): Like | undefined {
  if (like !== undefined && like.trim() !== '') return { kind: 'words', words: like.trim() };
  if (likework !== undefined) return { kind: 'work', id: likework };
  if (likepicture !== undefined) return { kind: 'picture', key: likepicture };
  return undefined;
}

/** What of the address chooses works; part of every address of gallery and work. */
export const selection = computed<Shown>(() => {
  const { q = '', sort, seed, trash, ...rest } = place.value.query;
  const order = sorts.find((one) => one === sort) ?? 'newest';
  return { query: q, sort: order, seed: Number(seed) || 0, trashed: trash === '1', like: likeOf(rest) };
});
/** Whether the works are in the order of time, so that days and the timeline mean something. */
export const isTimed = computed(() => {
  const { sort, like } = selection.value;
  return like === undefined && (sort === 'newest' || sort === 'oldest');
});
const selectionKey = computed(() => JSON.stringify(selection.value));

export const columns = signal<Columns | undefined>(undefined);
/** What the server said about works like something. */
export const about = signal<About | undefined>(undefined);
/** Why the works of this selection cannot be shown. */
export const columnsError = signal<ApiError | undefined>(undefined);
/** The selection that `columns` belongs to. */
export const columnsKey = signal('');

/** Whether the works of this selection are still on their way. */
export const isBehind = computed(() => columnsError.value === undefined && columnsKey.value !== selectionKey.value);

/** Whether there is no work at all: nothing to search, to sort or to choose. */
export const isUnused = computed(() => {
  const { query, trashed, like } = selection.value;
  return !isBehind.value && columns.value?.count === 0 && query === '' && !trashed && !like;
});

let running: AbortController | undefined;

async function load({ like, ...wanted }: Shown, signal: AbortSignal): Promise<{ columns: Columns; about?: About }> {
  return like ? worksLike(like, wanted.query, signal) : { columns: await columnsOf(wanted, signal) };
}

/** More than any view begins with, in 16 kB; all of most galleries. */
const firstWorks = 500;

/** Whether the view begins with the first works of the selection, so that these can be shown before all are known. */
const beginsAtTop = ({ sort, like }: Shown, key: string): boolean =>
  page.peek() === '' && columnsKey.peek() !== key && sort !== 'random' && !like && heldPlace(key) === undefined;

export async function loadColumns(): Promise<void> {
  running?.abort();
  const abort = new AbortController();
  running = abort;
  const { signal } = abort;
  const key = selectionKey.value;
  const wanted = selection.value;
  const show = (loaded: { columns: Columns; about?: About }): void => {
    signal.throwIfAborted();
    batch(() => {
      columns.value = loaded.columns;
      about.value = loaded.about;
      columnsKey.value = key;
      columnsError.value = undefined;
    });
  };
  try {
    if (beginsAtTop(wanted, key)) {
      const first = await columnsOf(wanted, signal, firstWorks);
      show({ columns: first });
      if (first.count === first.total) return;
      await firstPictures();
    }
    show(await load(wanted, signal));
  } catch (error) {
    if (!abort.signal.aborted) columnsError.value = error as ApiError;
  }
}

/** Takes works out of the list before the server has told of it. @returns puts them back */
export function leaveOut(ids: readonly string[]): () => void {
  const before = columns.peek();
  if (!before) return () => undefined;
  const now = without(before, ids);
  columns.value = now;
  return () => {
    // Otherwise a newer list has come, which has them.
    if (columns.peek() === now) columns.value = before;
  };
}

const isShown = computed(() => page.value === '' || page.value === 'works' || page.value === 'calendar');
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
  // A picture would be sent again each time.
  if (soon !== undefined || selection.peek().like?.kind === 'picture') return;
  soon = window.setTimeout(() => {
    soon = undefined;
    if (isShown.value && sees.value) loadColumns();
  }, soonMs);
}

/** Addresses of a work keep the selection, so that next and previous mean something. */
export const selectionQuery = (): Record<string, string | undefined> => {
  const { q, sort, seed, trash, like, likework, likepicture } = place.value.query;
  return { q, sort, seed, trash, like, likework, likepicture };
};
