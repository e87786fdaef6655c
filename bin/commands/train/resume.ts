import { resumeTraining, type TrainLoraOptions } from '../../../lib/train/index.ts';
import { command } from '../../command.ts';
import { text, toggle } from '../../flags.ts';
import { namesOf, pathsOf, toOptions } from '../../option-paths.ts';
import { deviceFlags } from '../../train-flags.ts';
import { trainingOutcome, watchTraining } from '../../train-progress.ts';

const flags = {
  out: text('File. Default: what the run was begun with'),
  force: toggle('Replace an existing file'),
  ...deviceFlags,
} as const;
const paths = pathsOf(flags, { force: 'overwrite' });

export const resumeCommand = command({
  required: { run: text('Folder of the run, as `train` printed it') },
  flags,
  names: namesOf(paths),
  examples: [
    ['$0 train resume ~/.ai-artist/training/pictures-20260131-123059', 'After a crash, a power cut or Ctrl-C'],
    ['$0 train resume ./run --checkpointing fine', 'With less memory'],
  ],
  epilogue:
    'Pictures, captions, options and model must be those the run was begun with. On a CPU the result is the same, bit for bit, as without interruption.',
  run: async ({ run, ...values }, context) => {
    const watched = watchTraining(context);
    try {
      const options = { ...toOptions(values, paths), home: context.home } as Partial<TrainLoraOptions>;
      const result = await resumeTraining(run, { ...options, signal: context.signal, onProgress: watched.on });
      watched.stop();
      return trainingOutcome(result);
    } finally {
      watched.stop();
    }
  },
});
