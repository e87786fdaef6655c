/** Names of tags and collections. */
import { ask } from './client.ts';

export type NameKind = 'tags' | 'collections';
export interface CollectionRow {
  name: string;
  works: number;
  description: string;
  pinned: boolean;
  usedAt: string | null;
}

export const collectionsOf = async (signal?: AbortSignal): Promise<CollectionRow[]> =>
  (await ask<{ collections: CollectionRow[] }>('collections', { signal })).collections;

/** Names in use, for completion. */
export async function namesInUse(kind: NameKind): Promise<string[]> {
  if (kind === 'collections') return (await collectionsOf()).map(({ name }) => name);
  return (await ask<{ tags: { name: string }[] }>('tags')).tags.map(({ name }) => name);
}

/** A query for a name as it stands: quoted. */
export const queryFor = (kind: 'tag' | 'collection', name: string): string => `${kind}:"${name.replace(/[\\"]/g, '\\$&')}"`;
