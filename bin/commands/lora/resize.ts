import { ArtistError } from '../../../lib/core/index.ts';
import { resizeLora, resolveLora } from '../../../lib/lora/index.ts';
import { number, text } from '../../flags/flags.ts';
import { outFlags, outNames, outOptions, reportOutcome, shortName } from '../../print/models/lora-report.ts';
import { command } from '../../shell/command.ts';

export const resizeCommand = command({
  required: { lora: text('Name of a LoRA in <home>/loras, or a path') },
  flags: {
    ...outFlags,
    rank: number('Highest rank of each layer'),
    energy: number('Share of the energy that each layer keeps, e.g. 0.95; ranks then differ between layers'),
  },
  names: outNames,
  examples: [
    ['$0 lora resize big-style --rank 8', 'Rank 8 at most in every layer; the result is named big-style-rank-8'],
    ['$0 lora resize big-style --energy 0.95 --name style', 'As small as 95 % of the energy allows'],
  ],
  run: async ({ lora, rank, energy, ...out }, context) => {
    if (rank === undefined && energy === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--rank, --energy: expected rank or energy (or both), got neither');
    const made = `${shortName(lora)}${rank === undefined ? '' : `-rank-${rank}`}${energy === undefined ? '' : `-energy-${energy}`}`;
    const limits = { ...(rank === undefined ? {} : { rank }), ...(energy === undefined ? {} : { energy }) };
    return reportOutcome(await resizeLora(await resolveLora(lora, context), { ...outOptions(out, made, context), ...limits }), context);
  },
});
