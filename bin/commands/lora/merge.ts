import { type MergeInput, mergeLoras, resolveLora } from '../../../lib/lora/index.ts';
import { list, number, readWeighted } from '../../flags/flags.ts';
import { outFlags, outNames, outOptions, reportOutcome, shortName } from '../../print/models/lora-report.ts';
import { command } from '../../shell/command.ts';

export const mergeCommand = command({
  required: { loras: list('Names in <home>/loras, or paths; NAME:WEIGHT for a weight other than 1', undefined, readWeighted) },
  flags: { ...outFlags, rank: number('Reduce the sum to this rank by SVD. Default: the sum of the ranks, which is exact') },
  names: outNames,
  examples: [
    ['$0 lora merge ink:0.7 kawaii:0.5 --name both', 'The exact sum; paint with it by --lora both'],
    ['$0 lora merge ink kawaii --rank 16 --out small.safetensors', 'The best approximation of rank 16, written to this folder'],
  ],
  run: async ({ loras, rank, ...out }, context) => {
    const inputs: MergeInput[] = [];
    for (const { path, weight } of loras)
      inputs.push({ path: await resolveLora(path, context), ...(weight === undefined ? {} : { weight }) });
    const made = loras.map(({ path }) => shortName(path)).join('+');
    return reportOutcome(await mergeLoras(inputs, { ...outOptions(out, made, context), ...(rank === undefined ? {} : { rank }) }), context);
  },
});
