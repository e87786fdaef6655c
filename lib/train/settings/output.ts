/** Decides where a run and its LoRA are written, and checks both places before the work begins. */
import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ArtistError, checkFolder, homeOf, kindOfPlace, removeTree, writeError } from '../../core/index.ts';
import { checkLoraPlace } from '../../lora/index.ts';
import type { ResolvedTrainLora } from './options.ts';

export interface Output {
  name: string;
  /** Path of the LoRA. */
  out: string;
  /** Folder of the run. */
  folder: string;
  home: string;
}

/** Checks early, before minutes of work, that the LoRA may be replaced and its place can be written. */
export async function checkOut(out: string, options: ResolvedTrainLora): Promise<void> {
  const { overwrite, model, diffusionModel, clipL, clipG, t5xxl, llm, vae, tae } = options;
  if (!out.toLowerCase().endsWith('.safetensors'))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `out: expected a name that ends in .safetensors, got ${JSON.stringify(out)}`);
  const kind = await kindOfPlace(out);
  if (kind === 'folder') throw new ArtistError('ERR_WRITE', `out: expected the path of a file, got a folder: ${out}`);
  if (kind === 'file' && !overwrite)
    throw new ArtistError(
      'ERR_ALREADY_EXISTS',
      `out: expected no file there, got an existing one: ${out}. Choose another name or pass overwrite: true`,
    );
  const inputs = [model, diffusionModel, clipL, clipG, t5xxl, llm, vae, tae].filter((file) => file !== undefined);
  await checkLoraPlace(out, { overwrite, inputs });
  await checkFolder(dirname(out), 'out');
}

/** Formats a time: 2026-01-31T12:30:59.000Z -> 20260131-123059 */
const stamp = (time: number): string => new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');

/**
 * @throws ArtistError ERR_ALREADY_EXISTS when there is a LoRA of that name, or the run folder has files in it; ERR_WRITE when a place
 *   cannot be written; ERR_INVALID_ARGUMENT when a path is invalid
 */
export async function chooseOutput(options: ResolvedTrainLora, now = Date.now()): Promise<Output> {
  const home = homeOf(options.home);
  const guessed = basename(resolve(options.data))
    .replaceAll(/[\p{C}<>:"|?*\\]+/gu, '-')
    .replace(/^[\s.-]+/, '');
  const name =
    options.name ?? (options.out === undefined ? guessed.slice(0, 100) || 'lora' : basename(options.out).replace(/\.safetensors$/i, ''));
  const out = resolve(options.out ?? home.lora(`${name}.safetensors`));
  await checkOut(out, options);
  const folder = resolve(options.runFolder ?? (await freshFolder(home.trainingRun(`${name}-${stamp(now)}`))));
  const inside = (await kindOfPlace(folder)) === 'folder' ? await readdir(folder) : [];
  if (inside.length > 0)
    throw new ArtistError(
      'ERR_ALREADY_EXISTS',
      `runFolder: expected an empty folder or none, got ${folder} with ${inside.length} files. Continue that run by resumeTraining(), or name another folder`,
    );
  await checkFolder(folder, 'runFolder');
  return { name, out, folder, home: home.folder };
}

async function freshFolder(wanted: string): Promise<string> {
  for (let at = 1; ; at++) {
    const path = at === 1 ? wanted : `${wanted}-${at}`;
    if ((await kindOfPlace(path)) === 'nothing') return path;
  }
}

/** @returns whether the folder is new */
export async function makeFolder(path: string): Promise<boolean> {
  const made = await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw writeError(path, error);
  });
  return made !== undefined;
}

/** What a run writes into its folder before its first step. */
const expectedNames = ['run.json', 'log.jsonl', 'samples', 'checkpoints'];

/**
 * Removes the folder of a run that ended before its first step, because it cannot be resumed. Class pictures took time and are kept.
 *
 * @param made whether the folder was made for this run
 */
export async function discardRun(folder: string, { made }: { made: boolean }): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.some((name) => !expectedNames.includes(name))) return;
  for (const name of names) await removeTree(join(folder, name), { inside: folder });
  if (made) await rmdir(folder).catch(() => undefined); // a file appeared in the meantime
}
