/** Changes of many works: begun, followed and taken back. */
import { signal } from '@preact/signals';
import type * as z from 'zod';
import type { actionSchema } from '../../lib/server/api/changes/actions.ts';
import type { Operation } from '../../lib/server/api/changes/operation-book.ts';
import { ask } from '../api/client.ts';
import { idsWithout } from '../api/columns.ts';
import type { Which } from '../gallery/selection.ts';
import { columns, leaveOut, loadColumns, selection } from '../gallery/shown-works.ts';
import { tell, tellError } from '../parts/notices.tsx';
import { type TextKey, t } from '../texts/text.ts';

export type { Operation };
export type Action = z.input<typeof actionSchema>;

/** The operation that runs now, begun by this page. */
export const running = signal<Operation | undefined>(undefined);
const betweenLooksMs = 400;
/** The server takes as many ids in one request. */
export const mostIds = 10_000;

const hasEnded = ({ state }: Operation): boolean => state !== 'waiting' && state !== 'running';
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Shows how far an operation is, until it has ended. */
export async function follow(begun: Operation): Promise<Operation> {
  let now = begun;
  while (!hasEnded(now)) {
    running.value = now;
    await pause(betweenLooksMs);
    now = await ask<Operation>(`operations/${begun.id}`);
  }
  running.value = undefined;
  return now;
}

/** What is said of actions that have a word of their own. */
const said: Partial<Record<Operation['action'], TextKey>> = { trash: 'act.trashed', restore: 'act.restored' };

/** Says what an operation did, with a way back. */
export function report(operation: Operation): void {
  const { id, action: kind, changed, unchanged, failed, error, undoable } = operation;
  const parts = [t(said[kind] ?? 'act.changed', { n: changed })];
  if (unchanged > 0) parts.push(t('act.unchanged', { n: unchanged }));
  if (failed > 0) parts.push(t('act.failed', { n: failed, why: operation.failures[0]?.message ?? '' }));
  if (error) parts.push(error.message);
  const action = undoable ? { label: t('common.undo'), run: () => void undo(id) } : undefined;
  tell(parts.join(' '), { kind: error || failed > 0 ? 'error' : 'plain', action });
}

/** Takes an operation back, and says so. */
export async function undo(id: string): Promise<void> {
  try {
    const { changed, unchanged } = await follow(await ask<Operation>(`operations/${id}/undo`, { method: 'POST' }));
    const kept = unchanged > 0 ? ` ${t('act.undoKept', { n: unchanged })}` : '';
    tell(`${t('act.undone', { n: changed })}${kept}`);
  } catch (error) {
    running.value = undefined;
    tellError(error);
  }
}

/** How many works an action is about, without doing it. */
export async function countFor(action: Action | 'purge', which: Which): Promise<number> {
  const about = { ...which, dryRun: true };
  const answer =
    action === 'purge'
      ? await ask<{ total: number }>('works/purge', { method: 'POST', body: about })
      : await ask<{ total: number }>('works/actions', { method: 'POST', body: { action, ...about } });
  return answer.total;
}

/** Takes works that an action moves to the trash, or out of it, from the list that shows them. @returns puts them back */
function leaveAtOnce(action: Action | 'purge', which: Which): () => void {
  const leaving = selection.peek().trashed ? 'restore' : 'trash';
  if (action === 'purge' || action.action !== leaving) return () => undefined;
  if ('ids' in which) return leaveOut(which.ids);
  const list = columns.peek();
  return list ? leaveOut(idsWithout(list, new Set(which.except))) : () => undefined;
}

/**
 * Does an action on works. It is refused if their number is no longer the one that the person saw.
 *
 * @returns whether it was done
 */
export async function act(action: Action | 'purge', which: Which, expected: number): Promise<boolean> {
  if (('ids' in which ? which.ids : (which.except ?? [])).length > mostIds) {
    tell(t('act.tooMany', { n: mostIds }), { kind: 'error' });
    return false;
  }
  const about = { ...which, expected, waitSeconds: 1 };
  const putBack = leaveAtOnce(action, which);
  try {
    const begun =
      action === 'purge'
        ? await ask<Operation>('works/purge', { method: 'POST', body: about })
        : await ask<Operation>('works/actions', { method: 'POST', body: { action, ...about } });
    const ended = await follow(begun);
    report(ended);
    if (ended.failed > 0 || ended.error) await loadColumns();
    return true;
  } catch (error) {
    running.value = undefined;
    putBack();
    tellError(error);
    await loadColumns();
    return false;
  }
}
