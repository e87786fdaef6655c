import { workFlags } from './index-lines.ts';
import type { IndexRows, Row } from './index-rows.ts';

/** A state of the index, for a later question what has changed. */
export interface GalleryMark {
  readonly content: IndexRows;
  readonly changed: number;
}

/** `removed`: deleted for good, or its record cannot be read any more. */
export type WorkChangeKind = 'filed' | 'changed' | 'trashed' | 'restored' | 'removed';

export interface WorkEvent {
  id: string;
  kind: WorkChangeKind;
  /** Whether everyone may see it, before and after. */
  wasPublic: boolean;
  isPublic: boolean;
}

const is = (row: Row | undefined, flag: number): boolean => row !== undefined && (row.flags & flag) !== 0;
const exists = (row: Row | undefined): row is Row => row !== undefined && !is(row, workFlags.damaged);
const isPublic = (row: Row | undefined): boolean => exists(row) && !is(row, workFlags.trashed) && !is(row, workFlags.hidden);

function kindOf(before: Row | undefined, after: Row | undefined): WorkChangeKind {
  if (!exists(after)) return 'removed';
  if (!exists(before)) return 'filed';
  if (is(before, workFlags.trashed) !== is(after, workFlags.trashed)) return is(after, workFlags.trashed) ? 'trashed' : 'restored';
  return 'changed';
}

export const markOf = (content: IndexRows): GalleryMark => ({ content, changed: content.changed });

/** The works that changed since a mark, each once; undefined: too many, or the index was made anew. */
export function changedSince({ content, changed }: GalleryMark, now: IndexRows): WorkEvent[] | undefined {
  const steps = content === now ? now.changesSince(changed) : undefined;
  if (!steps) return undefined;
  const works = new Map<string, { before: Row | undefined; after: Row | undefined }>();
  for (const { before, after } of steps) {
    const id = (after ?? before)?.id;
    if (id !== undefined) works.set(id, { before: works.has(id) ? works.get(id)?.before : before, after });
  }
  return [...works].map(([id, { before, after }]) => ({
    id,
    kind: kindOf(before, after),
    wasPublic: isPublic(before),
    isPublic: isPublic(after),
  }));
}
