import { findConfigFile } from '../../../lib/config/index.ts';
import { command } from '../../shell/command.ts';

export const pathCommand = command({
  examples: [['$0 config path', 'The file may not exist yet; config init writes it']],
  run: async (_, { home }) => {
    const { path, exists } = await findConfigFile(home);
    return { json: { path, exists }, text: [path], notes: exists ? [] : ['it does not exist yet; to write it: ai-artist config init'] };
  },
});
