import { ArtistError } from '../../lib/core/index.ts';
import { type ConvertOptions, convertModel, optionTables, weightTypes } from '../../lib/engine/index.ts';
import { text } from '../flags/flags.ts';
import { namesOf } from '../flags/option-paths.ts';
import { flagsOf } from '../flags/row-flags.ts';
import { conversionOutcome, noSmaller } from '../print/models/conversion.ts';
import { watchWork } from '../print/progress.ts';
import { command } from '../shell/command.ts';

const { flags, paths, optionsOf } = flagsOf(optionTables.convertModel);

export const convertCommand = command({
  required: { model: text('Model file (.safetensors, .gguf, .ckpt) or Diffusers folder') },
  flags,
  names: new Map([...namesOf(paths), ['input', 'model']]),
  examples: [
    ['$0 convert model.safetensors --type q8_0 --out model-q8.gguf', 'Half the size of f16, at no visible cost'],
    ['$0 convert model.safetensors --type q4_0 --rules "attn=q8_0" --out small.gguf', 'Keep some tensors at a higher precision'],
  ],
  run: async ({ model, ...values }, context) => {
    const options = optionsOf(values) as ConvertOptions;
    if (options.type === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `--type: expected one of ${weightTypes.join(', ')}, got none`);
    if (options.output === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--out: expected a file ending in .gguf or .safetensors, got none');
    const work = watchWork(context);
    try {
      const result = await convertModel(model, { ...options, signal: context.signal, onProgress: work.on });
      work.stop();
      if (result.outputBytes >= result.inputBytes) context.warn(noSmaller(result));
      return conversionOutcome(result);
    } finally {
      work.stop();
    }
  },
});
