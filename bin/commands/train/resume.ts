import { findTrainingRun, resumeTraining, type TrainLoraOptions } from '../../../lib/train/index.ts';
import { text } from '../../flags/flags.ts';
import { namesOf } from '../../flags/option-paths.ts';
import { resumeFlags } from '../../flags/train-flags.ts';
import { showTraining } from '../../print/train-progress.ts';
import { command } from '../../shell/command.ts';

export const resumeCommand = command({
  required: { run: text('Name of a run (see: ai-artist train list), of its LoRA, latest, or a folder') },
  flags: resumeFlags.flags,
  names: namesOf(resumeFlags.paths),
  examples: [
    ['$0 train resume latest', 'After a crash, a power cut or Ctrl-C'],
    ['$0 train resume pictures', 'The newest unfinished run of the LoRA `pictures`'],
    ['$0 train resume ./run --checkpointing fine', 'With less memory'],
  ],
  epilogue:
    'Pictures, captions, options and model must be the same as at the start of the run. On a CPU the result is bit-identical to an uninterrupted run.',
  run: async ({ run, ...values }, context) => {
    const options = { ...resumeFlags.optionsOf(values), home: context.home } as Partial<TrainLoraOptions>;
    const folder = await findTrainingRun(run, { home: context.home, open: true });
    return showTraining(context, (onProgress) => resumeTraining(folder, { ...options, signal: context.signal, onProgress }));
  },
});
