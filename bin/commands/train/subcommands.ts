/** What `train` has besides training itself. */
import type { CommandEntry } from '../../shell/command-entry.ts';

export const trainingCommands: readonly CommandEntry[] = [
  {
    usage: 'resume <run>',
    describe: 'Resume a training run from its last checkpoint',
    load: async () => (await import('./resume.ts')).resumeCommand,
  },
  {
    usage: 'list',
    describe: 'List training runs, newest first',
    load: async () => (await import('./list.ts')).listRunsCommand,
  },
  {
    usage: 'remove <runs...>',
    describe: 'Remove the log, checkpoints and samples of runs; their LoRAs stay',
    load: async () => (await import('./remove.ts')).removeRunsCommand,
  },
  {
    usage: 'clean',
    describe: 'Remove what finished runs leave behind: checkpoints, samples, encoded pictures; LoRAs stay',
    load: async () => (await import('./clean.ts')).cleanRunsCommand,
  },
  {
    usage: 'caption <folder>',
    describe: 'Write captions for pictures without one, from the nearest tags by CLIP',
    load: async () => (await import('./caption.ts')).captionCommand,
  },
  {
    usage: 'selftest',
    describe: 'Compare the gradients of a device with those of the CPU',
    load: async () => (await import('./selftest.ts')).selftestCommand,
  },
];
