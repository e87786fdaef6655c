/** The engine's pictures against PyTorch's of the same weights and noise, which training/parity.py wrote. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeImage } from '../../lib/image/index.ts';
import type { Painter } from './painter.ts';
import { mean, type Report } from './report.ts';
import { psnr } from './statistics.ts';

const picturesSchema = z
  .array(z.strictObject({ file: z.string(), prompt: z.string(), seed: z.int(), steps: z.int(), cfgScale: z.number() }))
  .min(1);

type Parity = NonNullable<Report['parity']>;

/** @param exported paints with the very weights that PyTorch had; undefined: they are not at hand */
export async function measureParity(painter: Painter, exported: Painter | undefined, folder: string): Promise<Parity> {
  const bundled = await likeness(painter, folder);
  return { ...bundled, ...(exported && { sameWeights: await likeness(exported, folder) }) };
}

async function likeness(painter: Painter, folder: string): Promise<NonNullable<Parity['sameWeights']>> {
  const all: number[] = [];
  for (const { file, prompt, seed, steps, cfgScale } of picturesSchema.parse(
    JSON.parse(await readFile(join(folder, 'parity.json'), 'utf8')),
  )) {
    const ours = await painter.paint(prompt, seed, { steps, cfgScale, sampler: 'euler', scheduler: 'discrete' });
    all.push(psnr(ours.data, (await decodeImage(join(folder, file))).data));
  }
  return { n: all.length, psnr: mean(all), worst: Math.min(...all) };
}
