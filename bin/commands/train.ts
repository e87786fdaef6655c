import { ArtistError } from '../../lib/core/index.ts';
import { type TrainLoraOptions, trainLora } from '../../lib/train/index.ts';
import { command } from '../command.ts';
import { text } from '../flags.ts';
import { namesOf } from '../option-paths.ts';
import { trainFlags, trainOptionsOf, trainPaths } from '../train-flags.ts';
import { trainingOutcome, watchTraining } from '../train-progress.ts';

export const trainCommand = command({
  // Optional for the parser alone, which would ask for it before `train resume` as well.
  optional: { folder: text('Pictures, with captions beside them (fox.png and fox.txt), in metadata.jsonl, or in their names') },
  flags: trainFlags,
  names: new Map([...namesOf(trainPaths), ['data', 'folder'], ['optimizer', '--optimizer']]),
  examples: [
    ['$0 train ./pictures --licence own', 'Learn a style for the bundled model'],
    ['$0 train ./dog --preset subject --trigger "sks dog" --class-prompt "a dog" --model sd15 --licence own', 'One dog'],
    ['$0 train ./pictures --preset fast --sample "a fox in the snow"', 'A first look'],
    ['$0 train ./pictures --validation 0.1 --patience 3', 'Stop when held-out pictures no longer gain'],
    ['$0 train resume ~/.ai-artist/training/pictures-20260131-123059', 'Go on after a crash or Ctrl-C'],
  ],
  epilogue:
    'Each picture needs a licence: a sidecar, a LICENCE file in its folder, or --licence. Ctrl-C keeps what was learned: the printed run folder can be resumed.',
  commands: [
    {
      usage: 'resume <run>',
      describe: 'Go on with a training from its last checkpoint',
      load: async () => (await import('./train/resume.ts')).resumeCommand,
    },
    {
      usage: 'caption <folder>',
      describe: 'Write captions for pictures that have none: tags that CLIP finds nearest',
      load: async () => (await import('./train/caption.ts')).captionCommand,
    },
    {
      usage: 'selftest',
      describe: 'Compare the gradients of a device with those of the CPU',
      load: async () => (await import('./train/selftest.ts')).selftestCommand,
    },
  ],
  run: async ({ folder, ...values }, context) => {
    if (folder === undefined) throw new ArtistError('ERR_INVALID_ARGUMENT', 'folder: expected a folder with pictures, got none');
    const watched = watchTraining(context);
    try {
      const options = { ...trainOptionsOf(values), data: folder, home: context.home } as TrainLoraOptions;
      const result = await trainLora({ ...options, signal: context.signal, onProgress: watched.on });
      watched.stop();
      return trainingOutcome(result);
    } finally {
      watched.stop();
    }
  },
});
