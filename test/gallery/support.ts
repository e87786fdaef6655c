import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom, VirtualClock } from '../../lib/core/index.ts';
import { type Artwork, Gallery, type SidecarChange } from '../../lib/gallery/index.ts';
import { ArtImage, type Recipe } from '../../lib/image/index.ts';

/** A folder for this test file, removed at the end of the process. Its name has characters that real home folders may have. */
export const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist gallery 🖼 '));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

export const begin = Date.UTC(2026, 9, 30, 12);
let count = 0;

export interface Place {
  home: string;
  gallery: Gallery;
  clock: VirtualClock;
  /** Simulates another process: the same folder with its own memory. */
  again: () => Gallery;
}

export function place(): Place {
  const home = path.join(scratch, `home ${++count}`);
  const clock = new VirtualClock(begin);
  const open = (): Gallery => new Gallery({ home, clock, random: seededRandom(count) });
  return { home, clock, gallery: open(), again: () => new Gallery({ home, clock, random: seededRandom(1000 + count) }) };
}

/** A picture of 8x6 pixels of one colour. */
export function picture(recipe?: Recipe, shade = 100): ArtImage {
  return new ArtImage({ data: new Uint8Array(8 * 6 * 3).fill(shade), width: 8, height: 6, channels: 3 }, recipe);
}

export const recipe = (prompt: string, more: Partial<Recipe> = {}): Recipe => ({
  prompt,
  seed: 7,
  steps: 20,
  sampler: 'euler_a',
  cfgScale: 7,
  width: 8,
  height: 6,
  model: { name: 'bundled', hash: 'ab12' },
  ...more,
});

/** Adds a work one minute after the last. */
export async function file(
  { gallery, clock }: Place,
  prompt: string,
  about: SidecarChange = {},
  more: Partial<Recipe> = {},
): Promise<Artwork> {
  clock.jump(60_000);
  return gallery.add({ image: picture(recipe(prompt, more)), about });
}

export const prompts = (works: readonly Artwork[]): (string | undefined)[] => works.map(({ recipe: painted }) => painted?.prompt);
