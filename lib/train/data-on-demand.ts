/** What reads data sets and kept runs, whose code is loaded when it is called: a program that only paints never needs it. */
import { answering } from '../core/index.ts';
import type { DataSet, DataSetOptions } from './data/data-set.ts';
import type { FoundFiles, ScanFolderOptions } from './data/scan-folder.ts';
import type { KeptRun } from './record/runs.ts';

/**
 * Reads, checks and licenses a data set. The user's files are only read.
 *
 * @throws ArtistError ERR_TRAIN_DATA with every problem in `details`; ERR_LICENCE naming each file; ERR_INVALID_ARGUMENT; ERR_READ;
 *   `signal.reason` when aborted
 */
export const loadDataSet = answering('loadDataSet', async (options: DataSetOptions): Promise<DataSet> => {
  return (await import('./data/data-set.ts')).loadDataSet(options);
});

/** The pictures of a folder with their captions, see scan-folder.ts. */
export async function scanFolder(folder: string, options: ScanFolderOptions = {}): Promise<FoundFiles> {
  return (await import('./data/scan-folder.ts')).scanFolder(folder, options);
}

/** The runs of a home, see runs.ts. */
export async function listTrainingRuns(options: {
  home: string;
}): Promise<{ runs: KeptRun[]; broken: { name: string; problem: string }[] }> {
  return (await import('./record/runs.ts')).listTrainingRuns(options);
}

/** The folder of a run, see runs.ts. */
export async function findTrainingRun(wanted: string, options: { home: string; open?: boolean; exact?: boolean }): Promise<string> {
  return (await import('./record/runs.ts')).findTrainingRun(wanted, options);
}

/** Removes a run, see runs.ts. */
export async function removeTrainingRun(name: string, options: { home: string }): Promise<{ folder: string; bytes: number }> {
  return (await import('./record/runs.ts')).removeTrainingRun(name, options);
}
