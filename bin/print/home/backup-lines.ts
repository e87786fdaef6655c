import type { Backup, BackupManifest, Restored } from '../../../lib/backup/index.ts';
import { createProgress, formatBytes } from '../../../lib/observe/index.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { figures, t } from '../../texts/texts.ts';
import { progressIsSilent } from '../progress.ts';

/** Shows how many files are done. */
export function watchFiles(context: Context): { onProgress: (done: number, total: number) => void; stop: () => void } {
  const progress = createProgress({ silent: progressIsSilent(context), lines: 'phases' });
  return {
    onProgress: (done, total) => progress.update(t.backup.files, done, total),
    stop: () => progress.end(),
  };
}

/** What is in it, and what is not. */
function contentLines({
  works,
  files,
  secrets,
  models,
}: Pick<BackupManifest, 'works' | 'secrets' | 'models'> & { files: number }): string[] {
  return [
    t.backup.content({ works, files }),
    secrets ? t.backup.withSecrets : t.backup.withoutSecrets,
    ...(models ? [] : [t.backup.withoutModels]),
  ];
}

export function createdOutcome(backup: Backup): Outcome {
  const { path, bytes, leftOut, galleryOutside, removed } = backup;
  return {
    json: backup,
    text: [path],
    notes: [
      `${figures(formatBytes(bytes))}: ${contentLines(backup).join('; ')}`,
      ...leftOut.map((one) => t.backup.leftOut(one)),
      ...(galleryOutside ? [t.backup.galleryOutside] : []),
      ...(removed.length > 0 ? [t.backup.removed({ n: removed.length })] : []),
    ],
  };
}

const factsOf = ({ files, ...facts }: BackupManifest) => ({ ...facts, files: files.length });

export function verifiedOutcome(file: string, found: BackupManifest): Outcome {
  return {
    json: { file, ...factsOf(found) },
    text: [t.backup.whole({ made: found.made, by: found.by }), ...contentLines(factsOf(found))],
  };
}

export function restoredOutcome({ home, publishingOff, ...found }: Restored): Outcome {
  return {
    json: { home, publishingOff, ...factsOf(found) },
    text: [home],
    notes: [t.backup.content(factsOf(found)), ...(publishingOff ? [t.backup.publishingOff] : []), t.backup.next],
  };
}
