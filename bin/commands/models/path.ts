import { bundledModel, bundledName, modelPath } from '../../../lib/models/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

/** The main file of an installed model. */
export async function pathOfModel(name: string, home: string): Promise<string> {
  return name === bundledName ? bundledModel().model : modelPath(name, { home });
}

export const pathCommand = command({
  required: { name: text('Alias, hf:owner/repository/file or address of a downloaded model') },
  examples: [['$0 models path sd-turbo', 'The main file, if it has several']],
  run: async ({ name }, { home }) => {
    const path = await pathOfModel(name, home);
    return { json: { name, path }, text: [path] };
  },
});
