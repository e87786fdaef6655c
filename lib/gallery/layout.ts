import { join } from 'node:path';
import { ulidTime } from '../core/index.ts';

/** Of a work, relative to the gallery: year and month of its ULID in UTC, so that the folder does not depend on the traveller. */
export function folderOf(id: string): string {
  const [year = '', month = ''] = new Date(ulidTime(id)).toISOString().split('-');
  return `${year}/${month}`;
}

/** Where things lie below the folder of the gallery. Everything in `.cache` can be made again. */
export interface Layout {
  root: string;
  cache: string;
  index: string;
  lock: string;
  thumbnails: string;
}

export function layoutOf(root: string): Layout {
  const cache = join(root, '.cache');
  return { root, cache, index: join(cache, 'index.log'), lock: join(root, '.gallery.lock'), thumbnails: join(cache, 'thumbnails') };
}

export const isYear = (name: string): boolean => /^\d{4}$/.test(name);
export const isMonth = (name: string): boolean => /^(0[1-9]|1[0-2])$/.test(name);

/** The id that `<ULID>.json` names; undefined for other files. */
export function idOfSidecar(name: string): string | undefined {
  return /^([0-7][0-9A-HJKMNP-TV-Z]{25})\.json$/.exec(name)?.[1];
}
