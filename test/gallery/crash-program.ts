/**
 * Files and rates works until it is killed: `crash-program.ts FOLDER ROUND`. Prints each acknowledged change once it is on the disk, as one JSON
 * document per line.
 */
import { writeSync } from 'node:fs';
import { Gallery, type Sidecar } from '../../lib/gallery/index.ts';
import { ArtImage } from '../../lib/image/index.ts';

const [folder = '', round = ''] = process.argv.slice(2);
const gallery = new Gallery({ folder, waitMs: 60_000 });
const say = (what: unknown): void => void writeSync(1, `${JSON.stringify(what)}\n`); // synchronous, so that a kill cannot lose it
for (let index = 0; ; index++) {
  // The first work loads all modules; from then on every moment is real work.
  if (index === 1) say({ ready: true });
  const data = new Uint8Array(32 * 32 * 3).fill((Number(round) * 7 + index) % 256);
  const image = new ArtImage({ data, width: 32, height: 32, channels: 3 }, { prompt: `work ${round}-${index}`, seed: index });
  const candidates = [image, image];
  const work: Sidecar = await gallery.add({ image, candidates, about: { curation: { schema: 1, candidates: [{ seed: index }] } } });
  say({ added: work.id, prompt: `work ${round}-${index}` });
  for (const rating of [1, 2, 3]) {
    await gallery.update(work.id, ({ tags = [] }) => ({ rating, tags: [...tags, `r${rating}`] }));
    say({ rated: work.id, rating });
  }
}
