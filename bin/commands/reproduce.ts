import { closeEnough, reproduce, settledModel } from '../../lib/artist/index.ts';
import { ArtistError } from '../../lib/core/index.ts';
import { list, number, text, toggle } from '../flags/flags.ts';
import { checkOutput, inFolder, pictureEndings } from '../print/output-file.ts';
import { watchWork } from '../print/progress.ts';
import { report } from '../print/works/reproduction.ts';
import { command } from '../shell/command.ts';
import { openGallery } from '../shell/settings.ts';

export const reproduceCommand = command({
  required: { id: text('Id of a work, a unique part of it, or latest') },
  flags: {
    model: text("Alias or path of the model. Default: the recipe's, by name"),
    lora: list('File of a LoRA that is not in <home>/loras; may be given several times', undefined, (value) => value),
    psnr: number(`PSNR in dB from which the result counts as the same. Default: ${closeEnough}`),
    out: text('Save the new picture as this file (.png, .jpg, .webp) or in this folder'),
    force: toggle('Replace an existing file'),
  },
  examples: [
    ['$0 reproduce latest', 'Paint it again from its recipe and compare every pixel'],
    ['$0 reproduce 01M8AH --out again.png --json', 'Also keep the new picture'],
  ],
  epilogue:
    'Exit status 0 if the result is bit-exact or close enough, else 1. A work is bit-exact on the machine that painted it, and close on another backend. Differences from the record (files by their tensors, engine, backend) are listed.',
  run: async ({ id, model, lora, psnr, out: wanted, force }, context) => {
    if (psnr !== undefined && !(psnr > 0 && psnr <= 1000))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `--psnr: expected a number over 0 and up to 1000 (dB), got ${psnr}`);
    const gallery = await openGallery(context);
    const work = await gallery.get(id);
    const out = wanted === undefined ? undefined : await inFolder(wanted, `${work.id}-again.png`);
    if (out !== undefined) await checkOutput(out, { force: force === true, endings: pictureEndings });
    const progress = watchWork(context);
    try {
      const result = await reproduce(work, {
        home: context.home,
        model: model ?? settledModel(work.recipe ?? {}, await context.config()),
        loras: lora,
        closeFrom: psnr,
        signal: context.signal,
        onProgress: progress.on,
      });
      const saved = out === undefined ? undefined : await result.image.save(out, { overwrite: force === true });
      progress.stop();
      return report(result, saved?.path);
    } finally {
      progress.stop();
    }
  },
});
