import { loadModel } from '../../engine/index.ts';
import { pixelDigest } from '../../image/index.ts';
import type { Task } from './task.ts';

interface Size {
  width: number;
  height: number;
  steps: number;
}

const recipe = {
  model: 'ai-artist-mini',
  prompt: 'a red fox in the snow',
  sampler: 'euler',
  scheduler: 'discrete',
  cfgScale: 5,
  seed: 7,
} as const;

/** Text to picture with the bundled model. */
export function paintTask(id: string, size: Size): Task {
  return {
    id,
    suite: 'paint',
    recipe: { ...recipe, ...size },
    async prepare(options, signal) {
      const { model: name, ...paint } = recipe;
      const model = await loadModel({ ...options, model: name, signal });
      return {
        async run(abort) {
          const { images, seconds } = await model.generate({ ...paint, ...size, signal: abort });
          const { encode, sample, decode } = seconds;
          return { parts: { encode, sample, decode }, digest: pixelDigest(images[0]) };
        },
        dispose: () => model.dispose(),
      };
    },
  };
}
