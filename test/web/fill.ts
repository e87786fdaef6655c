/** A gallery of pictures that differ in shape and colour, as a person's would. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { createIds, seededRandom, VirtualClock } from '../../lib/core/index.ts';
import type { Recipe } from '../../lib/image/index.ts';

const shapes = [
  [96, 96],
  [128, 96],
  [96, 128],
  [144, 80],
  [80, 144],
] as const;
const subjects = ['fox', 'owl', 'lighthouse', 'sailing ship', 'old oak tree', 'mountain lake'];
const manners = ['flat vector art', 'ink drawing', 'watercolour', 'retro poster'];

export interface FillOptions {
  works: number;
  /** Day of the first work. */
  start?: number;
  /** Between the first and the last work. */
  days?: number;
  /** Changes the sidecar of a work before it is written. */
  change?: (sidecar: Record<string, unknown>, index: number) => void;
}

async function pictures(): Promise<{ png: Buffer; width: number; height: number; sha256: string }[]> {
  return Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const [width = 96, height = 96] = shapes[index % shapes.length] ?? [];
      const hue = (index * 47) % 360;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="hsl(${hue},60%,70%)"/><stop offset="1" stop-color="hsl(${(hue + 60) % 360},55%,35%)"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/><circle cx="${20 + (index % 5) * 12}" cy="30" r="14" fill="hsl(${(hue + 180) % 360},80%,80%)"/><path d="M0 ${height} L${width / 2} ${height * 0.5} L${width} ${height}Z" fill="hsl(${(hue + 20) % 360},40%,25%)"/></svg>`;
      const png = await sharp(Buffer.from(svg)).png().toBuffer();
      return { png, width, height, sha256: createHash('sha256').update(png).digest('hex') };
    }),
  );
}

/** Writes works into the folder of a gallery; returns their ids, oldest first. */
export async function fillGallery(
  folder: string,
  { works, start = Date.UTC(2024, 0, 1), days = 400, change }: FillOptions,
): Promise<string[]> {
  const random = seededRandom(works);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const clock = new VirtualClock(start);
  const next = createIds({ clock, random });
  const made = await pictures();
  const ids: string[] = [];
  for (let index = 0; index < works; index++) {
    clock.jump((days * 86_400_000) / works);
    const id = next();
    const [year = '', month = ''] = new Date(clock.now()).toISOString().split('-');
    const into = path.join(folder, year, month);
    mkdirSync(into, { recursive: true });
    const { png, width, height, sha256 } = pick(made);
    const subject = pick(subjects);
    const prompt = `${pick(manners)} of a ${subject}`;
    const recipe: Recipe = {
      prompt,
      negativePrompt: 'blurry',
      seed: Math.floor(random() * 2 ** 32),
      steps: 8 + Math.floor(random() * 12),
      sampler: pick(['euler', 'euler_a', 'lcm']),
      scheduler: 'karras',
      cfgScale: 1 + Math.floor(random() * 8) / 2,
      width,
      height,
      model: { name: 'ai-artist-mini', hash: sha256 },
      engine: 'stable-diffusion.cpp 97d2990',
      backend: 'CPU',
      software: 'ai-artist 0.1.0',
    };
    const sidecar: Record<string, unknown> = {
      schema: 1,
      id,
      file: `${id}.png`,
      createdAt: new Date(clock.now()).toISOString(),
      image: { sha256, bytes: png.length, width, height },
      recipe,
      recipeHash: createHash('sha256').update(prompt).digest('hex'),
      tags: [subject.replaceAll(' ', '-')],
      ...(random() < 0.3 && { rating: 1 + Math.floor(random() * 5) }),
    };
    change?.(sidecar, index);
    writeFileSync(path.join(into, `${id}.png`), png);
    writeFileSync(path.join(into, `${id}.json`), JSON.stringify(sidecar));
    ids.push(id);
  }
  return ids;
}
