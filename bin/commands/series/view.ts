import type { SeriesProgress } from '../../../lib/artist/index.ts';

/** The document of --json. */
export function seriesView({ series: { createdAt, ...series }, works, missing }: SeriesProgress) {
  return {
    ...series,
    seed: series.seed ?? null,
    topic: series.topic ?? null,
    createdAt: new Date(createdAt).toISOString(),
    painted: series.works - missing.length,
    ids: works.map(({ id }) => id),
  };
}

export const seriesLine = ({ series: { id, name, works, ended }, missing }: SeriesProgress): string =>
  `${id.padEnd(4)} ${`${works - missing.length} of ${works}`.padEnd(10)} ${ended ? 'ended ' : ''}${name}`;
