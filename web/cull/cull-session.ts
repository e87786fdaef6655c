/** Going through the works of a query: which one is shown, which are undecided, and the way back. */
import { signal } from '@preact/signals';
import type { ApiError } from '../api/client.ts';
import type { Columns } from '../api/columns.ts';
import { type Change, columnsOf, rowOf, type Selection, type WorkRow } from '../api/works.ts';
import { tell } from '../parts/notices.tsx';
import { decide, isOwnDecision } from '../review/decision-queue.ts';
import { t } from '../texts/text.ts';

/** First pick or reject, then stars for what was not rejected. */
export const passes = ['flags', 'stars'] as const;
export type Pass = (typeof passes)[number];

export interface CullWish {
  query: string;
  sort: Selection['sort'];
  pass: Pass;
  /** Shows decided works too. */
  isAll: boolean;
}

const scopeOf: Readonly<Record<Pass, string>> = { flags: '', stars: '-flag:reject' };
const undecidedOf: Readonly<Record<Pass, string>> = { flags: 'flag:none rating:none', stars: '-flag:reject rating:none' };
export const joined = (...parts: readonly string[]): string => parts.filter((part) => part.trim() !== '').join(' ');

/** What a key says about a work. */
export type Decision = Pick<Change, 'flag' | 'rating'>;

interface Done {
  id: string;
  before: Decision;
}

export class CullSession {
  /** Works of this pass; undefined: not read yet. */
  readonly scope = signal<Columns | undefined>(undefined);
  readonly current = signal<string | undefined>(undefined);
  readonly left = signal(0);
  readonly isFinished = signal(false);
  readonly error = signal<ApiError | undefined>(undefined);
  /** The last thing that was done, in words. */
  readonly said = signal('');
  readonly mayUndo = signal(false);
  readonly #undecided = new Set<string>();
  readonly #done: Done[] = [];
  readonly #trail: string[] = [];
  #index = 0;

  constructor(readonly wish: CullWish) {}

  /** @param at the work to begin with; default: the first undecided one */
  async load(abort: AbortSignal, at?: string): Promise<void> {
    const { query, sort, pass } = this.wish;
    const read = (more: string): Promise<Columns> => columnsOf({ query: joined(query, more), sort, seed: 0, trashed: false }, abort);
    try {
      const [scope, open] = await Promise.all([read(scopeOf[pass]), read(undecidedOf[pass])]);
      this.#take(scope, open);
      this.error.value = undefined;
      this.#place(scope, at);
    } catch (error) {
      if (!abort.aborted) this.error.value = error as ApiError;
    }
  }

  #take(scope: Columns, open: Columns): void {
    this.#undecided.clear();
    for (let index = 0; index < open.count; index++) {
      const id = open.idAt(index);
      // What was decided here a moment ago may not be on the server yet.
      if (!isOwnDecision(id) || this.#isUndecided(rowOf(id).peek())) this.#undecided.add(id);
    }
    this.left.value = this.#undecided.size;
    this.scope.value = scope;
  }

  #place(scope: Columns, at: string | undefined): void {
    const now = this.current.peek();
    const index = scope.indexOf(now ?? at ?? '');
    if (index >= 0) this.#show(index);
    else if (now === undefined) {
      this.#index = -1;
      this.#goOn();
    } else if (!isOwnDecision(now)) {
      tell(t('cull.gone'));
      this.#index -= 1;
      this.#goOn();
    }
  }

  /** Decides about the work that is shown, and goes on. */
  decide(decision: Decision): void {
    const id = this.current.peek();
    const row = id === undefined ? undefined : rowOf(id).peek();
    if (id === undefined || !row) return;
    const before: Decision = {
      ...(decision.flag !== undefined && { flag: row.flag ?? 'none' }),
      ...(decision.rating !== undefined && { rating: row.rating }),
    };
    this.#done.push({ id, before });
    this.mayUndo.value = true;
    this.#apply(id, decision);
    this.said.value = saidOf(decision);
    this.#trail.push(id);
    this.#goOn();
  }

  /** Takes the last decision back, and shows its work. */
  undo(): void {
    const last = this.#done.pop();
    if (!last) return;
    this.mayUndo.value = this.#done.length > 0;
    this.#apply(last.id, last.before);
    this.said.value = t('cull.undone');
    if (this.#trail.at(-1) === last.id) this.#trail.pop();
    this.#showId(last.id);
  }

  /** Goes on without a decision. */
  next(): void {
    const id = this.current.peek();
    if (id !== undefined) this.#trail.push(id);
    this.said.value = '';
    this.#goOn();
  }

  /** The work that was shown before this one, decided or not. */
  previous(): void {
    const id = this.#trail.pop();
    this.said.value = '';
    if (id !== undefined) this.#showId(id);
    else if (this.#index > 0) this.#show(this.#index - 1);
  }

  /** The works that come next, and the last one. */
  near(count: number): string[] {
    const ids: string[] = [];
    let index = this.#index;
    for (let n = 0; n < count; n++) {
      index = this.#after(index);
      const id = index < 0 ? undefined : this.scope.peek()?.idAt(index);
      if (id === undefined || ids.includes(id)) break;
      ids.push(id);
    }
    return [...ids, ...this.#trail.slice(-count)];
  }

  #apply(id: string, decision: Decision): void {
    decide(id, decision);
    if (this.#isUndecided(rowOf(id).peek())) this.#undecided.add(id);
    else this.#undecided.delete(id);
    this.left.value = this.#undecided.size;
  }

  #isUndecided(row: WorkRow | null | undefined): boolean {
    if (!row || row.rating !== null) return false;
    return this.wish.pass === 'flags' ? row.flag === null : row.flag !== 'reject';
  }

  /** The next index to show; -1: there is none. */
  #after(index: number): number {
    const scope = this.scope.peek();
    if (!scope) return -1;
    if (this.wish.isAll) return index + 1 < scope.count ? index + 1 : -1;
    if (this.#undecided.size === 0) return -1;
    for (let step = 1; step <= scope.count; step++) {
      const at = (index + step) % scope.count;
      if (this.#undecided.has(scope.idAt(at))) return at;
    }
    return -1;
  }

  #goOn(): void {
    const before = this.#index;
    const index = before < 0 && this.wish.isAll ? this.#first() : this.#after(before);
    if (index < 0) {
      this.isFinished.value = true;
      return;
    }
    if (index <= before) this.said.value = joined(this.said.peek(), t('cull.again'));
    this.#show(index);
  }

  /** Also among all works one begins with the first undecided one. */
  #first(): number {
    const scope = this.scope.peek();
    for (let index = 0; index < (scope?.count ?? 0); index++) if (this.#undecided.has(scope?.idAt(index) ?? '')) return index;
    return scope && scope.count > 0 ? 0 : -1;
  }

  #showId(id: string): void {
    const index = this.scope.peek()?.indexOf(id) ?? -1;
    if (index >= 0) this.#index = index;
    this.isFinished.value = false;
    this.current.value = id;
  }

  #show(index: number): void {
    const id = this.scope.peek()?.idAt(index);
    if (id !== undefined) this.#showId(id);
  }
}

function saidOf({ flag, rating }: Decision): string {
  if (flag !== undefined) return t(flag === 'pick' ? 'cull.picked' : flag === 'reject' ? 'cull.rejected' : 'cull.unflagged');
  return rating === null || rating === undefined ? t('cull.unrated') : t('cull.rated', { n: rating });
}
