import { exists } from '../../../lib/core/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { modelOutcome } from '../../print/models/inspected.ts';
import { command } from '../../shell/command.ts';
import { pathOfModel } from './path.ts';

export const inspectModelCommand = command({
  required: { name: text('Alias of a downloaded model, or a path') },
  flags: { hash: toggle('Also the SHA-256 of the tensors; reads the whole file') },
  examples: [
    ['$0 models inspect sd-turbo', 'Kind, family, weight types, metadata'],
    ['$0 models inspect ./model.gguf', 'The same for any file'],
  ],
  run: async ({ name, hash }, context) => modelOutcome((await exists(name)) ? name : await pathOfModel(name, context.home), hash, context),
});
