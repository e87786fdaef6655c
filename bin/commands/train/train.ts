import { type TrainLoraOptions, trainLora } from '../../../lib/train/index.ts';
import { text } from '../../flags/flags.ts';
import { namesOf } from '../../flags/option-paths.ts';
import { trainFlags, trainFolder } from '../../flags/train-flags.ts';
import { showTraining } from '../../print/train-progress.ts';
import { command } from '../../shell/command.ts';

/** Commands below this one, for a word that is nearly one. */
const below = ['resume', 'list', 'remove', 'caption', 'selftest'];

export const trainCommand = command({
  // Optional for the parser alone, which would ask for it before `train resume` as well.
  optional: { folder: text('Pictures, with captions beside them (fox.png and fox.txt), in metadata.jsonl, or in their names') },
  flags: trainFlags.flags,
  needs: trainFlags.needs,
  names: new Map([...namesOf(trainFlags.paths), ['data', 'folder'], ['optimizer', '--optimizer']]),
  examples: [
    ['$0 train ./pictures --licence own', 'Learn a style for the bundled model'],
    ['$0 train ./dog --preset subject --trigger "sks dog" --class-prompt "a dog" --model sd15 --licence own', 'One dog'],
    ['$0 train ./pictures --preset fast --sample "a fox in the snow"', 'A first look'],
    ['$0 train ./pictures --validation 0.1 --patience 3', 'Stop when held-out pictures no longer gain'],
    ['$0 train resume latest', 'Go on after a crash or Ctrl-C'],
  ],
  epilogue:
    'Each picture needs a licence: a sidecar, a LICENCE file in its folder, or --licence. Ctrl-C keeps what was learned and prints the command that goes on.',
  commands: [
    {
      usage: 'resume <run>',
      describe: 'Go on with a training from its last checkpoint',
      load: async () => (await import('./resume.ts')).resumeCommand,
    },
    {
      usage: 'list',
      describe: 'Training runs, the newest first',
      load: async () => (await import('./list.ts')).listRunsCommand,
    },
    {
      usage: 'remove <runs...>',
      describe: 'Remove the log, checkpoints and samples of runs; their LoRAs stay',
      load: async () => (await import('./remove.ts')).removeRunsCommand,
    },
    {
      usage: 'caption <folder>',
      describe: 'Write captions for pictures that have none: tags that CLIP finds nearest',
      load: async () => (await import('./caption.ts')).captionCommand,
    },
    {
      usage: 'selftest',
      describe: 'Compare the gradients of a device with those of the CPU',
      load: async () => (await import('./selftest.ts')).selftestCommand,
    },
  ],
  run: async ({ folder, ...values }, context) => {
    const data = await trainFolder(folder, below);
    const options = { ...trainFlags.optionsOf(values), data, home: context.home } as TrainLoraOptions;
    return showTraining(context, (onProgress) => trainLora({ ...options, signal: context.signal, onProgress }));
  },
});
