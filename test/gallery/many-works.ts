import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createIds, seededRandom } from '../../lib/core/index.ts';
import type { SidecarChange } from '../../lib/gallery/index.ts';
import { file, type Place } from './support.ts';

const words = ['fox', 'owl', 'snow', 'night', 'lake', 'foxglove'];

/**
 * Writes many works beside a gallery, as another program would: without its index, and quickly. All share one picture's content.
 *
 * @param aboutOf further fields of a work; it is not asked for the first one
 */
export async function manyWorks(here: Place, count: number, aboutOf: (index: number) => SidecarChange = () => ({})): Promise<void> {
  const template = await file(here, 'template');
  const { path: picture, sidecarPath, ...record } = template;
  const bytes = readFileSync(picture);
  const random = seededRandom(count);
  const next = createIds({ clock: here.clock, random });
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let index = 1; index < count; index++) {
    if (index % 3 === 0) here.clock.jump(1000); // two of three share their millisecond
    const id = next();
    const [year = '', month = ''] = new Date(here.clock.now()).toISOString().split('-');
    const folder = path.join(here.gallery.folder, year, month);
    mkdirSync(folder, { recursive: true });
    const [width, height] = index % 2 === 0 ? [640, 512] : [512, 512];
    const sidecar = {
      ...record,
      id,
      file: `${id}.png`,
      createdAt: new Date(here.clock.now()).toISOString(),
      image: { ...record.image, width, height },
      recipe: { ...record.recipe, prompt: [0, 1, 2].map(() => words[below(words.length)]).join(' '), steps: 1 + below(50), seed: index },
      curation: { schema: 1, curation: 'clip', winner: 0, candidates: [{ seed: index, total: random(), terms: { technical: random() } }] },
      tags: [words[below(words.length)]],
      ...(index % 3 === 0 && { rating: 1 + below(5) }),
      ...aboutOf(index),
    };
    if (index < 40) writeFileSync(path.join(folder, sidecar.file), bytes);
    writeFileSync(path.join(folder, `${id}.json`), JSON.stringify(sidecar));
  }
}
