import { createFlags, createNames } from '../flags/create-flags.ts';
import { anyText } from '../flags/flags.ts';
import { formatNeeds } from '../print/picture-stream.ts';
import { command } from '../shell/command.ts';
import { createList } from '../steps/create-list.ts';
import { createWork } from '../steps/create-work.ts';

export const createCommand = command({
  optional: {
    prompt: anyText(
      'What to paint; -: read from standard input. Default: chosen for you. {a|b} and __lists__ are expanded; \\{ is a literal brace',
    ),
  },
  flags: createFlags,
  names: createNames,
  needs: formatNeeds,
  replaced: { prompts: ['subject', 'topic', 'inspire', 'out', 'gallery', 'allow-duplicate'] },
  examples: [
    ['$0 create "a red fox in the snow"', 'Paint, enlarge to 512 pixels, file the work and print its path'],
    ['$0 create', 'Let it choose what to paint'],
    ['$0 create --subject "a lighthouse at night"', 'Choose everything except the subject'],
    ['$0 create --topic "forest scene" --style "black ink drawing"', 'Choose within a topic and a style'],
    ['$0 create "flat vector art of a {fox|2::hare} in the __season__"', 'Fox or hare, and a line of <home>/wildcards/season.txt'],
    ['$0 create "a lighthouse" --model sd-turbo --lora style.safetensors:0.8', 'With a downloaded model and a style LoRA'],
    ['$0 create "flat vector art of a fox in the snow" --candidates 4', 'Paint four, keep the one that fits the prompt best'],
    ['$0 create --prompts owls.txt --style "black ink drawing"', 'A work for each line, as one series; again: goes on after a stop'],
    ['$0 create "an owl" --candidates auto', 'Continue while a better candidate is likely'],
    ['$0 create "an owl" --no-gallery --out - > owl.png', 'Write the picture to standard output'],
    ['$0 create "an owl" --seed 7 --out owl.png --force --json', 'Repeatable in scripts: the same picture is filed only once'],
  ],
  epilogue:
    'Candidates that are blank, of one colour (NaN), blown out, duplicates or without their subject are rejected. If several pass, CLIP and the technical measures choose the one that fits the prompt best. A single candidate is not scored.',
  run: (values, context) => (values.prompts === undefined ? createWork(values, context) : createList(values.prompts, values, context)),
});
