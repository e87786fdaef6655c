/** The runs that `<home>/training` keeps: to be listed, gone on with, and removed. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ArtistError, display, homeOf, lockOwner, nearest, removeTree, systemCode, walkFolder } from '../../core/index.ts';
import { isFinished, listCheckpoints } from './checkpoint.ts';
import { readRunRecord } from './run-record.ts';

/** Where a home keeps its training runs. */
export const runsFolder = (home: string): string => homeOf(home).training;

/** A training run on the disk. */
export interface KeptRun {
  /** Of its folder: "pictures-20260131-123059". What findTrainingRun() and removeTrainingRun() take. */
  readonly name: string;
  readonly folder: string;
  /** Name of its LoRA, and the file that it becomes. */
  readonly lora: string;
  readonly out: string;
  /** ISO time. */
  readonly started: string;
  /** Steps of the whole run, and the one of the newest checkpoint; 0: there is none. */
  readonly steps: number;
  readonly step: number;
  readonly finished: boolean;
  readonly running: boolean;
  readonly bytes: number;
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const { folder: place, names } of (await walkFolder(folder)).folders)
    for (const name of names) bytes += (await stat(join(place, name)).catch(() => undefined))?.size ?? 0; // gone meanwhile
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
 * The runs in `<home>/training`, the newest first. What cannot be read as a run is named with its problem.
 *
 * @throws ArtistError ERR_READ: the folder cannot be read
 */
export async function listTrainingRuns({
  home,
}: {
  home: string;
}): Promise<{ runs: KeptRun[]; broken: { name: string; problem: string }[] }> {
  const folder = runsFolder(home);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw new ArtistError('ERR_READ', `${folder}: expected a folder that can be read, got ${systemCode(error) ?? String(error)}`, {
      cause: error,
    });
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
 * The folder of a run: a path, the name of a folder in `<home>/training`, the name of a LoRA (its newest run), or "latest".
 *
 * @param options.open only runs that are not finished count for "latest" and for the name of a LoRA
 * @param options.exact the name of a LoRA does not count: it may have several runs
 * @throws ArtistError ERR_NOT_FOUND, with the nearest name; ERR_READ
 */
export async function findTrainingRun(wanted: string, options: { home: string; open?: boolean; exact?: boolean }): Promise<string> {
  if (!wanted.includes('\0') && existsSync(join(wanted, 'run.json'))) return resolve(wanted);
  const { runs, broken } = await listTrainingRuns(options);
  const folder = runsFolder(options.home);
  if ([...runs, ...broken].some(({ name }) => name === wanted)) return join(folder, wanted);
  const named = runs.filter(({ lora }) => wanted === 'latest' || (lora === wanted && options.exact !== true));
  const found = named.find(({ finished, running }) => !(options.open === true && (finished || running)));
  if (found) return found.folder;
  // Whoever reads it says what is wrong with it.
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
 * Removes a run from `<home>/training`: its log, checkpoints and samples. The LoRA that it became stays.
 *
 * @param name of its folder, or "latest"; a run elsewhere is refused
 * @throws ArtistError ERR_NOT_FOUND; ERR_LOCKED: it runs; ERR_INVALID_ARGUMENT: it lies elsewhere; ERR_WRITE, ERR_READ
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
