/** Makes a gallery of many works, written without fsync because only reading is measured. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createIds, seededRandom, VirtualClock } from '../../core/index.ts';
import { ArtImage, type Recipe } from '../../image/index.ts';

const subjects = [
  'fox',
  'owl',
  'lighthouse',
  'mountain lake',
  'city at night',
  'old oak tree',
  'sailing ship',
  'space nebula',
  'forest path',
  'desert sunset',
];
const manners = ['flat vector art', 'ink drawing', 'oil painting', 'watercolour', 'glossy 3d render', 'retro poster', 'pencil sketch'];
const places = ['in the snow', 'under the stars', 'at dawn', 'in heavy rain', 'seen from above', 'in autumn colours', 'beside a river'];
const samplers = ['euler', 'euler_a', 'dpm++2m', 'lcm'];
const models = ['ai-artist-mini', 'sd-turbo', 'sd15', 'sdxl-base'];

/** A word that occurs in one of ten thousand works. */
export const rareWord = 'axolotl';

const start = Date.UTC(2023, 0, 1);

/** @param oneFolder put all works into one month */
export async function fillGallery(folder: string, count: number, oneFolder: boolean): Promise<void> {
  const random = seededRandom(count);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const span = oneFolder ? 20 * 86_400_000 : 1000 * 86_400_000;
  const clock = new VirtualClock(start);
  const next = createIds({ clock, random });
  const png = await new ArtImage({ data: new Uint8Array(3 * 16 * 16).fill(90), width: 16, height: 16, channels: 3 }).toBuffer('png');
  const sha256 = createHash('sha256').update(png).digest('hex');
  for (let index = 0; index < count; index++) {
    clock.jump(span / count);
    const id = next();
    const [year = '', month = ''] = new Date(clock.now()).toISOString().split('-');
    const into = path.join(folder, year, month);
    mkdirSync(into, { recursive: true });
    const seed = Math.floor(random() * 2 ** 32);
    const prompt = `${pick(manners)} of a ${pick(subjects)} ${pick(places)}, ${pick(manners)}, highly detailed${index % 10_000 === 77 ? `, ${rareWord}` : ''}`;
    const recipe: Recipe = {
      prompt,
      negativePrompt: 'blurry, low quality, watermark',
      seed,
      steps: 10 + Math.floor(random() * 30),
      sampler: pick(samplers),
      scheduler: 'karras',
      cfgScale: 1 + Math.floor(random() * 16) / 2,
      width: 512,
      height: 512,
      model: { name: pick(models), hash: sha256 },
      engine: 'stable-diffusion.cpp 97d2990',
      backend: 'CPU',
      software: 'ai-artist 0.1.0',
    };
    const candidate = {
      terms: { promptAlign: random(), technical: random() },
      z: { promptAlign: random(), technical: random() },
      total: random(),
      verdict: 'passed-over',
      reason: 'total +0.12, the work has +1.20',
      faults: [],
      wouldHaveWonWithout: [],
    };
    const sidecar = {
      schema: 1,
      id,
      file: `${id}.png`,
      createdAt: new Date(clock.now()).toISOString(),
      image: { sha256, bytes: png.length, width: 512, height: 512 },
      recipe,
      recipeHash: createHash('sha256').update(prompt).digest('hex'),
      curation: {
        schema: 1,
        curation: 'clip',
        candidates: Array.from({ length: 4 }, (_, at) => ({ seed: seed + at, rank: at + 1, ...candidate })),
      },
      tags: [pick(subjects).replaceAll(' ', '-'), pick(manners)],
      ...(random() < 0.3 && { rating: 1 + Math.floor(random() * 5) }),
    };
    writeFileSync(path.join(into, sidecar.file), png);
    writeFileSync(path.join(into, `${id}.json`), JSON.stringify(sidecar, undefined, 2));
  }
}
