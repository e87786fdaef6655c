import { join, relative, sep } from 'node:path';
import { ArtistError, isUlid, ulidTime } from '../../core/index.ts';

/** The folder of a work, relative to the gallery: year and month of its ULID, in UTC so that it is the same in every time zone. */
export function folderOf(id: string): string {
  const [year = '', month = ''] = new Date(ulidTime(id)).toISOString().split('-');
  return `${year}/${month}`;
}

/** Paths below the folder of the gallery. Everything in `.cache` can be rebuilt. */
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

/** The id in the name `<ULID>.json`; undefined for other names. */
export function idOfSidecar(name: string): string | undefined {
  return /^([0-7][0-9A-HJKMNP-TV-Z]{25})\.json$/.exec(name)?.[1];
}

/** The name of a work's picture. */
export const picturePattern = /^([0-7][0-9A-HJKMNP-TV-Z]{25})\.(png|jpg|jpeg|webp)$/;

/**
 * The id in a picture's path in the gallery.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: there is none
 */
export function idOfPicture(root: string, path: string): string {
  const parts = relative(root, path).split(sep);
  const id = picturePattern.exec(parts.at(-1) ?? '')?.[1];
  if (id !== undefined && isUlid(id) && parts.slice(0, -1).join('/') === folderOf(id)) return id;
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `${path}: expected a picture named by a ULID in the folder of its month. Import it instead`,
  );
}
