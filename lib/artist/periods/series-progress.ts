import type { Artwork, Gallery } from '../../gallery/index.ts';
import type { Series, SeriesStore } from './series.ts';

/** A series with its painted and missing works. */
export interface SeriesProgress {
  series: Series;
  /** Newest first. */
  works: Artwork[];
  /** Indexes (from 0) without a work. */
  missing: number[];
}

type Place = { id?: string; index?: number };

/** The place of a work in its series. */
export const placeInSeries = ({ derivation }: Artwork): Place => (derivation?.['series'] ?? {}) as Place;

/** Works read at a time. */
const pageSize = 200;

/** Works that a query finds, newest first. A query finds more than is meant: `series:s1` also s10. */
async function worksAt(gallery: Gallery, query: string, isMeant: (place: Place) => boolean): Promise<Artwork[]> {
  const works: Artwork[] = [];
  let after: string | undefined;
  do {
    const page = await gallery.list({ query, limit: pageSize, after });
    works.push(...page.works.filter((work) => isMeant(placeInSeries(work))));
    after = page.next;
  } while (after !== undefined);
  return works;
}

/**
 * Which works of a series are in the gallery. Those in the trash are missing.
 *
 * @param wanted id or name
 * @throws ArtistError ERR_NOT_FOUND when there is no such series; every error of Gallery.list()
 */
export async function seriesProgress(store: SeriesStore, gallery: Gallery, wanted: string): Promise<SeriesProgress> {
  const series = await store.find(wanted);
  const works = await worksAt(gallery, `series:${series.id}`, ({ id }) => id === series.id);
  const there = new Set(works.map((work) => placeInSeries(work).index));
  return { series, works, missing: Array.from({ length: series.works }, (_, index) => index).filter((index) => !there.has(index)) };
}

/** The work at an index of a series; undefined: it is missing. @throws every error of Gallery.list() */
export async function workOfSeries(gallery: Gallery, { id }: Series, index: number): Promise<Artwork | undefined> {
  const [work] = await worksAt(gallery, `series:${id} series.index:${index}`, (place) => place.id === id && place.index === index);
  return work;
}
