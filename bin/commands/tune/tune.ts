import type { LoadModelOptions } from '../../../lib/engine/index.ts';
import { createProgress } from '../../../lib/observe/index.ts';
import { tune } from '../../../lib/tune/index.ts';
import { namesOf } from '../../flags/option-paths.ts';
import { modelFlags, sizeFlags, tuneFlags } from '../../flags/tune-flags.ts';
import { progressIsSilent } from '../../print/progress.ts';
import { tuneDoubts, tuneLines } from '../../print/tune-lines.ts';
import { command } from '../../shell/command.ts';

export const tuneCommand = command({
  flags: tuneFlags,
  names: namesOf(modelFlags.paths, sizeFlags.paths),
  examples: [
    ['$0 tune', 'The bundled model, only settings of equal quality'],
    ['$0 tune --allow-loss', 'Also those that cost some quality, and how much'],
    ['$0 tune --model sd15 --steps 8 --minutes 60', 'Another model, with fewer steps'],
    ['$0 tune list', 'What is stored'],
  ],
  epilogue:
    'create, generate, the schedule, workers and the server then use what was found for this model on this machine; --tuned off paints without. An option that you give wins. Ctrl-C stores nothing.',
  commands: [
    { usage: 'list', describe: 'List the stored settings', load: async () => (await import('./list.ts')).listTunedCommand },
    { usage: 'forget [model]', describe: 'Remove the settings of a model', load: async () => (await import('./forget.ts')).forgetCommand },
  ],
  run: async ({ repeats, minutes, clip, 'allow-loss': allowLoss, 'min-psnr': minPsnr, 'dry-run': dryRun, ...values }, context) => {
    const progress = createProgress({ silent: progressIsSilent(context), lines: 'phases' });
    const load: LoadModelOptions = modelFlags.optionsOf(values);
    try {
      const report = await tune({
        ...{ repeats, minutes, minPsnr, clip },
        ...sizeFlags.optionsOf(values),
        allowLoss: allowLoss === true,
        dryRun: dryRun === true,
        load,
        home: context.home,
        signal: context.signal,
        onProgress: ({ text, at, of }) => progress.update(`measuring ${text}`, at, of),
        onWarning: context.warn,
      });
      for (const doubt of tuneDoubts(report)) context.warn(doubt);
      return {
        json: { ...report.tuning, trials: report.trials, stored: report.isStored },
        text: tuneLines(report),
        notes: [report.isStored ? 'stored: used from now on (--tuned off: not)' : 'nothing was stored'],
      };
    } finally {
      progress.end();
    }
  },
});
