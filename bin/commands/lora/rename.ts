import { renameLora } from '../../../lib/lora/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const renameLoraCommand = command({
  required: { lora: text('Name of a LoRA in <home>/loras'), name: text('Its new name; may have folders: mine/ink') },
  examples: [['$0 lora rename pictures-2 ink', 'The file and its data sheet']],
  epilogue: 'Jobs, settings and recipes that name the LoRA need the new name: `reproduce` looks for the old one.',
  run: async ({ lora, name }, { home }) => {
    const { path } = await renameLora(lora, name, { home });
    return { json: { from: lora, name, path }, text: [path] };
  },
});
