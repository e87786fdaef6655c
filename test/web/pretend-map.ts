/** A map of pretended works: six clouds, and answers to the questions that the page asks about them. */
import type { Page } from 'playwright-core';
import { seededRandom } from '../../lib/core/index.ts';
import { pretendWorks } from './many-works.ts';

export interface PretendedMap {
  ids: string[];
  x: Float32Array;
  y: Float32Array;
}

/** The body of GET /api/v1/map. */
export function mapBody(ids: readonly string[], x: ArrayLike<number>, y: ArrayLike<number>, unplaced = 0): Buffer {
  const body = Buffer.alloc(16 + 34 * ids.length);
  body.write('AIAMAP1\n', 'latin1');
  body.writeUInt32LE(ids.length, 8);
  body.writeUInt32LE(unplaced, 12);
  for (const [index, id] of ids.entries()) {
    body.writeFloatLE(x[index] ?? 0, 16 + 4 * index);
    body.writeFloatLE(y[index] ?? 0, 16 + 4 * (ids.length + index));
    body.write(id, 16 + 8 * ids.length + 26 * index, 'latin1');
  }
  return body;
}

/** The body of GET /api/v1/works/ids. */
function idsBody(ids: readonly string[]): Buffer {
  const body = Buffer.alloc(24 + 32 * ids.length);
  body.write('AIAIDS2\n', 'latin1');
  for (const at of [8, 12]) body.writeUInt32LE(ids.length, at);
  body.writeUInt32LE(1, 16);
  for (const [index, id] of ids.entries()) body.write(id, 24 + 6 * ids.length + 26 * index, 'latin1');
  return body;
}

/** @param topics names of topics: each has the works of one cloud; searches for another word find the first cloud */
export async function pretendMap(page: Page, count: number, topics: readonly string[] = ['owls', 'foxes']): Promise<PretendedMap> {
  const { ids } = await pretendWorks(page, count, () => 19_000);
  ids.reverse(); // newest first
  const random = seededRandom(count);
  const clouds = 6;
  const cloudOf = (index: number): number => index % clouds;
  const near = (middle: number): number => middle + 0.2 * (random() + random() + random() - 1.5);
  const x = Float32Array.from({ length: count }, (_, index) => near(0.7 * Math.cos(cloudOf(index))));
  const y = Float32Array.from({ length: count }, (_, index) => near(0.5 * Math.sin(cloudOf(index))));
  await page.route('**/api/v1/map', (route) =>
    route.fulfill({ body: mapBody(ids, x, y), contentType: 'application/octet-stream', headers: { etag: '"1"' } }),
  );
  const ofCloud = (cloud: number): string[] => ids.filter((_, index) => cloudOf(index) === cloud);
  await page.route('**/api/v1/facets?*', (route) => {
    const facet = new URL(route.request().url()).searchParams.get('facets') ?? '';
    const counts = topics.map((name, cloud) => ({ name, works: ofCloud(cloud).length }));
    return route.fulfill({ json: { total: count, facets: { [facet]: counts }, unknownFields: [] } });
  });
  await page.route('**/api/v1/works/ids*', (route) => {
    const query = new URL(route.request().url()).searchParams.get('query') ?? '';
    const cloud = topics.findIndex((name) => query.includes(name));
    return route.fulfill({ body: idsBody(query === '' ? ids : ofCloud(Math.max(0, cloud))), contentType: 'application/octet-stream' });
  });
  return { ids, x, y };
}
