import { gigabytes, listWeights, removeWeights } from '../../../lib/bench/index.ts';
import { toggle } from '../../flags/flags.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { command } from '../../shell/command.ts';

export const weightsCommand = command({
  flags: { clean: toggle('Remove them; they are written again when a task uses them') },
  examples: [
    ['$0 bench weights', 'Files with their sizes and the models that use them'],
    ['$0 bench weights --clean', 'Remove them'],
  ],
  run: async ({ clean }) => {
    const files = clean === true ? await removeWeights() : await listWeights();
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const rows = files.map((file) => [file.path, gigabytes(file.bytes), file.models.join(', ')]);
    return {
      json: { files, bytes, removed: clean === true },
      text: rows.length > 0 ? alignColumns([['file', 'size', 'models'], ...rows]) : ['no random weights on the disk'],
      notes: rows.length > 0 ? [`${clean === true ? 'removed ' : ''}${gigabytes(bytes)}`] : [],
    };
  },
});
