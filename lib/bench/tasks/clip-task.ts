import { loadClip } from '../../clip/index.ts';
import type { Task } from './task.ts';
import { testPicture } from './upscale-task.ts';

/** Embeds pictures and as many texts with the bundled CLIP. */
export function clipTask(id: string, count: number): Task {
  return {
    id,
    suite: 'clip',
    recipe: { model: 'bundled CLIP', pictures: count, texts: count },
    async prepare(options, signal) {
      const clip = await loadClip({ ...options, signal });
      const pictures = Array.from({ length: count }, (_, index) => testPicture(224 + index));
      const texts = Array.from({ length: count }, (_, index) => `a painting of ${index + 2} foxes in the snow`);
      return {
        async run(abort) {
          const start = performance.now();
          await clip.embedImages(pictures, { signal: abort });
          const between = performance.now();
          await clip.embedTexts(texts, { signal: abort });
          return { parts: { pictures: (between - start) / 1000, texts: (performance.now() - between) / 1000 } };
        },
        dispose: () => clip.dispose(),
      };
    },
  };
}
