/** The training runs in `<home>/training`: list, find and remove them. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ArtistError, display, homeOf, lockOwner, nearest, readError, removeTree, systemCode, walkFolder } from '../../core/index.ts';
import { isFinished, listCheckpoints } from './checkpoint.ts';
import { readRunRecord } from './run-record.ts';

/** Folder of a home's training runs. */
export const runsFolder = (home: string): string => homeOf(home).training;

/** A training run on disk. */
export interface KeptRun {
  /** Folder name, e.g. "pictures-20260131-123059". findTrainingRun() and removeTrainingRun() take it. */
  readonly name: string;
  readonly folder: string;
  /** Name of its LoRA, and of the LoRA file. */
  readonly lora: string;
  readonly out: string;
  /** ISO time. */
  readonly started: string;
  /** Total steps of the run. `step` is that of the newest checkpoint; 0 if there is none. */
  readonly steps: number;
  readonly step: number;
  readonly finished: boolean;
  readonly running: boolean;
  readonly bytes: number;
}

/** Bytes of all files of a folder. */
export async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const { folder: place, names } of (await walkFolder(folder)).folders)
    for (const name of names) bytes += (await stat(join(place, name)).catch(() => undefined))?.size ?? 0; // removed in the meantime
  return bytes;
}

async function readRun(folder: string): Promise<KeptRun> {
  const record = await readRunRecord(folder);
  const newest = (await listCheckpoints(join(folder, 'checkpoints'))).at(-1);
  const steps = Number(record.settings['steps'] ?? 0);
  return {
    name: basename(folder),
    folder,
    lora: record.name,
    out: record.out,
    started: record.started,
    steps,
    step: newest?.step ?? 0,
    finished: newest !== undefined && (newest.step >= steps || (await isFinished(newest))),
    running: (await lockOwner(join(folder, 'lock'))) !== undefined,
    bytes: await sizeOf(folder),
  };
}

/**
 * Lists the runs in `<home>/training`, newest first. A folder that is not a readable run is listed with its problem.
 *
 * @throws ArtistError ERR_READ when the folder cannot be read
 */
export async function listTrainingRuns({
  home,
}: {
  home: string;
}): Promise<{ runs: KeptRun[]; broken: { name: string; problem: string }[] }> {
  const folder = runsFolder(home);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw readError(folder, 'a folder', error);
  });
  const runs: KeptRun[] = [];
  const broken: { name: string; problem: string }[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')))
    try {
      runs.push(await readRun(join(folder, name)));
    } catch (error) {
      if (!(error instanceof ArtistError)) throw error;
      broken.push({ name, problem: error.message.replace(`${join(folder, name)}: `, '') });
    }
  return { runs: runs.sort((a, b) => (a.started < b.started ? 1 : -1)), broken };
}

/**
 * Finds the folder of a run by a path, the name of a folder in `<home>/training`, the name of a LoRA (its newest run), or "latest".
 *
 * @param options.open "latest" and LoRA names match only unfinished runs
 * @param options.exact LoRA names do not match, because a LoRA may have several runs
 * @throws ArtistError ERR_NOT_FOUND when there is no such run, with the closest name; ERR_READ when the folder cannot be read
 */
export async function findTrainingRun(wanted: string, options: { home: string; open?: boolean; exact?: boolean }): Promise<string> {
  if (!wanted.includes('\0') && existsSync(join(wanted, 'run.json'))) return resolve(wanted);
  const { runs, broken } = await listTrainingRuns(options);
  const folder = runsFolder(options.home);
  if ([...runs, ...broken].some(({ name }) => name === wanted)) return join(folder, wanted);
  const named = runs.filter(({ lora }) => wanted === 'latest' || (lora === wanted && options.exact !== true));
  const found = named.find(({ finished, running }) => !(options.open === true && (finished || running)));
  if (found) return found.folder;
  // The path is not checked here: reading it reports what is wrong.
  if (/[\\/]/.test(wanted) && existsSync(wanted)) return resolve(wanted);
  const guess = wanted === 'latest' ? undefined : nearest(wanted, [...runs.flatMap(({ name, lora }) => [name, lora]), 'latest']);
  const hint =
    named.length > 0
      ? '. All of them are finished or still running'
      : runs.length === 0
        ? '. There is none yet'
        : guess === undefined
          ? ''
          : `. Did you mean ${guess}?`;
  throw new ArtistError(
    'ERR_NOT_FOUND',
    `run: expected a training run in ${folder}${options.open ? ' to resume' : ''}, got ${display(wanted)}${hint}`,
  );
}

/**
 * Removes a run from `<home>/training`: its log, checkpoints and samples. Its finished LoRA stays.
 *
 * @param name name of its folder, or "latest"; runs outside of `<home>/training` are refused
 * @throws ArtistError ERR_NOT_FOUND when there is no such run; ERR_LOCKED while it runs; ERR_INVALID_ARGUMENT when it is outside of
 *   `<home>/training`; ERR_WRITE, ERR_READ when files cannot be removed or read
 */
export async function removeTrainingRun(name: string, options: { home: string }): Promise<{ folder: string; bytes: number }> {
  const folder = await findTrainingRun(name, { ...options, exact: true });
  const inside = runsFolder(options.home);
  if (resolve(folder, '..') !== inside)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `run: expected a run in ${inside}, got ${folder}. Remove that folder yourself`);
  const owner = await lockOwner(join(folder, 'lock'));
  if (owner)
    throw new ArtistError('ERR_LOCKED', `${folder}: expected a run that has ended, got one of process ${owner.pid}. Stop it first`);
  const bytes = await sizeOf(folder);
  await removeTree(folder, { inside });
  return { folder, bytes };
}
