import { formatBytes } from '../../../lib/observe/index.ts';
import { removeTrainingRun } from '../../../lib/train/index.ts';
import { list } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const removeRunsCommand = command({
  required: { runs: list('Names of runs (see: ai-artist train list), or latest', undefined, (value) => value) },
  examples: [
    ['$0 train remove pictures-20260131-123059', 'The LoRA of the run stays'],
    ['$0 train remove latest', 'The newest run'],
  ],
  run: async ({ runs }, { home }) => {
    const removed: { folder: string; bytes: number }[] = [];
    for (const run of runs) removed.push(await removeTrainingRun(run, { home }));
    return {
      json: { removed },
      text: removed.map(({ folder }) => folder),
      notes: [`${formatBytes(removed.reduce((sum, { bytes }) => sum + bytes, 0))} freed`],
    };
  },
});
