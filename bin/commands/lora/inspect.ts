import { resolveLora } from '../../../lib/models/index.ts';
import { readDataSheet } from '../../../lib/train/index.ts';
import { command } from '../../command.ts';
import { text, toggle } from '../../flags.ts';
import { modelOutcome } from '../inspect.ts';

export const inspectLoraCommand = command({
  required: { lora: text('Name of a LoRA in <home>/loras, or a path') },
  flags: { hash: toggle('Also the SHA-256 of the tensors; reads the whole file') },
  examples: [
    ['$0 lora inspect my-style', 'Kind, rank, triggers, metadata, and the data sheet of one trained here'],
    ['$0 lora inspect ./style.safetensors --json', 'The same for any file, as JSON'],
  ],
  run: async ({ lora, hash }, context) => {
    const outcome = await modelOutcome(await resolveLora(lora, context), hash, context);
    const sheet = readDataSheet((outcome.json as { metadata: Record<string, unknown> }).metadata);
    if (!sheet) return outcome;
    const { pictures, licences, attribution, licence } = sheet;
    const lines = [
      `trained on: ${pictures.train} pictures, ${pictures.validation} held out, ${pictures.class} of the class`,
      `licences: ${licences.map(({ id, pictures: count }) => `${id} (${count})`).join(', ')}; ${licence.note}`,
      ...attribution.map((name) => `  ${name}`),
    ];
    return { ...outcome, json: { ...(outcome.json as object), dataSheet: sheet }, text: [...outcome.text, ...lines] };
  },
});
