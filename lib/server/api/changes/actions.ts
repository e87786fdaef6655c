/** What a mass action does to each work. */
import * as z from 'zod';
import { type Artwork, sameName, type WorkUpdate } from '../../../gallery/index.ts';
import type { UndoStep } from './undo-records.ts';
import { fieldsFor, hasValues, onlyNew, workChange } from './work-change.ts';

export const actionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('change'), change: workChange }),
  z.strictObject({ action: z.literal('trash') }),
  z.strictObject({ action: z.literal('restore') }),
]);

export type Action =
  | z.output<typeof actionSchema>
  /** Names of tags or collections become one; `to` null: they are removed. */
  | { action: 'rename'; of: 'tags' | 'collections'; from: readonly string[]; to: string | null }
  | { action: 'purge' };

/** The fields that an action writes to a work; undefined: none. Purging is no change of fields. */
export type Plan = (work: Artwork) => WorkUpdate | undefined;

export function planOf(action: Exclude<Action, { action: 'purge' }>, now: string): Plan {
  switch (action.action) {
    case 'change':
      return (work) => fieldsFor(work, action.change);
    case 'trash':
      return ({ trashedAt }) => (trashedAt === undefined ? { trashedAt: now } : undefined);
    case 'restore':
      return ({ trashedAt }) => (trashedAt === undefined ? undefined : { trashedAt: null });
    case 'rename':
      return (work) => onlyNew(work, { [action.of]: renamed(work[action.of] ?? [], action.from, action.to) });
  }
}

/** The first of the renamed names gives way to the new one; the others leave. null: no name is left. */
function renamed(names: readonly string[], from: readonly string[], to: string | null): string[] | null {
  const left: string[] = [];
  for (const name of names) {
    const next = from.some((old) => sameName(old, name)) ? to : name;
    if (next !== null && !left.some((known) => sameName(known, next))) left.push(next);
  }
  return left.length > 0 ? left : null;
}

/** Gives a work the values it had before, unless one of them was changed since. */
export function planOfUndo({ before, after }: UndoStep): Plan {
  return (work) => (hasValues(work, after) ? onlyNew(work, before) : undefined);
}

/** What an operation does, in words. */
export function describeAction(action: Action): string {
  if (action.action !== 'rename') return action.action;
  const from = action.from.map((name) => JSON.stringify(name)).join(', ');
  return action.to === null ? `remove ${action.of} ${from}` : `rename ${action.of} ${from} to ${JSON.stringify(action.to)}`;
}
