import { resolveLora } from '../../../lib/models/index.ts';
import { resizeLora } from '../../../lib/train/index.ts';
import { command } from '../../command.ts';
import { number, text } from '../../flags.ts';
import { outFlags, outNames, outOptions, reportOutcome } from './report.ts';

export const resizeCommand = command({
  required: { lora: text('Name of a LoRA in <home>/loras, or a path') },
  flags: {
    ...outFlags,
    rank: number('Highest rank of each module'),
    energy: number('Share of the energy that each module keeps, e.g. 0.95; ranks then differ'),
  },
  names: outNames,
  examples: [
    ['$0 lora resize big-style --rank 8 --out style-8.safetensors', 'Every module of rank 8 at most'],
    ['$0 lora resize big-style --energy 0.95 --out style.safetensors', 'As small as 95 % of the energy allows'],
  ],
  run: async ({ lora, rank, energy, ...out }, context) => {
    const limits = { ...(rank === undefined ? {} : { rank }), ...(energy === undefined ? {} : { energy }) };
    return reportOutcome(await resizeLora(await resolveLora(lora, context), { ...outOptions(out, context), ...limits }), context);
  },
});
