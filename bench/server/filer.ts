/** Another process that files works while a server is measured: `filer.ts FOLDER RATE`. */
import { Gallery } from '../../lib/gallery/index.ts';
import { ArtImage } from '../../lib/image/index.ts';

const [folder = '', rate = '2'] = process.argv.slice(2);
const gallery = new Gallery({ folder });
const image = new ArtImage({ data: new Uint8Array(3 * 64 * 64).fill(7), width: 64, height: 64, channels: 3 }, { prompt: 'one more' });
for (let count = 0; ; count++) {
  const began = performance.now();
  const { id } = await gallery.add({ image, about: { title: 'one more', tags: ['draft'] } });
  if (count % 2 === 1) await gallery.update(id, { rating: 4 });
  await new Promise((done) => setTimeout(done, Math.max(0, 1000 / Number(rate) - (performance.now() - began))));
}
