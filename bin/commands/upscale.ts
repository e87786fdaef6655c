import path from 'node:path';
import { type UpscaleOptions, upscale } from '../../lib/engine/index.ts';
import { number, text, toggle } from '../flags/flags.ts';
import { namesOf, pathsOf, toOptions } from '../flags/option-paths.ts';
import { checkOutput, freeName, inFolder, pictureEndings } from '../print/output-file.ts';
import { seconds, watchWork } from '../print/progress.ts';
import { command } from '../shell/command.ts';

const engineFlags = {
  model: text('ESRGAN file. Default: the bundled RealESRGAN x4 for illustrations'),
  repeats: number('Passes through the network, 1..3: two of them make 16 times the width. Default: 1'),
  threads: number('CPU threads. Default: physical cores minus one'),
  'tile-size': number('Tile in pixels of the input. Default: 128'),
  'conv-direct': toggle('Direct convolution: less memory, slower on most CPUs'),
  backend: text('Device that computes: a name from `ai-artist doctor`'),
  isolate: toggle('Run the engine in a process of its own, which may crash'),
  'params-backend': text('Device that keeps the weights'),
} as const;
const paths = pathsOf(engineFlags, {});

export const upscaleCommand = command({
  required: { image: text('Picture: PNG, JPEG or WebP') },
  flags: {
    out: text('File (.png, .jpg, .webp) or folder. Default: its name with -upscaled.png, beside it'),
    ...engineFlags,
    force: toggle('Replace an existing file'),
  },
  names: namesOf(paths),
  examples: [
    ['$0 upscale fox.png', 'Four times as wide and high: fox-upscaled.png'],
    ['$0 upscale fox.png --out big/fox.webp', 'Choose the file, and by its ending the format'],
  ],
  run: async ({ image, out, force, ...engine }, context) => {
    const name = `${path.parse(image).name}-upscaled.png`;
    const file = out === undefined ? await freeName(path.join(path.dirname(image), name)) : await inFolder(out, name);
    await checkOutput(file, {
      force: force === true,
      endings: pictureEndings,
      inputs: [image, ...(engine.model === undefined ? [] : [engine.model])],
    });
    const work = watchWork(context);
    try {
      const started = performance.now();
      const large = await upscale(image, { ...toOptions(engine, paths), signal: context.signal, onProgress: work.on } as UpscaleOptions);
      context.signal.throwIfAborted();
      const saved = await large.save(file, { overwrite: force === true });
      work.stop();
      const total = (performance.now() - started) / 1000;
      return {
        json: { path: saved.path, width: large.width, height: large.height, bytes: saved.bytes, seconds: total, recipe: large.recipe },
        text: [saved.path],
        notes: [`${large.width}x${large.height}, ${seconds(total)}`],
      };
    } finally {
      work.stop();
    }
  },
});
