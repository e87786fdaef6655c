import { ArtistError, counted } from '../../../lib/core/index.ts';
import { bundledName, removeModel } from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const removeCommand = command({
  required: { name: text('Alias, hf:owner/repository/file or address of a downloaded model') },
  examples: [['$0 models remove sd-turbo', 'Files that another model uses stay']],
  run: async ({ name }, { home }) => {
    if (name === bundledName)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `name: expected a model that was fetched, got ${bundledName}, which is part of the package`,
      );
    const { removed, bytes, kept } = await removeModel(name, { home });
    return {
      json: { name, removed, kept, bytes },
      text: removed,
      notes: [`${formatBytes(bytes)} freed${kept.length > 0 ? `; ${counted(kept.length, 'file')} stay, another model uses them` : ''}`],
    };
  },
});
