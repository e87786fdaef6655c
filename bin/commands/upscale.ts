import path from 'node:path';
import { optionTables, type UpscaleOptions, upscale } from '../../lib/engine/index.ts';
import { text, toggle } from '../flags/flags.ts';
import { namesOf } from '../flags/option-paths.ts';
import { flagsOf } from '../flags/row-flags.ts';
import { checkOutput, freeName, inFolder, pictureEndings } from '../print/output-file.ts';
import { checkStream, formatFlag, formatNeeds, isStream, streamedBytes } from '../print/picture-stream.ts';
import { seconds, watchWork } from '../print/progress.ts';
import { command } from '../shell/command.ts';

const engineFlags = flagsOf(optionTables.upscale);

export const upscaleCommand = command({
  required: { image: text('Picture: PNG, JPEG or WebP') },
  flags: {
    out: text('File (.png, .jpg, .webp) or folder; -: standard output. Default: NAME-upscaled.png next to the picture'),
    format: formatFlag,
    ...engineFlags.flags,
    force: toggle('Replace an existing file'),
  },
  names: namesOf(engineFlags.paths),
  needs: formatNeeds,
  examples: [
    ['$0 upscale fox.png', 'Four times as wide and high: fox-upscaled.png'],
    ['$0 upscale fox.png --out big/fox.webp', 'Choose the file; its ending sets the format'],
  ],
  run: async ({ image, out, format, force, ...values }, context) => {
    const options: UpscaleOptions = engineFlags.optionsOf(values);
    const name = `${path.parse(image).name}-upscaled.png`;
    const streams = isStream(out);
    if (streams) checkStream(context);
    const file = streams ? undefined : out === undefined ? await freeName(path.join(path.dirname(image), name)) : await inFolder(out, name);
    if (file !== undefined)
      await checkOutput(file, {
        force: force === true,
        endings: pictureEndings,
        inputs: [image, ...(options.model === undefined ? [] : [options.model])],
      });
    const work = watchWork(context);
    try {
      const started = performance.now();
      const large = await upscale(image, { ...options, signal: context.signal, onProgress: work.on });
      context.signal.throwIfAborted();
      const saved = file === undefined ? undefined : await large.save(file, { overwrite: force === true });
      work.stop();
      const total = (performance.now() - started) / 1000;
      return {
        json: { path: saved?.path, width: large.width, height: large.height, bytes: saved?.bytes, seconds: total, recipe: large.recipe },
        text: saved ? [saved.path] : [],
        bytes: saved ? undefined : await streamedBytes(large, format),
        notes: [`${large.width}x${large.height}, ${seconds(total)}`],
      };
    } finally {
      work.stop();
    }
  },
});
