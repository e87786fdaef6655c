/** Measures one gallery in a separate process, to separate its memory use: `measure.ts FOLDER`. Prints one JSON document. */

import { rareWord } from '../../lib/bench/tasks/filled-gallery.ts';
import { seededRandom } from '../../lib/core/index.ts';
import { EmbeddingFile, Gallery, SimilarWorks } from '../../lib/gallery/index.ts';
import { embeddingsFile } from '../../lib/gallery/likeness/embeddings.ts';
import { ArtImage } from '../../lib/image/index.ts';
import { median } from '../numbers.ts';

const [folder = '', part = 'read'] = process.argv.slice(2);
const dimensions = 512;
const repeats = 9;
const megabytes = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20);

/** Milliseconds elapsed or of CPU time, whichever is less, because other programs on the machine add waiting time. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return Math.min(performance.now() - started, (user + system) / 1000);
}

const often = async (work: () => Promise<unknown>): Promise<number> => {
  const times: number[] = [];
  for (let index = 0; index < repeats; index++) times.push(await time(work));
  return median(times);
};

const random = seededRandom(1);
const vector = (): Float32Array => Float32Array.from({ length: dimensions }, () => random() - 0.5);

async function build(): Promise<Record<string, number>> {
  const gallery = new Gallery({ folder });
  const rebuild = await time(() => gallery.rebuild());
  const ids = await gallery.select('');
  const file = new EmbeddingFile(embeddingsFile(gallery.layout.cache, 'bench', dimensions), dimensions);
  for (let at = 0; at < ids.length; at += 5000) await file.append(ids.slice(at, at + 5000).map((id) => ({ id, vector: vector() })));
  return { works: ids.length, rebuild };
}

async function read(): Promise<Record<string, number>> {
  const before = megabytes();
  const gallery = new Gallery({ folder });
  const open = await time(() => gallery.list());
  const list = await often(() => gallery.list());
  const middle = (await gallery.select(''))[Math.floor((await gallery.select('')).length / 2)];
  const deep = await often(() => gallery.list({ after: middle }));
  const rating = await often(() => gallery.list({ sort: 'rating' }));
  const rare = await often(() => gallery.list({ query: rareWord }));
  const common = await often(() => gallery.list({ query: 'fox' }));
  const words = await often(() => gallery.list({ query: 'fox snow "oil painting" -rain' }));
  const setting = await often(() => gallery.list({ query: 'sampler:euler_a' }));
  const range = await often(() => gallery.list({ query: 'steps:>=30 cfg:5..8 fox' }));
  const tag = await often(() => gallery.list({ query: 'tag:owl rating:>=4' }));
  const afterSearch = megabytes();
  const wanted = vector();
  const works = new SimilarWorks(gallery, { model: 'bench', dimensions, embed: async () => vector() });
  const openVectors = await time(() => works.nearest(wanted));
  const semantic = await often(() => works.nearest(wanted));
  const both = await often(() => works.nearest(wanted, { query: 'fox' }));
  const peak = process.resourceUsage().maxRSS / 1024;
  return {
    open,
    list,
    deep,
    rating,
    rare,
    common,
    words,
    setting,
    range,
    tag,
    openVectors,
    semantic,
    both,
    memoryStart: before,
    memorySearch: afterSearch,
    memory: megabytes(),
    memoryPeak: Math.round(peak),
  };
}

/** Files and changes one more work, with fsync as in normal use. */
async function write(): Promise<Record<string, number>> {
  const gallery = new Gallery({ folder });
  await gallery.list();
  const image = new ArtImage({ data: new Uint8Array(3 * 64 * 64).fill(7), width: 64, height: 64, channels: 3 }, { prompt: 'one more' });
  const last = { id: '' };
  const add = await often(async () => {
    last.id = (await gallery.add({ image })).id;
  });
  const update = await often(() => gallery.update(last.id, ({ rating = 0 }) => ({ rating: (rating % 5) + 1 })));
  const listAfter = await time(() => new Gallery({ folder }).list());
  return { add, update, listAfter };
}

console.log(JSON.stringify(await (part === 'build' ? build() : part === 'write' ? write() : read())));
