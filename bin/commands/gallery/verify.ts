import { rm } from 'node:fs/promises';
import { type Finding, type Gallery, verifyGallery } from '../../../lib/gallery/index.ts';
import { createProgress, formatBytes } from '../../../lib/observe/index.ts';
import { command } from '../../command.ts';
import { toggle } from '../../flags.ts';
import { progressIsSilent } from '../../progress.ts';
import { openGallery } from '../../settings.ts';

/** What can be put right without losing anything. */
async function mend(gallery: Gallery, findings: readonly Finding[]): Promise<{ mended: string[]; left: Finding[] }> {
  const mended: string[] = [];
  const left: Finding[] = [];
  for (const finding of findings) {
    if (finding.kind === 'orphan' && !finding.path.includes('.candidates.')) {
      await gallery.adopt(finding.path);
      mended.push(`${finding.path}: is a work again`);
    } else if (finding.kind === 'leftover') {
      await rm(finding.path, { force: true });
      mended.push(`${finding.path}: removed`);
    } else left.push(finding);
  }
  return { mended, left };
}

export const verifyCommand = command({
  flags: {
    hashes: toggle('Read every picture and compare its SHA-256. Default: yes; --no-hashes only looks whether it is there'),
    fix: toggle('Make pictures without a record works again, and remove what killed writes left'),
  },
  examples: [
    ['$0 gallery verify', 'Exit status 1 where something is wrong'],
    ['$0 gallery verify --fix', 'And put right what can be put right'],
  ],
  run: async ({ hashes, fix }, context) => {
    const gallery = await openGallery(context);
    const progress = createProgress({ silent: progressIsSilent(context) });
    try {
      const { works, bytes, findings } = await verifyGallery(gallery, {
        hashes: hashes ?? true,
        signal: context.signal,
        onProgress: (done, total) => progress.update('verifying', done, total),
      });
      const { mended, left } = fix ? await mend(gallery, findings) : { mended: [], left: findings };
      progress.end();
      return {
        json: { works, bytes, findings: left, mended },
        text: [...mended, ...left.map(({ kind, path, message }) => `${kind}: ${path}: ${message}`)],
        notes: [`${works} works, ${formatBytes(bytes)}, ${left.length === 0 ? 'nothing wrong' : `${left.length} findings`}`],
        status: left.length > 0 ? 1 : 0,
      };
    } finally {
      progress.end();
    }
  },
});
