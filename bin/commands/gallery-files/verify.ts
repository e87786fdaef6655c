import { mendGallery, verifyGallery } from '../../../lib/gallery/index.ts';
import { createProgress, formatBytes } from '../../../lib/observe/index.ts';
import { toggle } from '../../flags/flags.ts';
import { progressIsSilent } from '../../print/progress.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

export const verifyCommand = command({
  flags: {
    hashes: toggle('Read every picture and compare its SHA-256. Default: yes; --no-hashes only checks that it exists'),
    fix: toggle('Restore missing or damaged records from the recipes in the pictures; delete leftovers of killed writes'),
    drop: toggle('Move works whose picture is gone to the trash'),
  },
  examples: [
    ['$0 gallery verify', 'Exit status 1 if anything is wrong'],
    ['$0 gallery verify --fix', 'Also repair what can be repaired'],
    ['$0 gallery verify --drop', 'Also move works whose picture is gone to the trash'],
  ],
  run: async ({ hashes, fix, drop }, context) => {
    const gallery = await openGallery(context);
    const progress = createProgress({ silent: progressIsSilent(context) });
    try {
      const { works, bytes, findings } = await verifyGallery(gallery, {
        hashes: hashes ?? true,
        signal: context.signal,
        onProgress: (done, total) => progress.update('verifying', done, total),
      });
      const { mended, left } = await mendGallery(gallery, findings, { fix: fix === true, drop: drop === true });
      progress.end();
      return {
        json: { works, bytes, findings: left, mended },
        text: [...mended, ...left.map(({ kind, path, message }) => `${kind}: ${path}: ${message}`)],
        notes: [
          `${works} works, ${formatBytes(bytes)}, ${left.length === 0 ? 'nothing wrong' : left.length === 1 ? '1 finding' : `${left.length} findings`}`,
        ],
        status: left.length > 0 ? 1 : 0,
      };
    } finally {
      progress.end();
    }
  },
});
