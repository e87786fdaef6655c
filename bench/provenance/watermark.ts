/**
 * `npx tsx bench/provenance/watermark.ts [paintings] [folder]`: how often the mark is found after an attack, how often where there is none, and what it
 * changes. Default: 100 paintings of the bundled model. With a folder, also up to 100 of its pictures. Ctrl-C ends it after the current picture.
 */
import { randomBytes } from 'node:crypto';
import type { Sharp } from 'sharp';
import { ArtImage, decodeImage, type RawImage } from '../../lib/doors/image.ts';
import { embedWatermark, findWatermark } from '../../lib/doors/provenance.ts';
import { pixelDifference } from '../../lib/image/index.ts';
import { hardware, hardwareLine } from '../hardware.ts';
import { edge, paintings, picturesOf } from './paintings.ts';

const painted = Number(process.argv[2] ?? 100);
const mostOfFolder = 100;
const folder = process.argv[3];
const key = { secret: randomBytes(32) };

/** Cuts 10 % of each edge off, more on one side than on the other. */
const cut = (picture: Sharp, seed: number): Sharp => {
  const size = Math.round(edge * 0.9);
  return picture.extract({ left: (seed * 7) % (edge - size), top: (seed * 13) % (edge - size), width: size, height: size });
};

const attacks: Record<string, (picture: Sharp, seed: number) => Promise<Buffer> | Buffer> = {
  'JPEG, quality 75': (picture) => picture.jpeg({ quality: 75 }).toBuffer(),
  'WebP, quality 75': (picture) => picture.webp({ quality: 75 }).toBuffer(),
  'half size': (picture) =>
    picture
      .resize(edge / 2)
      .png()
      .toBuffer(),
  '10 % of each edge cut off': (picture, seed) => cut(picture, seed).png().toBuffer(),
  'half size, JPEG 75': (picture) =>
    picture
      .resize(edge / 2)
      .jpeg({ quality: 75 })
      .toBuffer(),
  'cut, half size, JPEG 75': async (picture, seed) => {
    const small = new ArtImage(await decodeImage(await cut(picture, seed).png().toBuffer()));
    return (await small.toSharp())
      .resize(Math.round(edge * 0.45))
      .jpeg({ quality: 75 })
      .toBuffer();
  },
};

const found = new Map(Object.keys(attacks).map((name) => [name, 0]));
const [psnr, embedMs, findMs]: [number[], number[], number[]] = [[], [], []];
const wrong: string[] = [];
let [count, unmarked] = [0, 0];

let stopped = false;
process.once('SIGINT', () => {
  stopped = true;
});

async function measure(picture: RawImage): Promise<void> {
  const seed = count++;
  const payload = (seed + 32 ** 7)
    .toString(32)
    .toUpperCase()
    .replaceAll('I', 'Y')
    .replaceAll('L', 'Z')
    .replaceAll('O', 'W')
    .replaceAll('U', 'X');
  const begun = performance.now();
  const marked = await embedWatermark(picture, key, payload);
  embedMs.push(performance.now() - begun);
  psnr.push(pixelDifference(picture, marked)?.psnr ?? 0);
  for (const [name, attack] of Object.entries(attacks)) {
    const attacked = await decodeImage(await attack(await new ArtImage(marked).toSharp(), seed));
    const mark = await findWatermark(attacked, key);
    if (mark?.payload === payload) found.set(name, (found.get(name) ?? 0) + 1);
    else if (mark) wrong.push(`${name}: ${mark.payload} in place of ${payload}`);
  }
  // It takes the longest, so only every second picture is searched without a mark.
  if (seed % 2 === 0) {
    const looking = performance.now();
    if (await findWatermark(picture, key)) wrong.push('found in a picture without a mark');
    findMs.push(performance.now() - looking);
    unmarked++;
  }
  process.stderr.write(`\r${count}`);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function measureAll(all: AsyncGenerator<RawImage>): Promise<void> {
  for await (const picture of all) {
    if (stopped) return;
    await measure(picture);
  }
}

if (folder !== undefined) await measureAll(picturesOf(folder, mostOfFolder));
await measureAll(paintings(stopped ? 0 : painted));
console.log(`\n| after | found, of ${count} |\n|---|---|`);
for (const [name, times] of found) console.log(`| ${name} | ${times} (${((100 * times) / count).toFixed(1)} %) |`);
console.log(
  `\nfound where there is none, or read wrongly: ${wrong.length} of ${unmarked + count * found.size}${wrong.map((line) => `\n  ${line}`).join('')}`,
);
console.log(`PSNR: mean ${mean(psnr).toFixed(1)} dB, least ${Math.min(...psnr).toFixed(1)} dB`);
console.log(
  `embedding ${mean(embedMs).toFixed(0)} ms; looking where there is none ${mean(findMs).toFixed(0)} ms\n${hardwareLine(await hardware())}`,
);
