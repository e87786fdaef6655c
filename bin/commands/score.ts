import { ArtistError } from '../../lib/core/index.ts';
import { clipDescription } from '../flags/clip-flag.ts';
import { list, text } from '../flags/flags.ts';
import { command } from '../shell/command.ts';
import { score } from '../steps/score-pictures.ts';

export const scoreCommand = command({
  required: { images: list('Pictures: PNG, JPEG, WebP…', undefined, (value) => value) },
  flags: {
    prompt: text('What the pictures should show (required)'),
    clip: text(clipDescription),
  },
  examples: [
    ['$0 score fox-*.png --prompt "flat vector art of a fox in the snow"', 'Which one fits best'],
    ['$0 score photo.jpg --prompt "a red fox" --clip ./clip-vit-base-patch32 --json', 'Photographs need a larger CLIP'],
  ],
  epilogue:
    'Prints the cosine of each picture with the prompt, best first, and technical faults. If a picture cannot be read, it is listed and the exit status is 1.',
  run: async ({ images, prompt, clip }, context) => {
    if (prompt === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--prompt: expected a text to compare the pictures with, got none');
    return score(images, prompt, clip, context);
  },
});
