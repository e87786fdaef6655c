/** Works of an exported site in place of those of a server: web/vite.site.config.ts puts this module where api/works.ts is imported. */
import { type Signal, signal } from '@preact/signals';
import type { SiteWork } from '../../lib/gallery/export/site-data.ts';
import { columnsOfRows } from '../api/columns.ts';
import type * as server from '../api/works.ts';
import type { WorkRow } from '../api/works.ts';
import { allWorks, workOf } from './data.ts';
import { find } from './find.ts';

// What only a server does; nothing of a site calls it.
export * from '../api/works.ts';

export const columnsOf: typeof server.columnsOf = async ({ query, sort }) => {
  const found = find(allWorks(), query);
  if (sort === 'oldest') return columnsOfRows(found.toReversed());
  // The sort is stable: works of one rating stay in the order of the site.
  if (sort === 'rating') return columnsOfRows(found.toSorted((a, b) => (b.rating ?? 0) - (a.rating ?? 0)));
  return columnsOfRows(found);
};

function rowFrom(work: SiteWork): WorkRow {
  return {
    id: work.id,
    createdAt: work.createdAt,
    width: work.width,
    height: work.height,
    version: '',
    name: work.name,
    title: null,
    altText: work.altText,
    prompt: work.prompt ?? null,
    model: work.model ?? null,
    seed: work.seed ?? null,
    rating: work.rating ?? null,
    star: false,
    flag: null,
    hidden: false,
    tags: [...(work.tags ?? [])],
    collections: [],
    trashedAt: null,
    candidates: 0,
  };
}

const rows = new Map<string, Signal<WorkRow | null | undefined>>();

export const rowOf: typeof server.rowOf = (id) => {
  const known = rows.get(id);
  if (known) return known;
  const work = workOf(id);
  const row = signal<WorkRow | null | undefined>(work ? rowFrom(work) : null);
  rows.set(id, row);
  return row;
};

export const pictureOf: typeof server.pictureOf = ({ id }) => `images/${workOf(id)?.picture}`;
/** A site has thumbnails of 640 pixels, and copies of 1280 of pictures that are larger. */
export const thumbnailOf: typeof server.thumbnailOf = (row, width) => {
  if (width <= 640) return `thumbs/${row.id}.webp`;
  const web = workOf(row.id)?.web;
  return web === undefined ? pictureOf(row) : `web/${web}`;
};
