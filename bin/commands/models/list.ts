import { knownOf, memoryHere } from '../../../lib/advice/index.ts';
import { bundledName, bundledVocabulary, describeBundled, listModels, modelAliases } from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { toggle } from '../../flags/flags.ts';
import { machineNotes } from '../../print/models/advice.ts';
import { availableRow, bundledRow, installedRow, line, machineMemory } from '../../print/models/model-rows.ts';
import { command } from '../../shell/command.ts';
import { machineOf } from '../../steps/models/machine.ts';

export const listCommand = command({
  flags: {
    times: toggle('How long a picture takes here; the first time in a home this measures the machine for a few seconds. Default: yes'),
  },
  examples: [
    ['$0 models list', 'Bundled, installed, and available with `models pull`: size, memory, licence, time of a picture'],
    ['$0 models list --json', 'With the path of every file'],
    ['$0 models list --no-times', 'Without measuring this machine'],
  ],
  run: async ({ times = true }, context) => {
    const { home } = context;
    const installed = await listModels({ home });
    const known = times ? await knownOf(machineOf(context)) : undefined;
    const names = new Set(installed.map(({ name }) => name));
    const available = modelAliases.filter(({ name }) => !names.has(name)).map((alias) => availableRow(alias, known));
    const models = [bundledRow(known), ...installed.map((model) => installedRow(model, known)), ...available];
    const width = Math.max(...models.map(({ name }) => name.length));
    const about = describeBundled(await bundledVocabulary());
    const [memory, memoryBytes] = [memoryHere(), machineMemory()];
    return {
      json: { home, models, bundled: about, memoryBytes, usableMemoryBytes: memory, speed: known?.speed ?? null },
      text: models.map((row) => line(row, width, memory)),
      notes: [
        `${bundledName}: ${about}.`,
        `This machine has ${formatBytes(memoryBytes)} of memory. Sizes with "~" are estimates; on a GPU the weights have to fit into its own memory.`,
        ...machineNotes(known, memory),
      ],
    };
  },
});
