import { keptParts } from '../../../lib/artist/index.ts';
import { anyText, choice, number, text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { varyFiledWork } from '../../steps/vary-work.ts';

export const varyCommand = command({
  required: { id: anyText('Id of the work, a unique part of it, or latest') },
  flags: {
    count: number('Number of new works, 1..64. Default: 4'),
    keep: choice('What stays; seed: noise and subject, in other styles; style: with other subjects; subject: in other styles', keptParts),
    strength: number("Begin with the work's picture: how much is painted anew, 0..1. Default: begin with noise"),
    model: text("Alias or path of the model. Default: the recipe's"),
  },
  examples: [
    ['$0 vary latest', 'Four more with the same prompt and settings, and other noise'],
    ['$0 vary latest --strength 0.4 --count 2', 'Two that stay close to the picture'],
    ['$0 vary 01M8AH --keep style', 'Other subjects in its style'],
  ],
  epilogue: 'Each is filed as a work of its own, with the work it came from in its record: ai-artist gallery search from:ID.',
  run: ({ id, ...options }, context) => varyFiledWork(id, options, context),
});
