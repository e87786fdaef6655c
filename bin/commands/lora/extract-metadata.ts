import { writeOutput } from '../../../lib/core/index.ts';
import { expandMetadata, readLora, resolveLora } from '../../../lib/lora/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const extractMetadataCommand = command({
  required: { lora: text('Name of a LoRA in <home>/loras, or a path') },
  flags: { out: text('File to write. Default: standard output'), force: toggle('Replace an existing file') },
  examples: [
    ['$0 lora extract-metadata my-style', 'JSON inside texts is shown as JSON'],
    ['$0 lora extract-metadata my-style --out my-style.json', 'To a file'],
  ],
  run: async ({ lora, out, force }, context) => {
    const { path, metadata } = await readLora(await resolveLora(lora, context));
    const expanded = expandMetadata(metadata);
    const document = JSON.stringify(expanded, undefined, 2);
    if (out === undefined) return { json: { path, metadata: expanded }, text: [document] };
    await writeOutput(out, Buffer.from(`${document}\n`), { overwrite: force === true, inputs: [path] });
    return { json: { path, metadata: expanded, out }, text: [out] };
  },
});
