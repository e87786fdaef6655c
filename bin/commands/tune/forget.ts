import { ArtistError, counted } from '../../../lib/core/index.ts';
import { forgetTunings, tunedStore } from '../../../lib/tune/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const forgetCommand = command({
  optional: { model: text('Name of the model, as tune list shows it') },
  flags: { all: toggle('Remove the settings of every model') },
  examples: [
    ['$0 tune forget ai-artist-mini', 'The defaults of the engine again'],
    ['$0 tune forget --all', 'Of all models'],
  ],
  run: async ({ model, all = false }, { home, warn }) => {
    if ((model === undefined) !== all)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `model: expected a name or --all, got ${all ? 'both' : 'neither'}. See: ai-artist tune list`,
      );
    const removed = await forgetTunings(tunedStore(home, warn), model);
    return {
      json: { removed },
      text: removed.map(({ model: { name }, device }) => `${name} on ${device}`),
      notes: [`${counted(removed.length, 'record')} removed`],
    };
  },
});
