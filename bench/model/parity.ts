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

export async function measureParity(painter: Painter, folder: string): Promise<NonNullable<Report['parity']>> {
  const all: number[] = [];
  for (const { file, prompt, seed, steps, cfgScale } of picturesSchema.parse(
    JSON.parse(await readFile(join(folder, 'parity.json'), 'utf8')),
  )) {
    const ours = await painter.paint(prompt, seed, { steps, cfgScale, sampler: 'euler', scheduler: 'discrete' });
    all.push(psnr(ours.data, (await decodeImage(join(folder, file))).data));
  }
  return { n: all.length, psnr: mean(all), worst: Math.min(...all) };
}
