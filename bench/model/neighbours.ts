/** Nearest training pictures: does the model repeat them? */
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RawImage } from '../../lib/image/index.ts';
import type { Judge } from '../curation/judge.ts';
import { type Distances, quantiles } from './report.ts';

const edge = 128;
const bytesEach = edge * edge * 3;
const small = 32;
/** Of the nearest by pixels, so many are compared by the judge's features. */
const looked = 50;

const rowsSchema = z.array(z.looseObject({ captions: z.array(z.string()).min(1) }));

export interface TrainingPicture {
  caption: string;
  /** Its pool, and its place there. */
  file: string;
  place: number;
  /** 32 x 32 means of areas, 3 bytes a pixel. */
  small: Uint8Array;
}

function shrink(data: Uint8Array): Uint8Array {
  const by = edge / small;
  const result = new Uint8Array(small * small * 3);
  for (let y = 0; y < small; y++)
    for (let x = 0; x < small; x++)
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let row = 0; row < by; row++)
          for (let column = 0; column < by; column++) sum += data[((y * by + row) * edge + x * by + column) * 3 + channel] ?? 0;
        result[(y * small + x) * 3 + channel] = Math.round(sum / (by * by));
      }
  return result;
}

/** All pools of a folder: NAME.bin (uint8, 128 x 128 x 3 each) with NAME.json (a list of rows with captions). */
export async function readTraining(folder: string): Promise<TrainingPicture[]> {
  const pictures: TrainingPicture[] = [];
  for (const name of (await readdir(folder)).filter((file) => /^pool.*\.json$/.test(file)).sort()) {
    const rows = rowsSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    const file = join(folder, name.replace(/json$/, 'bin'));
    const handle = await open(file);
    try {
      const bytes = Buffer.alloc(bytesEach);
      for (const [place, { captions }] of rows.entries()) {
        const { bytesRead } = await handle.read(bytes, 0, bytesEach, place * bytesEach);
        if (bytesRead !== bytesEach) throw new Error(`${file}: expected ${rows.length} pictures, got ${place}`);
        pictures.push({ caption: captions[0] ?? '', file, place, small: shrink(bytes) });
      }
    } finally {
      await handle.close();
    }
  }
  if (pictures.length === 0) throw new Error(`--data: expected a folder with pool*.json and pool*.bin, got ${folder}`);
  return pictures;
}

export async function wholePicture({ file, place }: TrainingPicture): Promise<RawImage> {
  const handle = await open(file);
  try {
    const data = new Uint8Array(bytesEach);
    await handle.read(data, 0, bytesEach, place * bytesEach);
    return { data, width: edge, height: edge, channels: 3 };
  } finally {
    await handle.close();
  }
}

function squares(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    sum += difference * difference;
  }
  return sum;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (const [at, value] of a.entries()) {
    const other = b[at] ?? 0;
    dot += value * other;
    ofA += value * value;
    ofB += other * other;
  }
  return dot / Math.sqrt(ofA * ofB);
}

/** @param self places of `images` in `training`, which do not count as their own neighbours */
export async function nearest(
  judge: Judge,
  training: readonly TrainingPicture[],
  images: readonly RawImage[],
  self: readonly (number | undefined)[] = [],
): Promise<Distances> {
  const features = new Map<number, Float32Array>();
  const [byPixels, byFeatures]: [number[], number[]] = [[], []];
  for (const [index, image] of images.entries()) {
    const reduced = shrink(image.data);
    const order = training
      .map(({ small: other }, place) => ({ place, squares: place === self[index] ? Number.POSITIVE_INFINITY : squares(reduced, other) }))
      .sort((a, b) => a.squares - b.squares)
      .slice(0, looked)
      .filter((one) => Number.isFinite(one.squares));
    byPixels.push(Math.sqrt((order[0]?.squares ?? Number.NaN) / reduced.length));
    const { features: own } = await judge.look(image);
    let closest = Number.NEGATIVE_INFINITY;
    for (const { place } of order) {
      let other = features.get(place);
      if (!other) {
        other = (await judge.look(await wholePicture(training[place] as TrainingPicture))).features;
        features.set(place, other);
      }
      closest = Math.max(closest, cosine(own, other));
    }
    byFeatures.push(1 - closest);
  }
  return { n: images.length, pixels: quantiles(byPixels), features: quantiles(byFeatures) };
}
