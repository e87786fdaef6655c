/** Answers for a gallery of any size, without one: the page cannot tell, and nothing has to be painted or filed. */
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { createIds, seededRandom, VirtualClock } from '../../lib/core/index.ts';

export interface ManyWorks {
  ids: string[];
  /** Addresses of thumbnails that were asked for, in order. */
  thumbnails: string[];
}

/** @param dayOf the day of a work, since 1970; works are in this order, newest first */
export async function pretendWorks(page: Page, count: number, dayOf: (index: number) => number): Promise<ManyWorks> {
  const random = seededRandom(count);
  const next = createIds({ clock: new VirtualClock(Date.UTC(2024, 0, 1)), random });
  const ids = Array.from({ length: count }, () => next());
  const days = new Set(ids.map((_, index) => dayOf(index)));
  const bodyOf = (limit: number): Buffer => {
    const body = Buffer.alloc(24 + 32 * limit);
    body.write('AIAIDS2\n', 'latin1');
    for (const [at, number] of [limit, count, days.size].entries()) body.writeUInt32LE(number, 8 + 4 * at);
    for (const [index, id] of ids.slice(0, limit).entries()) {
      body.writeFloatLE([1, 4 / 3, 3 / 4, 16 / 9, 9 / 16][index % 5] ?? 1, 24 + 4 * index);
      body.writeUInt16LE(dayOf(index), 24 + 4 * limit + 2 * index);
      body.write(id, 24 + 6 * limit + 26 * index, 'latin1');
    }
    return body;
  };
  const picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#789' } })
    .webp()
    .toBuffer();
  const thumbnails: string[] = [];
  const row = (id: string) => ({
    ...{ id, createdAt: '2024-01-01T00:00:00.000Z', width: 512, height: 512, version: 'v', name: id, title: null, altText: null },
    ...{ prompt: 'a fox', model: null, seed: null, rating: null, star: false, flag: null, hidden: false, tags: [], collections: [] },
    ...{ trashedAt: null, candidates: 0 },
  });
  await page.route('**/api/v1/works/ids*', (route) => {
    const limit = Number(new URL(route.request().url()).searchParams.get('limit') ?? count);
    return route.fulfill({ body: bodyOf(Math.min(limit, count)), contentType: 'application/octet-stream' });
  });
  await page.route('**/api/v1/works/rows*', (route) => {
    const wanted = new URL(route.request().url()).searchParams.get('ids')?.split(',') ?? [];
    return route.fulfill({ json: { works: wanted.map(row) } });
  });
  await page.route('**/api/v1/works/*/thumbnail*', (route) => {
    thumbnails.push(route.request().url());
    return route.fulfill({ body: picture, contentType: 'image/webp' });
  });
  return { ids, thumbnails };
}
