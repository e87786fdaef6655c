import { formatBytes } from '../../../lib/observe/index.ts';
import { type KeptRun, listTrainingRuns, runsFolder } from '../../../lib/train/index.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { command } from '../../shell/command.ts';

function stateOf({ running, finished, step, steps }: KeptRun): string {
  if (running) return 'runs now';
  return finished ? 'finished' : `stopped at ${step} of ${steps}`;
}

export const listRunsCommand = command({
  examples: [
    ['$0 train list', 'Names for `train resume` and `train remove`'],
    ['$0 train list --json', 'With steps, folders and LoRA files'],
  ],
  run: async (_, { home, warn }) => {
    const { runs, broken } = await listTrainingRuns({ home });
    for (const { name, problem } of broken) warn(`${name}: ${problem}`);
    return {
      json: { folder: runsFolder(home), runs, broken },
      text: alignColumns(runs.map((run) => [run.name, formatBytes(run.bytes), `LoRA ${run.lora}: ${stateOf(run)}`])),
      ...(runs.length === 0 ? { notes: [`no training run in ${runsFolder(home)} yet`] } : {}),
    };
  },
});
