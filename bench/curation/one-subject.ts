/**
 * `npm run bench -- one-subject [works]`: paints one subject again and again in one home, two candidates per work, and counts what was not
 * filed. Pictures are small with few steps, because the question is whether the artist refuses, not how well it paints.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createArtist } from '../../lib/index.ts';
import { hardware } from '../hardware.ts';

const works = Number(process.argv[2] ?? 500);
const home = mkdtempSync(path.join(tmpdir(), 'ai-artist one subject-'));
const failed: string[] = [];
const began = performance.now();
{
  await using artist = await createArtist({ home });
  for (let count = 0; count < works; count++)
    await artist
      .create({ prompt: 'an owl', seed: 1000 * count, candidates: 2, steps: 4, width: 64, height: 64, upscale: false })
      .then(({ filed }) => filed || failed.push(`work ${count}: was there`))
      .catch((error: unknown) => failed.push(`work ${count}: ${String(error)}`));
  const { total } = await artist.gallery.list({ limit: 1 });
  process.stdout.write(`one subject: ${works} rounds of two, ${total} works filed, ${failed.length} failures\n`);
}
for (const line of failed.slice(0, 20)) process.stdout.write(`  ${line}\n`);
process.stdout.write(`${((performance.now() - began) / 1000).toFixed(0)} s on ${JSON.stringify(await hardware())}\n`);
rmSync(home, { recursive: true, force: true });
process.exitCode = failed.length > 0 ? 1 : 0;
