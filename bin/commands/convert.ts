import { ArtistError } from '../../lib/core/index.ts';
import { type ConvertOptions, type ConvertResult, convertModel, optionTables, weightTypes } from '../../lib/engine/index.ts';
import { formatBytes } from '../../lib/observe/index.ts';
import { text } from '../flags/flags.ts';
import { namesOf } from '../flags/option-paths.ts';
import { flagsOf } from '../flags/row-flags.ts';
import { seconds, watchWork } from '../print/progress.ts';
import { command } from '../shell/command.ts';

/** Some files cannot shrink: small matrices stay as they are, and what was quantized already grows by the new type's blocks. */
function noSmaller({ inputBytes, outputBytes, type }: ConvertResult): string {
  const grown = outputBytes > inputBytes ? 'larger than' : 'as large as';
  return `${formatBytes(outputBytes)} as ${type} is ${grown} the ${formatBytes(inputBytes)} before: the weights were of that size or smaller already, or too small to be stored as ${type}`;
}

const { flags, paths, optionsOf } = flagsOf(optionTables.convertModel);

export const convertCommand = command({
  required: { model: text('Model file (.safetensors, .gguf, .ckpt) or Diffusers folder') },
  flags,
  names: new Map([...namesOf(paths), ['input', 'model']]),
  examples: [
    ['$0 convert model.safetensors --type q8_0 --out model-q8.gguf', 'Half the size of f16, at no visible cost'],
    ['$0 convert model.safetensors --type q4_0 --rules "attn=q8_0" --out small.gguf', 'Keep some tensors finer'],
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
      return {
        json: { path: result.output, type: result.type, inputBytes: result.inputBytes, bytes: result.outputBytes, seconds: result.seconds },
        text: [result.output],
        notes: [
          `${formatBytes(result.inputBytes)} to ${formatBytes(result.outputBytes)} as ${result.type}, ${seconds(result.seconds)}`,
          ...(result.outputBytes >= result.inputBytes
            ? [`not smaller than the file it was made from: most of its tensors cannot be kept as ${result.type}, or were smaller already`]
            : []),
        ],
      };
    } finally {
      work.stop();
    }
  },
});
