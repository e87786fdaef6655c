import { checkLora, type DataSheet, type LoraFit, readDataSheet, resolveLora } from '../../../lib/lora/index.ts';
import { resolveModel } from '../../../lib/models/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { modelOutcome } from '../../print/models/inspected.ts';
import { command } from '../../shell/command.ts';

const fitJson = ({ applicable, total, reasons }: LoraFit) => ({ applicable, total, reasons });

const fitLines = ({ applicable, total, reasons }: LoraFit): string[] => [
  `in this model: changes ${applicable} of ${total} weights`,
  ...reasons.map((reason) => `  ${reason}`),
];

export const inspectLoraCommand = command({
  required: { lora: text('Name of a LoRA in <home>/loras, or a path') },
  flags: {
    hash: toggle('Also the SHA-256 of the tensors; reads the whole file'),
    metadata: toggle('Also the metadata that the trainer wrote'),
    model: text('Also how much of it applies to this model: a path, an alias, or ai-artist-mini'),
  },
  examples: [
    ['$0 lora inspect my-style', 'Kind, rank, triggers, licence, and the data sheet if it was trained here'],
    ['$0 lora inspect ./style.safetensors --json', 'The same for any file, as JSON'],
    ['$0 lora inspect my-style --model sdxl', 'Whether it changes that model, and if not, why'],
  ],
  run: async ({ lora, hash, metadata: shown, model }, context) => {
    const file = await resolveLora(lora, context);
    const fit = model === undefined ? undefined : await checkLora(file, Object.values((await resolveModel(model, context)).headers));
    const { json, facts, metadata } = await modelOutcome(file, hash, context);
    const sheet = readDataSheet((json as { metadata: Record<string, unknown> }).metadata);
    const more = shown === true ? metadata : metadata.length > 1 ? [`metadata: ${metadata.length - 1} fields (--metadata shows them)`] : [];
    return {
      json: { ...(json as object), ...(sheet && { dataSheet: sheet }), ...(fit && { fit: fitJson(fit) }) },
      text: [...facts, ...(fit ? fitLines(fit) : []), ...(sheet ? sheetLines(sheet) : []), ...more],
    };
  },
});

function sheetLines({ pictures, licences, attribution, licence }: DataSheet): string[] {
  return [
    `trained on: ${pictures.train} pictures, ${pictures.validation} held out, ${pictures.class} of the class`,
    `licences: ${licences.map(({ id, pictures: count }) => `${id} (${count})`).join(', ')}; ${licence.note}`,
    ...attribution.map((name) => `  ${name}`),
  ];
}
