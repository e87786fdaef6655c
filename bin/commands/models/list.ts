import { bundledName, bundledVocabulary, describeBundled, listModels, modelAliases } from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { availableRow, bundledRow, installedRow, line, machineMemory } from '../../print/models/model-rows.ts';
import { command } from '../../shell/command.ts';

export const listCommand = command({
  examples: [
    ['$0 models list', 'Bundled, installed, and available with `models pull`: size, memory, licence'],
    ['$0 models list --json', 'With the path of every file'],
  ],
  run: async (_, { home }) => {
    const installed = await listModels({ home });
    const known = new Set(installed.map(({ name }) => name));
    const available = modelAliases.filter(({ name }) => !known.has(name)).map(availableRow);
    const models = [bundledRow(), ...installed.map(installedRow), ...available];
    const width = Math.max(...models.map(({ name }) => name.length));
    const about = describeBundled(await bundledVocabulary());
    const memoryBytes = machineMemory();
    return {
      json: { home, models, bundled: about, memoryBytes },
      text: models.map((row) => line(row, width, memoryBytes)),
      notes: [
        `${bundledName}: ${about}.`,
        `This machine has ${formatBytes(memoryBytes)} of memory. Sizes with "~" are estimates; on a GPU the weights have to fit into its own memory.`,
      ],
    };
  },
});
