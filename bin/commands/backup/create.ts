import { createBackup } from '../../../lib/backup/index.ts';
import { configPath } from '../../../lib/config/index.ts';
import { number, text, toggle } from '../../flags/flags.ts';
import { createdOutcome, watchFiles } from '../../print/home/backup-lines.ts';
import { command } from '../../shell/command.ts';

export const backupCreateCommand = command({
  optional: { out: text('A new file (.zip), or an existing folder, which gets one named by the time. Default: this folder') },
  flags: {
    secrets: toggle('With keys and tokens: of accounts, signatures, the server. Default: yes'),
    models: toggle('With downloaded models'),
    keep: number('In a folder: how many backups stay, the newest. Default: all'),
  },
  examples: [
    ['$0 backup create', 'A file with everything but models, logs and caches'],
    ['$0 backup create /mnt/backups --keep 14', 'Older ones than the newest 14 are removed, once the new one is verified'],
    ['$0 backup create --no-secrets', 'For somebody else: accounts, keys and tokens stay here'],
  ],
  epilogue: 'The schedule, the server and workers may run meanwhile. docs/operations.md says what is in it.',
  run: async ({ out = '.', secrets, models, keep }, context) => {
    const { config } = await context.config();
    const shown = watchFiles(context);
    try {
      const backup = await createBackup({
        home: context.home,
        gallery: configPath(config.gallery.folder, context.home),
        out,
        secrets,
        models,
        keep,
        signal: context.signal,
        onProgress: shown.onProgress,
      });
      shown.stop();
      return createdOutcome(backup);
    } finally {
      shown.stop();
    }
  },
});
