import { anyText } from '../flags/flags.ts';
import { generateFlags } from '../flags/generate-flags.ts';
import { modelFlags } from '../flags/model-flags.ts';
import { namesOf } from '../flags/option-paths.ts';
import { command } from '../shell/command.ts';
import { generateList } from '../steps/generate/list.ts';
import { flags, needs, paintPictures, replaced } from '../steps/generate/pictures.ts';

export const generateCommand = command({
  optional: {
    prompt: anyText('What to paint; -: read from standard input. Weights as in A1111: (word:1.2). Default: that of --recipe'),
  },
  flags,
  names: namesOf(generateFlags.paths, modelFlags.paths),
  needs,
  replaced,
  examples: [
    ['$0 generate "flat vector art of a fox in the snow" --seed 7', 'With the bundled model'],
    ['$0 generate "an owl" --batch 4 --out "owl-{seed}.png"', 'Four pictures with consecutive seeds'],
    ['$0 generate "an owl" --out - --format jpeg | magick - owl.gif', 'Into another program'],
    ['$0 generate "at night" --init day.png --strength 0.6', 'Start from a picture'],
    ['$0 generate --recipe fox.png --steps 30', 'The same picture again, with more steps'],
    ['$0 generate --prompts owls.csv --out owls/', 'A picture for each line of a list; again: paints those that are missing'],
    ['$0 generate "a robot" --init street.png --mask door.png', 'Repaint the white part of a mask'],
    [
      '$0 generate "a castle" --model sd15 --lora style.safetensors:0.8 --hires --preview',
      'With another model, a LoRA, hires fix and a preview in the terminal',
    ],
  ],
  run: ({ prompts, ...values }, context) =>
    prompts === undefined ? paintPictures(values, context) : generateList({ ...values, prompts }, context),
});
