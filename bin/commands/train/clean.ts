import { formatBytes } from '../../../lib/observe/index.ts';
import { cleanTraining } from '../../../lib/train/index.ts';
import { number, toggle } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { figures, t } from '../../texts/texts.ts';

export const cleanRunsCommand = command({
  flags: {
    unfinished: toggle('Also runs that could be resumed'),
    'older-than': number('Only runs that began at least this many days ago, 0..3650. Default: 0'),
    'dry-run': toggle('Show what would go, and remove nothing'),
  },
  names: new Map([['olderThanDays', '--older-than']]),
  examples: [
    ['$0 train clean --dry-run', 'What it would remove, and how much that frees'],
    ['$0 train clean --older-than 30', 'Finished runs of more than a month ago'],
  ],
  epilogue:
    'Removes log, checkpoints and samples of finished runs, and the cache of encoded pictures. LoRAs stay, and so does a finished run whose LoRA is gone.',
  run: async ({ unfinished, 'older-than': olderThanDays, 'dry-run': dryRun }, { home }) => {
    const { removed, kept, cache, bytes: freed } = await cleanTraining({ home, unfinished, olderThanDays, dryRun });
    const size = (bytes: number): string => figures(formatBytes(bytes));
    const total = { n: removed.length, bytes: size(freed) };
    return {
      json: {
        removed,
        kept: kept.map(({ run: { name, folder }, why }) => ({ name, folder, why })),
        cache,
        bytes: freed,
        dryRun: dryRun === true,
      },
      text: removed.map(({ folder }) => folder),
      notes: [
        ...kept.map(({ run: { name }, why }) => t.training.keeps({ name, why: t.training.kept[why] })),
        ...(cache === null ? [t.training.cacheInUse] : cache.bytes > 0 ? [t.training.cache({ bytes: size(cache.bytes) })] : []),
        dryRun ? t.training.wouldFree(total) : t.training.freed(total),
      ],
    };
  },
});
