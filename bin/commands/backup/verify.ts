import { verifyBackup } from '../../../lib/backup/index.ts';
import { text } from '../../flags/flags.ts';
import { verifiedOutcome, watchFiles } from '../../print/home/backup-lines.ts';
import { command } from '../../shell/command.ts';

export const backupVerifyCommand = command({
  required: { file: text('A backup') },
  examples: [['$0 backup verify ai-artist-20261204T030000Z.zip', 'Whether it is whole, and what is in it']],
  run: async ({ file }, context) => {
    const shown = watchFiles(context);
    try {
      const found = await verifyBackup(file, { signal: context.signal, onProgress: shown.onProgress });
      shown.stop();
      return verifiedOutcome(file, found);
    } finally {
      shown.stop();
    }
  },
});
