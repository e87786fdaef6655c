import { mkdir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import * as z from 'zod';
import {
  ArtistError,
  answering,
  display,
  exists,
  homeOf,
  nearest,
  readError,
  readPlainFile,
  resolveOptions,
  systemCode,
  writeError,
} from '../core/index.ts';
import { type LoraInfo, readLora } from './read.ts';

/** Endings of LoRA files, in the order in which a name without one is looked for. */
const endings = ['.safetensors', '.gguf'] as const;

/** `<home>/loras`. */
export function lorasFolder(home: string): string {
  return homeOf(resolveOptions('loras', z.string().min(1), home)).loras;
}

/** The file status of a path. */
const kindAt = (path: string): Promise<'file' | 'other' | undefined> =>
  stat(path).then(
    (info) => (info.isFile() ? 'file' : 'other'),
    () => undefined,
  );

/** LoRA files below `<home>/loras`, by name: the path in it, with slashes, without ending. */
export async function storedLoras(home: string): Promise<Map<string, string>> {
  const folder = lorasFolder(home);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw readError(folder, 'a folder', error);
  });
  const found = new Map<string, string>();
  const paths = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const ending of [...endings].reverse())
    for (const path of paths.filter((each) => each.toLowerCase().endsWith(ending)).sort())
      found.set(path.slice(folder.length + 1, -ending.length).replaceAll('\\', '/'), path);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The file of a LoRA: an existing path, else a name in `<home>/loras` (with or without its ending).
 *
 * @param options.nameOnly only look up names, not paths
 * @param options.anyFolder a name without a folder also matches files in subfolders, as in A1111's tags
 * @throws ArtistError ERR_MODEL_NOT_FOUND with the nearest name; ERR_READ; ERR_INVALID_ARGUMENT
 */
export async function resolveLora(pathOrName: string, options: { home: string; nameOnly?: boolean; anyFolder?: boolean }): Promise<string> {
  const there = options.nameOnly || pathOrName.includes('\0') ? undefined : await kindAt(pathOrName);
  if (there === 'file') return resolve(pathOrName);
  const stored = await storedLoras(options.home);
  const name = pathOrName.replace(/\.(?:safetensors|gguf)$/i, '').replaceAll('\\', '/');
  const file = stored.get(name);
  if (file !== undefined && (name === pathOrName || file.toLowerCase().endsWith(pathOrName.slice(name.length).toLowerCase()))) return file;
  const inFolder = options.anyFolder ? [...stored].find(([key]) => key.endsWith(`/${name}`)) : undefined;
  if (inFolder) return inFolder[1];
  // For a folder or a device, the reader reports the problem.
  if (there === 'other') return resolve(pathOrName);
  const guess = nearest(name, [...stored.keys()]);
  const hint =
    guess !== undefined
      ? ` Did you mean ${guess}?`
      : stored.size > 0
        ? ` There: ${[...stored.keys()].slice(0, 8).join(', ')}${stored.size > 8 ? '…' : ''}`
        : '';
  throw new ArtistError(
    'ERR_MODEL_NOT_FOUND',
    `${display(pathOrName)}: no such file, and no LoRA of that name in ${lorasFolder(options.home)}.${hint}`,
  );
}

/** A LoRA of `<home>/loras`. */
export interface StoredLora {
  /** The name for `loras: [name]` and --lora. */
  readonly name: string;
  readonly path: string;
  /** Bytes of the file. */
  readonly bytes: number;
  /** Its description; undefined if it cannot be read. */
  readonly info?: LoraInfo;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/**
 * Lists `<home>/loras`, by name. A file that is damaged or no LoRA is listed with its problem.
 *
 * @throws ArtistError ERR_READ, ERR_INVALID_ARGUMENT
 */
export const listLoras = answering('listLoras', async (options: { home: string }): Promise<StoredLora[]> => {
  const loras: StoredLora[] = [];
  for (const [name, path] of await storedLoras(options.home)) loras.push(await describeStored(name, path));
  return loras;
});

/** One LoRA, with its description or with what is wrong with it. */
export async function describeStored(name: string, path: string): Promise<StoredLora> {
  const bytes = (await stat(path).catch(() => undefined))?.size ?? 0; // a dangling link: readLora() reports it
  try {
    return { name, path, bytes, info: await readLora(path) };
  } catch (error) {
    if (!(error instanceof ArtistError)) throw error;
    return { name, path, bytes, problem: error.message.replace(`${path}: `, '') };
  }
}

/**
 * The path of a new LoRA in `<home>/loras`.
 *
 * @param name the new name; may have folders: "mine/ink"
 * @throws ArtistError ERR_INVALID_ARGUMENT: not a valid file name, or outside the folder
 */
export function newLoraPath(name: string, options: { home: string }): string {
  const parts = name.replaceAll('\\', '/').split('/');
  if (parts.some((part) => part.trim() === '' || part.startsWith('.') || /[\x00-\x1f:]/.test(part)))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `name: expected the name of a LoRA, such as ink or mine/ink, got ${display(name)}`);
  return `${join(lorasFolder(options.home), ...parts)}.safetensors`;
}

/** The data sheet of ours beside a LoRA; undefined if there is none. */
async function sheetOf(file: string): Promise<string | undefined> {
  const sheet = file.replace(/\.[^.]+$/, '.data-sheet.json');
  const text = await readPlainFile(sheet, 'utf8').catch(() => ''); // there is none
  return text.includes('"ai-artist.data-sheet/') ? sheet : undefined;
}

/**
 * Gives a LoRA of `<home>/loras` another name, and the data sheet beside it.
 *
 * @param name a name in `<home>/loras`, not a path
 * @param newName its new name; may have folders: "mine/ink"
 * @throws ArtistError ERR_MODEL_NOT_FOUND with the nearest name; ERR_ALREADY_EXISTS: another LoRA has the new name; ERR_WRITE, ERR_READ,
 *   ERR_INVALID_ARGUMENT
 */
export async function renameLora(name: string, newName: string, options: { home: string }): Promise<{ path: string }> {
  const file = await resolveLora(name, { home: options.home, nameOnly: true });
  const path = newLoraPath(newName, options).replace(/\.safetensors$/, extname(file));
  const taken = (await storedLoras(options.home)).get(newName.replaceAll('\\', '/'));
  if (taken !== undefined || (await exists(path)))
    throw new ArtistError('ERR_ALREADY_EXISTS', `name: expected a name that no other LoRA has, got ${display(newName)}: ${taken ?? path}`);
  const sheet = await sheetOf(file);
  try {
    await mkdir(dirname(path), { recursive: true });
    await rename(file, path);
    if (sheet !== undefined) await rename(sheet, path.replace(/\.[^.]+$/, '.data-sheet.json'));
  } catch (error) {
    throw writeError(path, error);
  }
  return { path };
}

/**
 * Removes a LoRA of `<home>/loras` and the data sheet beside it. If it is a link, only the link is removed.
 *
 * @param name a name in `<home>/loras`, not a path
 * @throws ArtistError ERR_MODEL_NOT_FOUND with the nearest name; ERR_WRITE, ERR_READ, ERR_INVALID_ARGUMENT
 */
export async function removeLora(name: string, options: { home: string }): Promise<{ removed: string[]; bytes: number }> {
  const file = await resolveLora(name, { home: options.home, nameOnly: true });
  const { size } = await stat(file).catch(() => ({ size: 0 })); // a dangling link
  const sheet = await sheetOf(file);
  const removed = [file, ...(sheet === undefined ? [] : [sheet])];
  for (const path of removed)
    await unlink(path).catch((error: unknown) => {
      throw writeError(path, error);
    });
  return { removed, bytes: size };
}
