/** Pictures to measure with: paintings of the bundled model, enlarged four times, and those of a folder. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { decodeImage, type RawImage, resizeImage } from '../../lib/doors/image.ts';
import { loadModel, loadUpscaler } from '../../lib/index.ts';

export const edge = 512;

const subjects = [
  'a lighthouse',
  'a red apple',
  'a fox',
  'a castle',
  'a sailing boat',
  'an owl',
  'a mountain lake',
  'a rose',
  'a cottage',
  'a whale',
];
const styles = ['flat vector art', 'pixel art', 'watercolor', 'oil painting', 'line art'];

/** @yields paintings of 512 x 512: other subjects, styles and seeds each */
export async function* paintings(count: number): AsyncGenerator<RawImage> {
  const [model, upscaler] = [await loadModel(), await loadUpscaler()];
  try {
    for (let at = 0; at < count; at++) {
      const prompt = `${subjects[at % subjects.length]}, ${styles[Math.floor(at / subjects.length) % styles.length]}`;
      const [image] = (await model.generate({ prompt, seed: at + 1, width: edge / 4, height: edge / 4 })).images;
      if (image) yield await decodeImage(await upscaler.upscale(image));
    }
  } finally {
    await upscaler.dispose();
    await model.dispose();
  }
}

/** @yields the pictures of a folder, at 512 x 512 */
export async function* picturesOf(folder: string, count: number): AsyncGenerator<RawImage> {
  const names = readdirSync(folder).filter((name) => /\.(png|jpe?g|webp)$/i.test(name));
  for (const name of names.sort().slice(0, count)) yield await resizeImage(await decodeImage(path.join(folder, name)), edge, edge);
}
