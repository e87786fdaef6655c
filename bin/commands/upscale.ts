import { text } from '../flags/flags.ts';
import { namesOf } from '../flags/option-paths.ts';
import { formatNeeds } from '../print/picture-stream.ts';
import { command } from '../shell/command.ts';
import { engineFlags, flags, upscalePicture } from '../steps/upscale-picture.ts';

export const upscaleCommand = command({
  required: { image: text('Picture: PNG, JPEG or WebP; or a work: its id, a unique part of it, or latest') },
  flags,
  names: namesOf(engineFlags.paths),
  needs: formatNeeds,
  examples: [
    ['$0 upscale fox.png', 'Four times as wide and high: fox-upscaled.png'],
    ['$0 upscale latest', 'A work of the gallery: filed as a work of its own'],
    ['$0 upscale fox.png --out big/fox.webp', 'Choose the file; its ending sets the format'],
  ],
  run: upscalePicture,
});
