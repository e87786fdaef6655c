import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { Judge } from '../../bench/curation/judge.ts';
import { readHeldOut, spreadOver } from '../../bench/model/held-out.ts';
import { measureRetrieval } from '../../bench/model/measures.ts';
import { NeighbourSearch } from '../../bench/model/neighbour-search.ts';
import { measureNeighbours, pairCells } from '../../bench/model/neighbours.ts';
import { withSection } from '../../bench/model/page.ts';
import { measureParity } from '../../bench/model/parity.ts';
import { pictureAt, readPools, thumbnail } from '../../bench/model/pools.ts';
import { markdown, type Report, reportSchema } from '../../bench/model/report.ts';
import { sheetOf } from '../../bench/model/sheet.ts';
import { meanOf, psnr, ratioOf, shareIn, shareOf, topOf } from '../../bench/model/statistics.ts';
import { seededRandom } from '../../lib/core/index.ts';
import { ArtImage } from '../../lib/index.ts';
import { suite } from '../harness.ts';

const folder = fileURLToPath(new URL('../../bench/model', import.meta.url));
const judge = await Judge.load(fileURLToPath(new URL('../../bench/curation/judge.safetensors', import.meta.url)));
const named = { concept: 0.5, concept5: 0.7, style: 0.4, confidence: 0.3 };
const aligned = { own: 0.8, other: 0.1, top1: 0.5, top5: 0.9 };
const estimate = { value: 0.8, low: 0.7, high: 0.9 };
const report: Report = {
  schema: 1,
  name: 'models',
  hardware: 'a machine',
  threads: 1,
  settings: { steps: 20, cfgScale: 5, sampler: 'euler', scheduler: 'discrete' },
  judge: { concept: 0.66, style: 0.48 },
  retrieval: { n: 157, real: named, generated: { ...named, concept: 0.4 }, shuffled: named, ratio: estimate },
  clip: { n: 157, model: 'ai-artist-mini', real: aligned, generated: aligned, shuffled: aligned },
  steps: {
    n: 24,
    few: 8,
    many: 30,
    reference: named,
    rows: [
      { sampler: 'euler', scheduler: 'discrete', ...named, ratio: estimate, psnr: 20 },
      { sampler: 'dpm++2m', scheduler: 'karras', ...named, ratio: { value: 0.97, low: 0.9, high: 1 }, psnr: 25 },
    ],
  },
  diversity: { n: 157, generated: 20, real: 30, prompts: 4, seeds: 8, perPrompt: 3 },
  autoencoder: { n: 48, psnr: 25.8, worst: 20 },
  cost: { bytes: 33_000_000, loadSeconds: 0.1, paintSeconds: 1, upscaleSeconds: 4 },
};

const bytesEach = 128 * 128 * 3;
const random = seededRandom(5);
/** Fields of 8 x 8 pixels in random colours. */
function mosaic(): Uint8Array {
  const colours = Uint8Array.from({ length: 16 * 16 * 3 }, () => Math.floor(random() * 256));
  return Uint8Array.from(
    { length: bytesEach },
    (_, at) => colours[(Math.floor(at / (128 * 3 * 8)) * 16 + Math.floor((Math.floor(at / 3) % 128) / 8)) * 3 + (at % 3)] ?? 0,
  );
}
const raw = (data: Uint8Array) => ({ data, width: 128, height: 128, channels: 3 });

suite('eval:model', (test) => {
  test('real pictures: one of each of 157 concepts, 128 pixels, all seven styles', async () => {
    const real = await readHeldOut(folder, new Set(judge.concepts));
    assert.equal([real.length, new Set(real.map(({ concept }) => concept)).size], [157, 157]);
    assert.equal([...new Set(real.map(({ style }) => style))].sort(), [...judge.styles].sort());
    assert.ok(real.every(({ image, caption, style }) => image.data.length === 128 * 128 * 3 && caption.startsWith(style)));
    assert.is((await readHeldOut(folder, new Set(['fox']))).length, 1);
  });
  test('the judge knows real pictures, and their captions from those of others', async () => {
    const real = spreadOver(await readHeldOut(folder, new Set(judge.concepts)), 16);
    const { retrieval } = await measureRetrieval(
      judge,
      real,
      real.map(({ image }) => image),
    );
    assert.ok(retrieval.real.concept > 0.4, `concept ${retrieval.real.concept}`);
    assert.ok(retrieval.shuffled.concept < 0.2, `shuffled ${retrieval.shuffled.concept}`);
    assert.equal([retrieval.generated, retrieval.ratio.value], [retrieval.real, 1]);
  });
  test('statistics', () => {
    const many = Array.from({ length: 400 }, (_, index) => index % 2);
    const { value, low, high } = meanOf(many);
    assert.ok(value === 0.5 && low > 0.43 && low < 0.48 && high > 0.52 && high < 0.57);
    assert.is(ratioOf([1, 1], [2, 2]).value, 0.5);
    assert.is(psnr(Uint8Array.of(0, 255), Uint8Array.of(0, 255)), Number.POSITIVE_INFINITY);
    assert.ok(Math.abs(psnr(Uint8Array.of(10, 10), Uint8Array.of(0, 0)) - 28.13) < 0.01);
    assert.equal(topOf(Float32Array.of(1, 3, 2), 2), [1, 2]);
    const none = shareIn(Array.from({ length: 157 }, () => false));
    assert.ok(none.value === 0 && none.low === 0 && Math.abs(none.high - 0.0239) < 1e-4, `${none.high}`);
    assert.ok(Math.abs(shareIn([true, false]).low - 0.0945) < 1e-4);
    assert.ok(Math.abs(shareOf(Float32Array.of(0, Math.log(3)), 1) - 0.75) < 1e-6);
  });
  test('reports: tables with a column each, the best sampler; one with a wrong field is refused', () => {
    const text = markdown([report, report], ['before', 'now']);
    assert.match(text, /\| {2}\| before \| now \|/);
    assert.match(text, /\| concept named, painted \| 40\.0 % \| 40\.0 % \|/);
    assert.match(text, /0\.97 \(0\.90 to 1\.00\), dpm\+\+2m\/karras/);
    assert.equal(reportSchema.parse(JSON.parse(JSON.stringify(report))), report);
    assert.throws(() => reportSchema.parse({ ...report, retrieval: { ...report.retrieval, n: 1.5 } }));
  });
  test('parity: against PyTorch with the weights as exported, and with those of the package', async () => {
    const work = await mkdtemp(join(tmpdir(), 'ai-artist-parity-'));
    try {
      const grey = (value: number) => ({ data: new Uint8Array(64 * 64 * 3).fill(value), width: 64, height: 64, channels: 3 });
      await new ArtImage(grey(100)).save(join(work, '00.png'));
      await new ArtImage(grey(109)).save(join(work, '00-stored.png'));
      const row = { file: '00.png', stored: '00-stored.png', prompt: 'a fox', seed: 1000, steps: 20, cfgScale: 5 };
      await writeFile(join(work, 'parity.json'), JSON.stringify([row, { ...row, seed: 1001 }]));
      const parity = await measureParity({ paint: async (_, seed) => grey(seed === 1000 ? 110 : 108) }, work);
      const [exported, stored] = [parity, parity.sameWeights];
      assert.equal([exported.n, exported.worst.toFixed(2), exported.psnr.toFixed(2)], [2, '28.13', '29.10']);
      assert.equal([stored?.n, stored?.worst.toFixed(2)], [2, '48.13']);
      assert.match(
        markdown([{ ...report, parity }], ['now']),
        /same weights and noise \(at least 40 dB\) \| 48\.1 dB or more, mean 48\.1 of 2 \|/,
      );
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  test('the section of a page is written anew, and nothing else', () => {
    const page = 'above\n<!-- x -->\nold\n<!-- /x -->\nbelow\n';
    assert.is(withSection(page, 'x', 'new'), 'above\n<!-- x -->\nnew\n<!-- /x -->\nbelow\n');
    assert.throws(() => withSection(page, 'y', 'new'), /expected <!-- y -->/);
  });
  test('a sheet: four cells a row, models side by side', async () => {
    const image = { data: new Uint8Array(128 * 128 * 3), width: 128, height: 128, channels: 3 };
    const cells = Array.from({ length: 5 }, (_, index) => ({ prompt: `prompt ${index} <&>`, images: [image, image] }));
    const sheet = await sheetOf(cells, ['before', 'now']);
    assert.equal([sheet.width, sheet.height], [6 + 4 * (2 * 130 + 6), 6 + 18 + 2 * (128 + 18 + 6)]);
  });
  test('nearest training pictures: as found by trying all; copies are counted, new pictures are not', async () => {
    const work = await mkdtemp(join(tmpdir(), 'ai-artist-pools-'));
    try {
      const pools = [Array.from({ length: 90 }, mosaic), Array.from({ length: 30 }, mosaic)];
      for (const [index, pictures] of pools.entries()) {
        await writeFile(join(work, `pool-${index}.bin`), Buffer.concat(pictures));
        await writeFile(join(work, `pool-${index}.json`), JSON.stringify(pictures.map((_, at) => ({ captions: [`${index} ${at}`] }))));
      }
      const read = await readPools(work);
      const all = pools.flat();
      assert.equal(read.pictures.map(({ caption }) => caption).slice(88, 92), ['0 88', '0 89', '1 0', '1 1']);
      assert.equal((await pictureAt(read, 91)).data, all[91]);

      const distance = (a: Uint8Array, b: Uint8Array): number => {
        const [one, other] = [thumbnail(a), thumbnail(b)];
        return Math.sqrt(one.reduce((sum, value, at) => sum + (value - (other[at] ?? 0)) ** 2, 0) / one.length);
      };
      const search = new NeighbourSearch(read);
      const others = (picture: Uint8Array, self = -1): number =>
        Math.min(...all.map((one, at) => (at === self ? Number.POSITIVE_INFINITY : distance(picture, one))));
      for (const picture of [mosaic(), mosaic()])
        assert.ok(Math.abs(search.nearest(picture).distance - others(picture)) < 1e-9, 'a new picture');
      assert.ok(Math.abs(search.nearestOf(100).distance - others(all[100] as Uint8Array, 100)) < 1e-9, 'one of them');
      assert.equal(search.nearest(all[100] as Uint8Array), { index: 100, distance: 0 });

      const heldOut = Array.from({ length: 8 }, (_, index) => ({ concept: '', style: '', caption: `held ${index}`, image: raw(mosaic()) }));
      const measured = async (paints: (caption: string) => Uint8Array) =>
        measureNeighbours(
          { paint: async (caption) => raw(paints(caption)) },
          read,
          heldOut,
          heldOut.map(({ caption }) => raw(paints(caption))),
          12,
          (index) => index,
        );
      const copier = await measured(() => all[7] as Uint8Array);
      assert.equal([copier.found.trained.nearer.value, copier.found.heldOut.nearer.value, copier.found.copies.painted.value], [1, 1, 1]);
      assert.is(copier.found.copies.training.value < 0.5, true);
      const painter = await measured(mosaic);
      assert.ok(painter.found.copies.painted.value < 0.5 && painter.found.trained.nearer.value < 1);
      assert.equal([painter.found.training, painter.found.trained.n, painter.pairs.length], [120, 12, 20]);
      assert.ok((painter.pairs[0]?.distance ?? 0) <= (painter.pairs[19]?.distance ?? 0));
      const [cell] = await pairCells(read, copier.pairs, 1);
      assert.equal([cell?.prompt, cell?.images[1]?.data], [`0.0: ${copier.pairs[0]?.prompt}`, all[7]]);
      assert.match(
        markdown([{ ...report, neighbours: copier.found }], ['now']),
        /\| copies: painted, training pictures of each other \| 100\.0 % \(83\.9 to 100\.0\), /,
      );
      await writeFile(join(work, 'pool-1.bin'), Buffer.alloc(5));
      const broken = await readPools(work).catch(String);
      assert.match(String(broken), /expected 30 pictures of 49152 bytes, got 5/);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
});
