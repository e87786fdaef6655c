import { ArtistError, display, exists, nearest } from '../../lib/core/index.ts';
import { deviceRows, trainRows } from '../../lib/train/index.ts';
import { seed } from './flags.ts';
import { flagsOf } from './row-flags.ts';

const rowFlags = flagsOf(trainRows, { seed });

/** Everything trainLora() takes besides the folder. */
export const trainFlags = {
  ...rowFlags,
  optionsOf(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const options = rowFlags.optionsOf(values);
    // --enlarge is the opposite of the option noUpscale.
    if (options['noUpscale'] !== undefined) options['noUpscale'] = options['noUpscale'] === false;
    // --weight-decay without --optimizer belongs to the default optimizer.
    if (options['optimizer'] !== undefined) options['optimizer'] = { kind: 'adamw', ...(options['optimizer'] as object) };
    return options;
  },
};

/** Options that a resumed run can change. */
export const resumeFlags = flagsOf({
  out: { ...trainRows.out, default: 'the one the run was started with' },
  overwrite: trainRows.overwrite,
  ...deviceRows,
});

/** The folder with the pictures. `below`: commands that may have been meant instead. @throws ArtistError ERR_INVALID_ARGUMENT */
export async function trainFolder(folder: string | undefined, below: readonly string[]): Promise<string> {
  if (folder === undefined) throw new ArtistError('ERR_INVALID_ARGUMENT', 'folder: expected a folder with pictures, got none');
  const meant = (await exists(folder)) ? undefined : (nearest(folder, below) ?? (/^(ls|runs)$/.test(folder) ? 'list' : undefined));
  if (meant !== undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `folder: expected a folder with pictures, got ${display(folder)}, which is not there. Did you mean ${meant}?`,
    );
  return folder;
}
