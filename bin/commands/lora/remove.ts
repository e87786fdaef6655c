import { removeLora } from '../../../lib/lora/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const removeLoraCommand = command({
  required: { lora: text('Name of a LoRA in <home>/loras') },
  examples: [['$0 lora remove my-style', 'Delete the file and its data sheet']],
  run: async ({ lora }, { home }) => {
    const { removed, bytes } = await removeLora(lora, { home });
    return { json: { name: lora, removed, bytes }, text: removed, notes: [`${formatBytes(bytes)} freed`] };
  },
});
