import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { writeError } from '../../core/index.ts';
import { Gallery } from '../../gallery/index.ts';
import { ArtImage } from '../../image/index.ts';
import { fillGallery } from './filled-gallery.ts';
import type { Task } from './task.ts';

/** Words, phrases and negations, settings, ranges, tags: what people search for. */
const searches = ['fox', 'fox snow "oil painting" -rain', 'sampler:euler_a', 'steps:>=30 cfg:5..8 fox', 'tag:owl rating:>=4'];

interface Amounts {
  /** In the gallery at the beginning. */
  works: number;
  /** In one repeat. */
  filed: number;
  searches: number;
  pages: number;
}

/** Files works, searches, and lists pages in a gallery of generated works. It uses one core, and the disk for filing: each work is synced. */
export function galleryTask(id: string, amounts: Amounts): Task {
  return {
    id,
    suite: 'gallery',
    recipe: { ...amounts },
    async prepare(_options, _signal, scratch) {
      const folder = await mkdtemp(path.join(scratch, 'gallery-'));
      await fillGallery(folder, amounts.works, false).catch((error: unknown) => {
        throw writeError(folder, error);
      });
      const gallery = new Gallery({ folder });
      await gallery.list();
      const data = new Uint8Array(3 * 64 * 64).fill(7);
      return {
        async run(signal) {
          const parts = { file: 0, search: 0, page: 0 };
          const timed = async (part: keyof typeof parts, count: number, work: (at: number) => Promise<unknown>): Promise<void> => {
            const begun = performance.now();
            for (let at = 0; at < count; at++) {
              signal.throwIfAborted();
              await work(at);
            }
            parts[part] = (performance.now() - begun) / 1000;
          };
          await timed('file', amounts.filed, (at) =>
            gallery.add({ image: new ArtImage({ data, width: 64, height: 64, channels: 3 }, { prompt: `one more, ${at}` }) }),
          );
          await timed('search', amounts.searches, (at) => gallery.list({ query: searches[at % searches.length] }));
          let after: string | undefined;
          await timed('page', amounts.pages, async () => {
            const page = await gallery.list({ ...(after !== undefined && { after }) });
            after = page.works.at(-1)?.id;
          });
          return { parts };
        },
        dispose: async () => undefined,
      };
    },
  };
}
