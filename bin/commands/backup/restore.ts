import { restoreBackup } from '../../../lib/backup/index.ts';
import { text } from '../../flags/flags.ts';
import { restoredOutcome, watchFiles } from '../../print/home/backup-lines.ts';
import { command } from '../../shell/command.ts';

export const backupRestoreCommand = command({
  required: { file: text('A backup') },
  examples: [
    ['$0 backup restore ai-artist-20261204T030000Z.zip --home /srv/artist', 'Into a new home'],
    ['mv ~/.ai-artist ~/.ai-artist.old && $0 backup restore ai-artist-20261204T030000Z.zip', 'In the place of one that is moved away'],
  ],
  epilogue:
    'A home that is there is never changed. With posts in the backup publishing is off afterwards, because some may be out already: publish queue, then publish on.',
  run: async ({ file }, context) => {
    const shown = watchFiles(context);
    try {
      const restored = await restoreBackup(file, { home: context.home, signal: context.signal, onProgress: shown.onProgress });
      shown.stop();
      return restoredOutcome(restored);
    } finally {
      shown.stop();
    }
  },
});
