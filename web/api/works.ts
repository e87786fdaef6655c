import { type Signal, signal } from '@preact/signals';
import type * as z from 'zod';
import type { WorkRecord, workChange } from '../../lib/server/api/changes/work-change.ts';
import type { fullWork, WorkRow } from '../../lib/server/api/works/records.ts';
import { addressOf, ask, send } from './client.ts';
import { type Columns, readColumns, shuffled } from './columns.ts';

export type { WorkRow };
export type FullWork = z.output<typeof fullWork>;

/** Which works, in which order. */
export interface Selection {
  query: string;
  sort: 'newest' | 'oldest' | 'rating' | 'random';
  /** Of the order by chance. */
  seed: number;
  trashed: boolean;
}

/** @param limit only the first works; not for an order by chance */
export async function columnsOf({ query, sort, seed, trashed }: Selection, abort?: AbortSignal, limit?: number): Promise<Columns> {
  const isRandom = sort === 'random';
  const response = await send('works/ids', { query: { query, sort: isRandom ? 'newest' : sort, trashed, limit }, signal: abort });
  const columns = readColumns(await response.arrayBuffer());
  return isRandom ? shuffled(columns, seed) : columns;
}

/** Rows of works by id, as last heard of. `null`: the server does not have it for us. */
const rows = new Map<string, Signal<WorkRow | null | undefined>>();
/** Rows kept, far more than are in view. */
const mostRows = 3000;
/** The server takes as many in one request. */
const batch = 100;
const wanted = new Set<string>();
let timer: number | undefined;

function askSoon(ms: number): void {
  if (timer === undefined) timer = window.setTimeout(askForRows, ms);
}

/** The row of a work. It is asked for together with others, and `undefined` until it has come. */
export function rowOf(id: string): Signal<WorkRow | null | undefined> {
  const known = rows.get(id);
  if (known) {
    rows.delete(id);
    rows.set(id, known);
    return known;
  }
  const row = signal<WorkRow | null | undefined>(undefined);
  rows.set(id, row);
  for (const [old] of rows) {
    if (rows.size <= mostRows) break;
    rows.delete(old);
  }
  wanted.add(id);
  askSoon(0);
  return row;
}

/** A row that came with another answer. */
export function keepRow(row: WorkRow): void {
  const known = rows.get(row.id);
  if (known) known.value = row;
  else rows.set(row.id, signal<WorkRow | null | undefined>(row));
}

/** Asks for a row again, because the work has changed. */
export function refreshRow(id: string): void {
  if (!rows.has(id)) return;
  wanted.add(id);
  askSoon(0);
}

/** Rows that are no longer in view are not asked for. */
export function forgetWanted(isWanted: (id: string) => boolean): void {
  for (const id of wanted)
    if (!isWanted(id)) {
      wanted.delete(id);
      rows.delete(id);
    }
}

const retryMs = 3000;

async function askForRows(): Promise<void> {
  timer = undefined;
  const ids = [...wanted].slice(0, batch);
  for (const id of ids) wanted.delete(id);
  if (wanted.size > 0) askSoon(0);
  if (ids.length === 0) return;
  try {
    const { works } = await ask<{ works: WorkRow[] }>('works/rows', { query: { ids: ids.join(',') } });
    const found = new Map(works.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = rows.get(id);
      if (row) row.value = found.get(id) ?? null;
    }
  } catch {
    // The connection's own notice says it; these rows are asked for again.
    for (const id of ids) if (rows.has(id)) wanted.add(id);
    askSoon(retryMs);
  }
}

export const fullWorkOf = (id: string, abort?: AbortSignal): Promise<FullWork> => ask<FullWork>(`works/${id}`, { signal: abort });

export type ThumbnailWidth = 320 | 640 | 1280;
export const thumbnailOf = ({ id, version }: Pick<WorkRow, 'id' | 'version'>, width: ThumbnailWidth): string =>
  addressOf(`works/${id}/thumbnail`, { width, v: version });
export const pictureOf = ({ id, version }: Pick<WorkRow, 'id' | 'version'>): string => addressOf(`works/${id}/image`, { v: version });

export type Change = z.input<typeof workChange>;

/** Shows a change before the server has it. */
export function showChange(id: string, { flag, rating, star, hidden, title }: Change): void {
  const row = rowOf(id);
  const before = row.peek();
  if (!before) return;
  row.value = {
    ...before,
    ...(flag !== undefined && { flag: flag === 'none' ? null : flag }),
    ...(rating !== undefined && { rating }),
    ...(star !== undefined && { star: star ?? false }),
    ...(hidden !== undefined && { hidden: hidden ?? false }),
    ...(title !== undefined && { title }),
  };
}

export async function sendChange(id: string, change: Change): Promise<void> {
  // `version` of the answer is that of the record, in a row that of the picture.
  const { version: _, ...changed } = await ask<WorkRecord>(`works/${id}`, { method: 'PATCH', body: change });
  const row = rowOf(id);
  if (row.value) row.value = { ...row.value, ...changed };
}

/** Hides a work, or changes its names; the page shows it at once, and takes it back if the server refuses it. */
export async function changeWork(id: string, change: Change): Promise<void> {
  const before = rowOf(id).peek();
  showChange(id, change);
  try {
    await sendChange(id, change);
  } catch (error) {
    if (before) showChange(id, { hidden: before.hidden });
    throw error;
  }
}

export const trashWork = (id: string): Promise<unknown> => ask(`works/${id}/trash`, { method: 'POST' });
export const restoreWork = (id: string): Promise<unknown> => ask(`works/${id}/restore`, { method: 'POST' });
