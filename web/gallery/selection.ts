/** Which works of the list are chosen: some of them, or all results of the query but some, whether they are loaded or not. */
import { computed, effect, type Signal, signal } from '@preact/signals';
import { type Columns, idsWithout } from '../api/columns.ts';
import { columns, columnsKey, type Shown } from './shown-works.ts';

type Chosen = { readonly isAll: boolean /** The chosen works, or, of all, those that are not. */; readonly ids: ReadonlySet<string> };

const nothing: Chosen = { isAll: false, ids: new Set() };
const chosen = signal<Chosen>(nothing);
/** A press of the button "Select", after which a tap chooses instead of opening. */
const isAsked = signal(false);
/** Index of the work from which a range goes. */
const anchor = signal<number | undefined>(undefined);
/** Ends of the range that a click with shift would choose. */
const preview = signal<{ from: number; to: number } | undefined>(undefined);

const countOf = ({ isAll, ids }: Chosen, list: Columns | undefined): number =>
  isAll ? Math.max(0, (list?.total ?? 0) - ids.size) : ids.size;
export const chosenCount = computed(() => countOf(chosen.value, columns.value));
export const isSelecting = computed(() => isAsked.value || chosenCount.value > 0);

/** How a tile shows that it is chosen, or would be. */
export type Mark = 'chosen' | 'preview' | undefined;
interface Watched {
  index: number;
  readonly mark: Signal<Mark>;
}
/** Tiles in the document. Only those whose mark changes are drawn again. */
const watched = new Map<string, Watched>();

const isChosenIn = ({ isAll, ids }: Chosen, id: string): boolean => ids.has(id) !== isAll;
export const isChosen = (id: string): boolean => isChosenIn(chosen.peek(), id);

function markOf(id: string, index: number): Mark {
  if (isChosenIn(chosen.value, id)) return 'chosen';
  const range = preview.value;
  return range && index >= range.from && index <= range.to ? 'preview' : undefined;
}

effect(() => {
  chosen.value;
  preview.value;
  for (const [id, { index, mark }] of watched) mark.value = markOf(id, index);
});

/** The mark of a tile; `stop` when it leaves the document. */
export function watchMark(id: string, index: number): { mark: Signal<Mark>; stop: () => void } {
  const mark = watched.get(id)?.mark ?? signal<Mark>(undefined);
  const one = { index, mark };
  watched.set(id, one);
  mark.value = markOf(id, index);
  return {
    mark,
    stop: () => {
      if (watched.get(id) === one) watched.delete(id);
    },
  };
}

/** Whether all works of a group are chosen; read in a component, it follows. */
export function isGroupChosen(from: number, to: number): boolean {
  const { isAll, ids } = chosen.value;
  const list = columns.peek();
  if (!list || (!isAll && ids.size < to - from)) return false;
  for (let index = from; index < to; index++) if (ids.has(list.idAt(index)) === isAll) return false;
  return true;
}

/** Chooses works by their places in the list, or leaves them. */
function set(from: number, to: number, isWanted: boolean): void {
  const list = columns.peek();
  if (!list) return;
  const { isAll, ids } = chosen.peek();
  const next = new Set(ids);
  for (let index = Math.max(0, from); index < Math.min(to, list.count); index++)
    if (isWanted !== isAll) next.add(list.idAt(index));
    else next.delete(list.idAt(index));
  chosen.value = { isAll, ids: next };
}

export function toggle(index: number): void {
  const id = columns.peek()?.idAt(index);
  if (id === undefined) return;
  set(index, index + 1, !isChosen(id));
  anchor.value = index;
  preview.value = undefined;
}

/** Chooses all works between the last one chosen and this one. */
export function chooseRange(index: number): void {
  const from = anchor.peek() ?? index;
  set(Math.min(from, index), Math.max(from, index) + 1, true);
  anchor.value = from;
  preview.value = undefined;
}

export function toggleGroup(from: number, to: number): void {
  set(from, to, !isGroupChosen(from, to));
  anchor.value = from;
}

/** Shows what chooseRange() would choose; undefined: nothing. */
export function previewRange(index: number | undefined): void {
  const from = anchor.peek();
  preview.value =
    index === undefined || from === undefined || chosenCount.peek() === 0
      ? undefined
      : { from: Math.min(from, index), to: Math.max(from, index) };
}

export function chooseAll(): void {
  chosen.value = { isAll: true, ids: new Set() };
}

export function invert(): void {
  const { isAll, ids } = chosen.peek();
  chosen.value = { isAll: !isAll, ids };
}

export function clearSelection(): void {
  chosen.value = nothing;
  anchor.value = undefined;
  preview.value = undefined;
  isAsked.value = false;
}

export function askToSelect(): void {
  isAsked.value = true;
}

/** The works, as the server takes them. */
export type Which = { ids: string[] } | { query: string; except?: string[] };

export function chosenWorks(): Which {
  const { isAll, ids } = chosen.peek();
  if (!isAll) return { ids: [...ids] };
  // Of the list that is shown: the address may be ahead of it.
  const { query, like } = JSON.parse(columnsKey.peek()) as Shown;
  // A query names more works than those that are like something.
  const list = columns.peek();
  if (like && list) return { ids: idsWithout(list, ids) };
  return ids.size === 0 ? { query } : { query, except: [...ids] };
}

/** The selection belongs to a list: another one begins without, and works that have left it are no longer chosen. */
export function followChosen(): () => void {
  let key = columnsKey.peek();
  return effect(() => {
    const list = columns.value;
    if (columnsKey.value !== key) {
      const isFirst = key === '';
      key = columnsKey.value;
      if (!isFirst) clearSelection();
      return;
    }
    const { isAll, ids } = chosen.peek();
    if (!list || ids.size === 0) return;
    const left = new Set([...ids].filter((id) => list.indexOf(id) >= 0));
    if (left.size === 0 && !isAll) clearSelection();
    else if (left.size !== ids.size) chosen.value = { isAll, ids: left };
  });
}
