import { initConfig } from '../../../lib/config/index.ts';
import { toggle } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const initCommand = command({
  flags: { force: toggle('Replace an existing file') },
  examples: [['$0 config init', 'Write config.yaml to the home folder, with every line commented out']],
  run: async ({ force }, { home }) => {
    const { path, schema } = await initConfig(home, { overwrite: force === true });
    return { json: { path, schema }, text: [path], notes: [`for editors: ${schema}`] };
  },
});
