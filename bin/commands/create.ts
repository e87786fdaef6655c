import { createFlags, createNames } from '../flags/create-flags.ts';
import { anyText } from '../flags/flags.ts';
import { command } from '../shell/command.ts';
import { createWork } from '../steps/create-work.ts';

export const createCommand = command({
  optional: {
    prompt: anyText(
      'What to paint; -: read from standard input. Left out: it is chosen. {a|b} and __lists__ in it are decided; \\{ is the character itself',
    ),
  },
  flags: createFlags,
  names: createNames,
  examples: [
    ['$0 create "a red fox in the snow"', 'Paint, enlarge to 512 pixels, file it, print the path'],
    ['$0 create', 'Let it choose what to paint'],
    ['$0 create --subject "a lighthouse at night"', 'Let it choose all but that'],
    ['$0 create --topic "forest scene" --style "black ink drawing"', 'Choose within that'],
    ['$0 create "flat vector art of a {fox|2::hare} in the __season__"', 'One of them; a line of <home>/wildcards/season.txt'],
    ['$0 create "a lighthouse" --model sd-turbo --lora style.safetensors:0.8', 'With a model you pulled, and a style'],
    ['$0 create "flat vector art of a fox in the snow" --candidates 4', 'Paint four, keep the one that fits the prompt best'],
    ['$0 create "an owl" --candidates auto', 'Go on as long as a better one is to be expected'],
    ['$0 create "an owl" --seed 7 --out owl.png --force --json', 'Repeatable, for scripts: the same picture is filed once'],
  ],
  epilogue:
    'Candidates that are blank, of one colour (NaN), blown out, duplicates or without their subject are rejected. Of several that pass, CLIP and the technical measures choose the one that fits the prompt best; of one, nothing is scored.',
  run: (values, context) => createWork(values, context),
});
