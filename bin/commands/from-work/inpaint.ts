import { ArtistError } from '../../../lib/core/index.ts';
import { anyText, number, text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { varyFiledWork } from '../../steps/vary-work.ts';

export const inpaintCommand = command({
  required: { id: anyText('Id of the work, a unique part of it, or latest') },
  flags: {
    mask: text('Picture whose white part is painted anew; black is kept (required)'),
    prompt: text('What to paint there. Default: the prompt of the work'),
    strength: number('How much of the white part is painted anew, 0..1. Default: 0.75'),
    count: number('Number of new works, 1..64. Default: 1'),
    model: text("Alias or path of the model. Default: the recipe's"),
  },
  examples: [['$0 inpaint latest --mask door.png --prompt "a red door"', 'Paint the white part of the mask anew']],
  epilogue:
    'Painted at the size of the recipe, then enlarged as the work was. Filed as a work of its own, with the work it came from in its record.',
  run: async ({ id, ...options }, context) => {
    if (options.mask === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--mask: expected a picture whose white part is painted anew, got none');
    return varyFiledWork(id, options, context);
  },
});
