import { listLoras, lorasFolder, type StoredLora } from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { command } from '../../command.ts';

function facts({ name, path, bytes, info, problem }: StoredLora): Record<string, unknown> {
  if (!info) return { name, path, bytes, problem };
  const { kind, ranks, trainedFor, triggers, licence, title } = info;
  const baseModel = info.metadata['ss_sd_model_name'];
  return { name, path, bytes, kind, ranks, trainedFor, baseModel, triggers, licence, title };
}

function line({ name, bytes, info, problem }: StoredLora, width: number): string {
  const start = `${name.padEnd(width)}  ${formatBytes(bytes).padStart(8)}`;
  if (!info) return `${start}  unusable: ${problem}`;
  const base = String(info.metadata['ss_sd_model_name'] ?? info.trainedFor ?? 'model not stated');
  const rank = info.ranks.length > 1 ? `${info.ranks[0]}-${info.ranks.at(-1)}` : (info.ranks[0] ?? 'none');
  const triggers = info.triggers.length > 0 ? `; trigger: ${info.triggers.join(', ')}` : '';
  return `${start}  ${base}, ${info.kind} rank ${rank}${triggers}; licence: ${info.licence ?? 'not stated'}`;
}

export const listCommand = command({
  examples: [
    ['$0 lora list', 'Base model, rank, trigger and licence of each'],
    ['$0 create "a fox" --lora my-style', 'Names are what --lora takes'],
  ],
  run: async (_, { home }) => {
    const loras = await listLoras({ home });
    const width = Math.max(0, ...loras.map(({ name }) => name.length));
    return {
      json: { folder: lorasFolder(home), loras: loras.map(facts) },
      text: loras.map((lora) => line(lora, width)),
      ...(loras.length === 0 ? { notes: [`no LoRA in ${lorasFolder(home)} yet: put .safetensors files there, or train one`] } : {}),
    };
  },
});
