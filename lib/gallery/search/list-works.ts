import { ArtistError, display, nearest } from '../../core/index.ts';
import { type Row, workFlags } from '../store/index-file.ts';
import { readWork } from '../store/scan.ts';
import type { WorkFiles } from '../store/work-files.ts';
import type { WorkIndex } from '../store/work-index.ts';
import { matchRows } from './match.ts';
import { type ListOptions, ordered, type Page, startAfter } from './paging.ts';
import { knownFields, parseQuery } from './query.ts';
import { assigned, separator } from './search-text.ts';

/** The works a query finds, in order. Brings the index up to date first. */
export async function selectRows(
  index: WorkIndex,
  query: string,
  { trashed = false, hidden = true, sort = 'newest' }: Pick<ListOptions, 'trashed' | 'hidden' | 'sort'>,
): Promise<readonly Row[]> {
  const clauses = parseQuery(query);
  await index.refresh();
  const { byBytes, byId } = index.rows();
  const wanted = ({ flags }: Row): boolean =>
    ((flags & workFlags.trashed) !== 0) === trashed && (hidden || (flags & workFlags.hidden) === 0);
  if (clauses.length === 0) return ordered(byId.filter(wanted), sort);
  const found = matchRows(index.log, byBytes, clauses).filter((row) => wanted(row) && (row.flags & workFlags.damaged) === 0);
  return ordered(
    found.sort((a, b) => (a.id < b.id ? -1 : 1)),
    sort,
  );
}

/** See Gallery.list(). */
export async function listWorks(
  index: WorkIndex,
  files: WorkFiles,
  { query = '', limit = 50, after, sort = 'newest', trashed, hidden }: ListOptions,
): Promise<Page> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `limit: expected an integer 1..1000, got ${display(limit)}`);
  const rows = await selectRows(index, query, { trashed, hidden, sort });
  const start = after === undefined ? 0 : startAfter(rows, after, sort, index.log.rows.get(after));
  const page: Page = { works: [], total: rows.length, next: undefined, problems: [] };
  let at = start;
  while (at < rows.length && page.works.length + page.problems.length < limit) {
    const batch = rows.slice(at, at + limit - page.works.length - page.problems.length);
    at += batch.length;
    const read = await Promise.all(batch.map(({ id }) => readWork(id, files.sidecarOf(id))));
    for (const one of read) {
      if (one?.problem) page.problems.push(one.problem);
      else if (one) page.works.push(files.artworkOf(one.sidecar));
    }
  }
  page.next = at < rows.length ? rows[at - 1]?.id : undefined;
  return page;
}

/** See Gallery.unknownFields(). */
export async function unknownFields(index: WorkIndex, query: string): Promise<{ field: string; meant: string | undefined }[]> {
  const fields = new Set(parseQuery(query).flatMap((clause) => (clause.kind === 'setting' ? [clause.key] : [])));
  await index.refresh();
  const { bytes, length } = index.log;
  return [...fields]
    .filter((field) => !knownFields.includes(field) && !bytes.subarray(0, length).includes(`${separator}${field}${assigned}`))
    .map((field) => ({ field, meant: nearest(field, knownFields) }));
}
