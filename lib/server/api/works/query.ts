/** What requests say about which works, and in which order. */
import * as z from 'zod';
import { ArtistError } from '../../../core/index.ts';
import { expandQuery, type Gallery, namesSearches, type RowPlace, type SortOrder, sortOrders } from '../../../gallery/index.ts';
import type { Caller } from '../../context.ts';
import { seesPrivate } from '../../visibility.ts';

/** Bounded, because each condition of a query costs time. */
const longestQuery = 2000;

export const selected = {
  query: z
    .string()
    .max(longestQuery)
    .default('')
    .describe(
      'Conditions as in the command `search`: words, "phrases", field:value, -field:value, @saved (needs a token). Empty: all works',
    ),
  trashed: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('Works in the trash instead; needs a token'),
};

export const order = z.enum(sortOrders).default('newest').describe('rating: best first, of equal ones the newest first');

/** @throws ArtistError ERR_FORBIDDEN: the trash or a saved search without a token; ERR_NOT_FOUND: a saved search */
export async function selectionOf(
  gallery: Gallery,
  { query, trashed }: { query: string; trashed: boolean },
  caller: Caller,
): Promise<{ query: string; trashed: boolean; hidden: boolean }> {
  const hidden = seesPrivate(caller);
  if (trashed && !hidden) throw new ArtistError('ERR_FORBIDDEN', 'trashed: expected a token with it, got none');
  if (namesSearches(query) && !hidden)
    throw new ArtistError('ERR_FORBIDDEN', 'query: expected a token with a saved search (@name), got none');
  return { query: await expandQuery(gallery, query), trashed, hidden };
}

/** A place in an order, as clients get it: opaque to them. */
export function cursorOf(sort: SortOrder, { id, rating }: Required<RowPlace>): string {
  return Buffer.from(`${sort}:${id}:${rating ?? 0}`).toString('base64url');
}

const cursorForm = /^(newest|oldest|rating):([0-7][0-9A-HJKMNP-TV-Z]{25}):([0-5])$/;

/** @throws ArtistError ERR_INVALID_ARGUMENT */
export function placeOf(sort: SortOrder, cursor: string | undefined): RowPlace | undefined {
  if (cursor === undefined) return undefined;
  const [, order, id, rating] = cursorForm.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (id === undefined || order !== sort)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'cursor: expected `next` of a page in the same order, got another text');
  return { id, rating: Number(rating) };
}
