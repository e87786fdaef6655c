import { listLoras, lorasFolder, type StoredLora } from '../../../lib/lora/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { command } from '../../shell/command.ts';

function facts({ name, path, bytes, info, problem }: StoredLora): Record<string, unknown> {
  if (!info) return { name, path, bytes, problem };
  const { kind, ranks, trainedFor, triggers, licence, title } = info;
  const baseModel = info.metadata['ss_sd_model_name'];
  return { name, path, bytes, kind, ranks, trainedFor, baseModel, triggers, licence, title };
}

const rankOf = (ranks: readonly number[]): string => (ranks.length > 1 ? `${ranks[0]}-${ranks.at(-1)}` : String(ranks[0] ?? 'none'));

function row({ name, bytes, info, problem }: StoredLora): string[] {
  if (!info) return [name, formatBytes(bytes), `unusable: ${problem}`];
  const base = String(info.metadata['ss_sd_model_name'] ?? info.trainedFor ?? 'not stated');
  const triggers = info.triggers.length > 0 ? `; trigger: ${info.triggers.join(', ')}` : '';
  return [
    name,
    formatBytes(bytes),
    `${info.kind} rank ${rankOf(info.ranks)}, for ${base}; licence: ${info.licence ?? 'not stated'}${triggers}`,
  ];
}

/** One line for each LoRA; `lora inspect` shows the rest. */
function fitted(line: string, columns: number | undefined): string {
  const letters = [...line];
  return columns !== undefined && letters.length > columns ? `${letters.slice(0, columns - 1).join('')}…` : line;
}

export const listCommand = command({
  examples: [
    ['$0 lora list', 'Base model, rank, trigger and licence of each'],
    ['$0 create "a fox" --lora my-style', 'Use one of these names'],
  ],
  run: async (_, { home }) => {
    const loras = await listLoras({ home });
    return {
      json: { folder: lorasFolder(home), loras: loras.map(facts) },
      text: alignColumns(loras.map(row)).map((line) => fitted(line, process.stdout.columns)),
      ...(loras.length === 0 ? { notes: [`no LoRA in ${lorasFolder(home)} yet: put .safetensors files there, or train one`] } : {}),
    };
  },
});
