import { type GenerateOptions, type LoadModelOptions, loadModel } from '../../engine/index.ts';
import { pixelDigest } from '../../image/index.ts';
import type { PartRole } from '../../models/index.ts';
import type { Needs, Task } from './task.ts';

/** What fixes a picture, beside its prompt. */
export type PaintSettings = Pick<
  GenerateOptions,
  'width' | 'height' | 'steps' | 'cfgScale' | 'guidance' | 'flowShift' | 'sampler' | 'scheduler'
> & { width: number; height: number; steps: number };

export interface Painting {
  /** Words for the recipe. */
  readonly model: Readonly<Record<string, string | number>>;
  /** Where the model is; asked when it is loaded. */
  readonly files: () => Partial<Record<PartRole, string>>;
  readonly settings: PaintSettings;
  readonly needs?: Needs;
  readonly tuned?: TunedOptions;
}

/** What `ai-artist tune` found, by the calls that take it. */
export interface TunedOptions {
  readonly load: Partial<LoadModelOptions>;
  readonly paint: Partial<GenerateOptions>;
}

const prompt = 'a red fox in the snow';
const seed = 7;

const inWords = ({ load, paint }: TunedOptions): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...load, ...paint }).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );

/** Text to picture. */
export function paintTask(id: string, { model: words, files, settings, needs, tuned }: Painting): Task {
  return {
    id,
    suite: 'paint',
    recipe: { ...words, prompt, ...(settings as Record<string, string | number>), seed },
    ...(needs && { needs }),
    ...(tuned && { tuned: inWords(tuned) }),
    async prepare(options, signal) {
      const load: LoadModelOptions = { ...tuned?.load, ...options, ...files(), signal };
      const model = await loadModel(load);
      let runs = 0;
      let digest: string | undefined;
      return {
        async run(abort) {
          // The engine keeps what it made of the last eight texts: nine take turns, so that each repeat encodes its own. The picture that
          // machines compare is the first, which warms up.
          const text = runs === 0 ? prompt : `${prompt} ${((runs - 1) % 9) + 1}`;
          runs++;
          const { images, seconds } = await model.generate({ ...tuned?.paint, ...settings, prompt: text, seed, signal: abort });
          digest ??= pixelDigest(images[0]);
          const { encode, sample, decode } = seconds;
          return { parts: { encode, sample, decode }, digest };
        },
        dispose: () => model.dispose(),
      };
    },
  };
}
