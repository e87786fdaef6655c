import { ArtistError } from '../../../lib/core/index.ts';
import { convertLora, resolveLora } from '../../../lib/lora/index.ts';
import { choice, text } from '../../flags/flags.ts';
import { outFlags, outNames, outOptions, reportOutcome, shortName } from '../../print/models/lora-report.ts';
import { command } from '../../shell/command.ts';

export const convertLoraCommand = command({
  required: { lora: text('Name of a LoRA in <home>/loras, or a path') },
  flags: {
    ...outFlags,
    to: choice('Target program (required)', ['diffusers', 'sd-scripts'] as const),
  },
  names: outNames,
  examples: [['$0 lora convert my-sd3-style --to sd-scripts --out my-style-kohya.safetensors', 'A LoRA of SD3 for kohya’s scripts']],
  run: async ({ lora, to, ...out }, context) => {
    if (to === undefined) throw new ArtistError('ERR_INVALID_ARGUMENT', '--to: expected diffusers or sd-scripts, got none');
    return reportOutcome(
      await convertLora(await resolveLora(lora, context), { ...outOptions(out, `${shortName(lora)}-${to}`, context), to }),
      context,
    );
  },
});
