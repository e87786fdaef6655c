import { anyText } from '../../flags/flags.ts';
import { namesOf } from '../../flags/option-paths.ts';
import { command } from '../../shell/command.ts';
import { flags, needs, paintSheet, paths, replaced } from '../../steps/grid/paint-sheet.ts';

export const gridCommand = command({
  optional: { prompt: anyText('What to paint; -: read from standard input. Left out when an axis has the prompts') },
  flags,
  names: namesOf(paths),
  needs,
  replaced,
  examples: [
    ['$0 grid "an owl" --x steps=10,20,30 --y cfg=3,5,7', 'Nine pictures with one seed on a labelled sheet'],
    ['$0 grid "an owl" --x seed=1..4 --y sampler=euler,dpm++2m --z steps=10,20', 'Ranges, words, and a third axis in blocks'],
    ['$0 grid --x prompt="a fox","an owl" --y width=128,256', 'Prompts; --x prompt=@prompts.txt takes the lines of a file'],
    ['$0 grid "a fox in the snow" --x replace=fox,owl,hare', 'Other words in the prompt; the first is what is replaced'],
    ['$0 grid "an owl" --lora ink --x lora-weight=0..1:0.25 --cells owls/', 'Strength of a LoRA; each picture as a file, too'],
  ],
  epilogue:
    'Axes are NAME=VALUES: options of generate by the names of their flags, values with commas between them. All pictures have one seed, unless it is an axis. After Ctrl-C the sheet has what is painted, and the same command goes on (with --force into the same sheet).',
  run: paintSheet,
});
