/** Works of a query, one after the other, each read before it is shown. */
import { effect, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { ApiError } from '../api/client.ts';
import type { Columns } from '../api/columns.ts';
import { isConnected } from '../api/events.ts';
import { columnsOf, rowOf, type Selection, type WorkRow } from '../api/works.ts';
import { place } from '../navigate/router.ts';
import { decoded, largeOf, preload } from '../review/decoded.ts';
import { onListChange } from '../review/list-changes.ts';

export const orders = ['newest', 'oldest', 'rating', 'random'] as const satisfies readonly Selection['sort'][];
export interface ShowWish {
  query: string;
  sort: Selection['sort'];
  seed: number;
}

const bounds = { least: 1, most: 3600, usual: 6 };
/** Seconds a picture stays: `seconds` of the address. */
export function secondsOf({ seconds }: Readonly<Record<string, string>>): number {
  const given = Number(seconds);
  return Number.isFinite(given) && given > 0 ? Math.min(bounds.most, Math.max(bounds.least, given)) : bounds.usual;
}

/** Hidden works are not put on a wall, unless the query names them. */
const shownQuery = (query: string): string => (/\bhidden:/i.test(query) ? query : `${query} hidden:false`.trim());
const ahead = 3;

async function rowSoon(id: string): Promise<WorkRow | null> {
  return new Promise((resolve) => {
    const stop = rowOf(id).subscribe((row) => {
      if (row === undefined) return;
      resolve(row);
      queueMicrotask(() => stop());
    });
  });
}

export class Show {
  readonly columns = signal<Columns | undefined>(undefined);
  readonly error = signal<ApiError | undefined>(undefined);
  /** The work on the screen, and the one before it. */
  readonly shown = signal<{ now: string; before: string | undefined } | undefined>(undefined);
  /** Counts what was shown, also the same work again. */
  readonly turn = signal(0);
  /** Works that have come while the show runs: they are next. */
  #fresh: string[] = [];
  #going = 0;

  constructor(readonly wish: ShowWish) {}

  /** @param at the work to begin with */
  async load(abort: AbortSignal, at?: string): Promise<void> {
    const { query, sort, seed } = this.wish;
    try {
      const loaded = await columnsOf({ query: shownQuery(query), sort, seed, trashed: false }, abort);
      const old = this.columns.peek();
      if (old) this.#fresh.push(...newcomers(old, loaded));
      this.columns.value = loaded;
      this.error.value = undefined;
      if (this.shown.peek() === undefined || loaded.indexOf(this.shown.peek()?.now ?? '') < 0) {
        if (loaded.count === 0) this.shown.value = undefined;
        else this.#go(Math.max(0, loaded.indexOf(at ?? '')), 1);
      }
    } catch (error) {
      if (!abort.aborted) this.error.value = error as ApiError;
    }
  }

  get index(): number {
    return this.columns.value?.indexOf(this.shown.value?.now ?? '') ?? -1;
  }

  /** @param step 1: the next one, or one that has just come; -1: the one before it in the order */
  move(step: 1 | -1): void {
    const { columns } = this;
    const fresh = step === 1 ? this.#fresh.pop() : undefined;
    const at = fresh === undefined ? -1 : (columns.peek()?.indexOf(fresh) ?? -1);
    this.#go(at >= 0 ? at : this.index + step, step);
  }

  /** Passes over works whose picture is gone. Without a server it waits: the picture on the screen stays. */
  async #go(to: number, step: 1 | -1): Promise<void> {
    const turn = ++this.#going;
    const columns = this.columns.peek();
    if (!columns || columns.count === 0) return;
    for (let tried = 0; tried < columns.count; tried++) {
      const index = (to + step * tried + columns.count * (tried + 1)) % columns.count;
      const row = await rowSoon(columns.idAt(index));
      const isThere = row !== null && (await decoded(largeOf(row)));
      if (turn !== this.#going) return;
      if (row && isThere) {
        if (row.id !== this.shown.peek()?.now) this.shown.value = { now: row.id, before: this.shown.peek()?.now };
        this.turn.value++;
        preload(Array.from({ length: Math.min(ahead, columns.count) }, (_, n) => columns.idAt((index + n + 1) % columns.count)));
        return;
      }
      if (!isConnected.peek() || !navigator.onLine) break;
    }
    this.turn.value++;
  }
}

/** Works of the second list that the first lacks, as long as they are few: else it is another list. */
function newcomers(old: Columns, loaded: Columns): string[] {
  const found: string[] = [];
  for (let index = 0; index < loaded.count && found.length <= 20; index++)
    if (old.indexOf(loaded.idAt(index)) < 0) found.push(loaded.idAt(index));
  return found.length > 20 ? [] : found;
}

/** The show that the address describes; it goes on by itself while `isPlaying`. */
export function useShow(isPlaying: boolean): { show: Show; seconds: number } {
  const { q = '', sort, seed, at } = place.value.query;
  const wish: ShowWish = { query: q, sort: orders.find((one) => one === sort) ?? 'newest', seed: Number(seed) || 0 };
  const seconds = secondsOf(place.value.query);
  const show = useMemo(() => new Show(wish), [JSON.stringify(wish)]);
  useEffect(() => {
    const abort = new AbortController();
    show.load(abort.signal, at);
    const reload = (): unknown => show.load(abort.signal);
    const stop = onListChange(reload, () => true);
    // A server that was away when the page opened.
    const follow = effect(() => {
      if (isConnected.value && show.error.peek()) reload();
    });
    return () => {
      abort.abort();
      stop();
      follow();
    };
  }, [show]);
  const turn = show.turn.value;
  useEffect(() => {
    if (!isPlaying || turn === 0) return;
    const timer = setTimeout(() => show.move(1), seconds * 1000);
    return () => clearTimeout(timer);
  }, [show, isPlaying, turn, seconds]);
  return { show, seconds };
}
