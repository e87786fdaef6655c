import { ArtistError, display } from '../../core/index.ts';
import { workFlags } from '../indexing/index-lines.ts';
import type { IndexRows } from '../indexing/index-rows.ts';

/** See Gallery.find(). The index must be up to date. */
export function findWork({ rows }: IndexRows, text: string, folder: string): string {
  const wanted = text.trim().toUpperCase();
  if (rows.has(wanted)) return wanted;
  if (wanted === 'LATEST') {
    let latest = '';
    for (const { id, flags } of rows.values()) if ((flags & workFlags.trashed) === 0 && id > latest) latest = id;
    if (latest !== '') return latest;
  }
  const found: string[] = [];
  if (wanted !== '') for (const id of rows.keys()) if (id.startsWith(wanted) || id.endsWith(wanted)) found.push(id);
  const [only] = found;
  if (only === undefined)
    throw new ArtistError('ERR_NOT_FOUND', `${display(text)}: no such work in ${folder}. See: ai-artist gallery list`);
  if (found.length === 1) return only;
  const some = found.sort().slice(-5);
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `${display(text)}: expected one work, got ${found.length}: ${some.join(', ')}${found.length > 5 ? ' …' : ''}. Give more of the id`,
  );
}
