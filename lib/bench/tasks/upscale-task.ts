import { seededRandom } from '../../core/index.ts';
import { loadUpscaler } from '../../engine/index.ts';
import { pixelDigest, type RawImage } from '../../image/index.ts';
import type { Task } from './task.ts';

/** A picture of blocks and noise: the time does not depend on what is shown, but a digest of one colour would tell little. */
export function testPicture(size: number): RawImage {
  const random = seededRandom(size);
  const data = new Uint8Array(size * size * 3);
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [Math.floor(at / 3) % size, Math.floor(at / 3 / size)];
    data[at] = (((x >> 3) * 37 + (y >> 3) * 59 + (at % 3) * 83) % 200) + Math.floor(random() * 40);
  }
  return { data, width: size, height: size, channels: 3 };
}

/** Enlarges a square picture with the bundled upscaler. */
export function upscaleTask(id: string, size: number): Task {
  return {
    id,
    suite: 'upscale',
    recipe: { model: 'bundled upscaler', width: size, height: size },
    async prepare(options, signal) {
      const upscaler = await loadUpscaler({ ...options, signal });
      const picture = testPicture(size);
      return {
        async run(abort) {
          return { digest: pixelDigest(await upscaler.upscale(picture, { signal: abort })) };
        },
        dispose: () => upscaler.dispose(),
      };
    },
  };
}
