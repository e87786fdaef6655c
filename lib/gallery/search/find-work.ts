import { ArtistError, display } from '../../core/index.ts';
import { workFlags } from '../store/index-file.ts';
import type { WorkIndex } from '../store/work-index.ts';

/** See Gallery.find(). The index must be up to date. */
export function findWork(index: WorkIndex, text: string, folder: string): string {
  const wanted = text.trim().toUpperCase();
  if (index.log.rows.has(wanted)) return wanted;
  const { byId } = index.rows();
  if (wanted === 'LATEST') {
    const latest = byId.findLast(({ flags }) => (flags & workFlags.trashed) === 0);
    if (latest) return latest.id;
  }
  const found = wanted === '' ? [] : byId.filter(({ id }) => id.startsWith(wanted) || id.endsWith(wanted));
  const [only] = found;
  if (!only) throw new ArtistError('ERR_NOT_FOUND', `${display(text)}: no such work in ${folder}. See: ai-artist gallery list`);
  if (found.length === 1) return only.id;
  const some = found.slice(-5).map(({ id }) => id);
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `${display(text)}: expected one work, got ${found.length}: ${some.join(', ')}${found.length > 5 ? ' …' : ''}. Give more of the id`,
  );
}
