/** Pairs to choose from. While one is looked at, the server chooses the next, which takes it seconds. */
import { signal } from '@preact/signals';
import type { WorkRecord } from '../../lib/server/api/changes/work-change.ts';
import { ApiError, ask, postOnce } from '../api/client.ts';
import { rowOf } from '../api/works.ts';
import { tell, tellError } from '../parts/notices.tsx';
import { decoded, largeOf } from '../review/decoded.ts';
import { t } from '../texts/text.ts';

interface Pair {
  first: string;
  second: string;
}

export class Duels {
  /** undefined: on its way. */
  readonly pair = signal<Pair | undefined>(undefined);
  readonly error = signal<ApiError | undefined>(undefined);
  /** Answers that were given on this page. */
  readonly given = signal(0);
  /** All pairs that teach something have been offered: now they come again. */
  readonly isRepeating = signal(false);
  readonly mayUndo = signal(false);
  readonly #seen = new Set<string>();
  readonly #done: { winner: string; loser: string; pair: Pair }[] = [];
  #next: Promise<Pair> | undefined;

  async begin(): Promise<void> {
    await this.#show(askForPair());
  }

  async #show(coming: Promise<Pair>): Promise<void> {
    this.pair.value = undefined;
    this.error.value = undefined;
    try {
      this.#put(await coming);
    } catch (error) {
      this.error.value = error instanceof ApiError ? error : new ApiError('ERR_UNKNOWN', String(error), 0, undefined);
    }
  }

  #put(pair: Pair): void {
    const key = [pair.first, pair.second].sort().join();
    this.isRepeating.value = this.#seen.has(key);
    this.#seen.add(key);
    this.pair.value = pair;
    this.#next = askForPair(pair);
    // Its failure is said when it is its turn.
    this.#next.then(({ first, second }) => [first, second].map(readAhead)).catch(() => undefined);
  }

  #goOn(): void {
    const next = this.#next ?? askForPair();
    this.#next = undefined;
    this.#show(next);
  }

  skip(): void {
    if (this.pair.peek()) this.#goOn();
  }

  async choose(side: keyof Pair): Promise<void> {
    const pair = this.pair.peek();
    if (!pair) return;
    const [winner, loser] = side === 'first' ? [pair.first, pair.second] : [pair.second, pair.first];
    this.#goOn();
    try {
      await postOnce('duels', { winner, loser });
      this.#done.push({ winner, loser, pair });
      this.given.value++;
      this.mayUndo.value = true;
    } catch (error) {
      tellError(error);
      // A server that is away: the question is asked again. A work that is gone: it is not.
      if (error instanceof ApiError && error.status !== 404) this.pair.value = pair;
    }
  }

  async undo(): Promise<void> {
    const last = this.#done.pop();
    if (!last) return;
    this.mayUndo.value = this.#done.length > 0;
    const { winner, loser, pair } = last;
    try {
      await ask('duels', { method: 'DELETE', query: { winner, loser } });
      this.given.value--;
      this.error.value = undefined;
      this.pair.value = pair;
      tell(t('duel.undone'));
    } catch (error) {
      this.#done.push(last);
      this.mayUndo.value = true;
      tellError(error);
    }
  }
}

async function askForPair(skip?: Pair): Promise<Pair> {
  const body = skip ? { skip: [skip.first, skip.second] } : {};
  const { first, second } = await ask<{ first: WorkRecord; second: WorkRecord }>('duels/next', { method: 'POST', body });
  return { first: first.id, second: second.id };
}

function readAhead(id: string): void {
  const row = rowOf(id);
  const stop = row.subscribe((value) => {
    if (!value) return;
    decoded(largeOf(value));
    queueMicrotask(() => stop());
  });
}
