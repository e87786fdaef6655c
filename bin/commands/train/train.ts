import { type TrainLoraOptions, trainLora } from '../../../lib/train/index.ts';
import { text } from '../../flags/flags.ts';
import { namesOf } from '../../flags/option-paths.ts';
import { trainFlags, trainFolder } from '../../flags/train-flags.ts';
import { showTraining } from '../../print/train-progress.ts';
import { command } from '../../shell/command.ts';
import { trainingCommands } from './subcommands.ts';

/** Subcommands, to recognise a mistyped one. */
const below = trainingCommands.map(({ usage }) => usage.split(' ')[0] ?? '');

export const trainCommand = command({
  // Optional only for the parser, which would otherwise require it before `train resume` too.
  optional: { folder: text('Folder of pictures, with captions in files (fox.png and fox.txt), in metadata.jsonl or in their names') },
  flags: trainFlags.flags,
  needs: trainFlags.needs,
  names: new Map([...namesOf(trainFlags.paths), ['data', 'folder'], ['optimizer', '--optimizer']]),
  examples: [
    ['$0 train ./pictures --licence own', 'Learn a style for the bundled model'],
    ['$0 train ./dog --preset subject --trigger "sks dog" --class-prompt "a dog" --model sd15 --licence own', 'Learn one dog'],
    ['$0 train ./pictures --preset fast --sample "a fox in the snow"', 'A quick first run'],
    ['$0 train ./pictures --validation 0.1 --patience 3', 'Stop when held-out pictures no longer improve'],
    ['$0 train resume latest', 'Continue after a crash or Ctrl-C'],
  ],
  epilogue:
    'Each picture needs a licence: a sidecar, a LICENCE file in its folder, or --licence. Ctrl-C keeps the progress and prints the command that resumes the run.',
  commands: trainingCommands,
  run: async ({ folder, ...values }, context) => {
    const data = await trainFolder(folder, below);
    const options = { ...trainFlags.optionsOf(values), data, home: context.home } as TrainLoraOptions;
    return showTraining(context, (onProgress) => trainLora({ ...options, signal: context.signal, onProgress }));
  },
});
