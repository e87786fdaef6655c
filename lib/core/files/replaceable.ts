import type { Dirent, Stats } from 'node:fs';
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, parse, relative, resolve, sep } from 'node:path';
import { ArtistError, systemCode } from '../errors.ts';
import { homeOf } from '../home.ts';
import { writeError, writeFileAtomic } from './atomic-file.ts';
import { specialKind } from './plain-file.ts';

/** A file to be written. */
export interface FileWish {
  as: 'file';
  /** The caller asked for exactly this file to be replaced. */
  overwrite: boolean;
  /** It is a record of the home, such as config.yaml, and its owner writes it. */
  record?: boolean;
  /** How a file of this kind begins. Such a file, or an empty one, is replaced without asking. */
  begins?: RegExp;
  /** Files and folders that the work reads. The output must not replace them or a file in them. */
  inputs?: readonly string[];
  /** Its name in messages. Default: only the path. */
  name?: string;
}

/** A folder to be replaced as a whole. */
export interface FolderWish {
  as: 'folder';
  /** A file in it that marks it as made by this package. */
  mark: string;
  /** Whether a relative path, with slashes, is a file or folder that this package makes there. */
  isOurs: (path: string, kind: 'file' | 'folder') => boolean;
  /** Further folders to protect: the gallery of the call. */
  keep?: readonly string[];
  name?: string;
}

/** A path with its links followed, as far as it exists. */
interface Place {
  real: string;
  info: Stats | undefined;
}

const foldsCase = process.platform === 'win32' || process.platform === 'darwin';
const folded = (path: string): string => (foldsCase ? path.toLowerCase() : path).normalize('NFC');

async function placeOf(path: string): Promise<Place> {
  const full = resolve(path);
  try {
    const real = await realpath(full);
    return { real, info: await stat(real) };
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw writeError(path, error);
  }
  const link = await lstat(full).catch(() => undefined);
  if (link?.isSymbolicLink())
    throw new ArtistError('ERR_WRITE', `${path}: expected a place that can be written, got a link that leads nowhere. Remove it first`);
  const above = dirname(full);
  return { real: above === full ? full : join((await placeOf(above)).real, basename(full)), info: undefined };
}

/** Inodes also recognise the same file under another case, a bind mount or a second name. Some file systems have none. */
function isSame(a: Place, b: Place): boolean {
  if (folded(a.real) === folded(b.real)) return true;
  return a.info !== undefined && b.info !== undefined && a.info.ino !== 0 && a.info.ino === b.info.ino && a.info.dev === b.info.dev;
}

/** Whether `place` is `inner` or a folder above it. */
async function holds(place: Place, inner: string): Promise<boolean> {
  let at = await placeOf(inner);
  for (;;) {
    if (isSame(place, at)) return true;
    const above = dirname(at.real);
    if (above === at.real) return false;
    at = await placeOf(above);
  }
}

/**
 * Whether two paths are the same entry of the same folder. A hard link is another entry: a replacing rename leaves the other name's content
 * alone.
 */
async function isSameEntry(a: Place, b: Place): Promise<boolean> {
  if (folded(a.real) === folded(b.real)) return true;
  return folded(basename(a.real)) === folded(basename(b.real)) && isSame(await placeOf(dirname(a.real)), await placeOf(dirname(b.real)));
}

/** The first input that writing this file would change; undefined if there is none. */
async function inputAt(place: Place, inputs: readonly string[]): Promise<string | undefined> {
  for (const input of inputs) {
    const read = await placeOf(input).catch(() => undefined); // the later read reports why
    if (read === undefined) continue;
    const isIn = read.info?.isDirectory() && place.info !== undefined && (await holds(read, dirname(place.real)));
    if (isIn || (await isSameEntry(place, read))) return input;
  }
  return undefined;
}

function currentFolder(): string[] {
  try {
    return [process.cwd()];
  } catch {
    return []; // removed in the meantime
  }
}

/** [folder, what it is] */
function keptFolders(keep: readonly string[]): [string, string][] {
  const home = homeOf();
  return [
    [home.gallery, 'the gallery'],
    ...keep.map((folder): [string, string] => [folder, 'the gallery']),
    [home.folder, 'the home of ai-artist'],
    ...currentFolder().map((folder): [string, string] => [folder, 'the current folder']),
    ...[homedir(), process.env['HOME'] ?? ''].filter(Boolean).map((folder): [string, string] => [folder, 'your home folder']),
    [parse(resolve('.')).root, 'the root of the file system'],
  ];
}

/**
 * Decides whether a path may be overwritten. Everything that writes to a path chosen by the caller asks this function before any work.
 *
 * A file is replaced only if the caller asked for it, and never if it is an input of the work or a record: a work of a gallery, the state
 * or the configuration of the home. Pipes, sockets and devices are never written to or replaced. A folder is replaced only if it has `mark`
 * and contains only what is made there, and never if it is or contains the home, a gallery, the current folder, the user's folder or a
 * mount point. Links are followed.
 *
 * @returns the path with its links followed
 * @throws ArtistError ERR_ALREADY_EXISTS, ERR_INVALID_ARGUMENT: it must not be replaced; ERR_WRITE: it cannot be written
 */
export async function checkReplaceable(path: string, wish: FileWish | FolderWish): Promise<string> {
  const place = await placeOf(path);
  const shown = wish.name === undefined ? path : `${wish.name}: ${path}`;
  await (wish.as === 'file' ? checkFile(place, shown, wish) : checkFolder(place, shown, wish));
  return place.real;
}

/**
 * Writes a file to a path chosen by the caller, with writeFileAtomic(), if checkReplaceable() allows it.
 *
 * @throws ArtistError every error of checkReplaceable() and writeFileAtomic()
 */
export async function writeOutput(path: string, bytes: Uint8Array | string, wish: Omit<FileWish, 'as'>): Promise<void> {
  await checkReplaceable(path, { ...wish, as: 'file' });
  await writeFileAtomic(path, bytes, { overwrite: wish.overwrite || wish.begins !== undefined });
}

async function checkFile(place: Place, shown: string, { overwrite, record = false, begins, inputs = [] }: FileWish): Promise<void> {
  const { real, info } = place;
  if (info?.isDirectory()) throw new ArtistError('ERR_WRITE', `${shown}: expected the path of a file, got a directory. Add a file name`);
  const special = info && specialKind(info);
  if (special !== undefined)
    throw new ArtistError('ERR_WRITE', `${shown}: expected a file or nothing there, got ${special}. Choose another name`);
  if (!record) {
    const kept = await recordAt(real, info !== undefined);
    if (kept !== undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `${shown}: expected a place outside ${kept}. Choose another name`);
  }
  if (info?.isFile() && !overwrite && !begins?.test(await beginningOf(real)))
    throw new ArtistError(
      'ERR_ALREADY_EXISTS',
      `${shown}: expected no file there, got an existing one. Choose another name or pass overwrite: true`,
    );
  const input = await inputAt(place, inputs);
  if (input !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${shown}: expected another file than the input, got ${input}. Choose another name`);
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw writeError(file, error);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The records a file would be part of; undefined if none. */
async function recordAt(real: string, exists: boolean): Promise<string | undefined> {
  const folder = dirname(real);
  const home = homeOf();
  for (const [name, records] of Object.entries({ gallery: home.gallery, state: home.stateFolder })) {
    const place = await placeOf(records);
    if (place.info !== undefined && (await holds(place, folder))) return `the ${name} of ai-artist (${place.real})`;
  }
  const [at, ofHome] = [await placeOf(folder), await placeOf(home.folder)];
  const record = exists ? /\.(ya?ml|jsonl?)$/i : /^(config\.(ya?ml|schema\.json)|(curation|taste|duels)\.json)$/i;
  if (isSame(at, ofHome) && record.test(basename(real))) return `the records of ai-artist (${ofHome.real})`;
  // Any other gallery is recognised by a picture with its sidecar beside it, under the same ULID.
  const work = /^([0-7][0-9A-HJKMNP-TV-Z]{25})\./i.exec(basename(real))?.[1];
  if (work === undefined || !/^\d{4}$/.test(basename(dirname(folder)))) return undefined;
  const inGallery = await lstat(join(folder, `${work}.json`)).catch(() => undefined);
  return inGallery === undefined ? undefined : `a gallery (${dirname(dirname(folder))})`;
}

async function checkFolder(place: Place, shown: string, { mark, isOurs, keep = [] }: FolderWish): Promise<void> {
  const { real, info } = place;
  const kept = keptFolders(keep);
  let got: string | undefined;
  for (const [folder, what] of kept) if (isSame(place, await placeOf(folder))) got ??= what;
  for (const [folder, what] of kept) if (got === undefined && (await holds(place, folder))) got = `a folder above ${what}`;
  if (got !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${shown}: expected a folder of its own, got ${got}. Name a new folder in it`);
  for (const records of [...keep, homeOf().gallery, homeOf().stateFolder])
    if (await holds(await placeOf(records), real))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `${shown}: expected a folder outside ${records}, which holds records. Choose another`);
  if (info === undefined) return;
  const special = specialKind(info);
  if (special !== undefined)
    throw new ArtistError('ERR_WRITE', `${shown}: expected a folder or nothing there, got ${special}. Choose another name`);
  if (!info.isDirectory()) throw writeError(shown, Object.assign(new Error('it is a file'), { code: 'ENOTDIR' }));
  if ((await placeOf(dirname(real))).info?.dev !== info.dev)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${shown}: expected a folder of its own, got a mount point. Name a new folder in it`);
  const foreign = await foreignIn(real, isOurs);
  if (foreign.length === 0) {
    const names = await readdir(real);
    if (names.length === 0 || names.includes(mark)) return;
    foreign.push(...names);
  }
  const some = foreign.slice(0, 3).join(', ');
  throw new ArtistError(
    'ERR_ALREADY_EXISTS',
    `${shown}: expected no folder, an empty one or one that was made here, got one with other files in it (${some}${foreign.length > 3 ? ' …' : ''}). They stay: move them away, or choose another folder`,
  );
}

/** The first few paths that are not ours. */
async function foreignIn(folder: string, isOurs: FolderWish['isOurs']): Promise<string[]> {
  const foreign: string[] = [];
  await eachEntry(folder, (path, entry) => {
    const ours = (entry.isFile() && isOurs(path, 'file')) || (entry.isDirectory() && isOurs(path, 'folder'));
    if (!ours) foreign.push(path);
    return ours && foreign.length <= 3;
  });
  return foreign;
}

/** Calls `enter` for everything below a folder, without following links; a folder is entered if the call returns true. */
async function eachEntry(root: string, enter: (path: string, entry: Dirent) => boolean): Promise<void> {
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      throw writeError(root, error);
    });
    for (const entry of entries) {
      const full = join(folder, entry.name);
      if (enter(relative(root, full).split(sep).join('/'), entry) && entry.isDirectory()) folders.push(full);
    }
  }
}

/** Our files and folders below a folder, each folder before its content. */
export async function ownEntries(folder: string, isOurs: FolderWish['isOurs']): Promise<{ path: string; kind: 'file' | 'folder' }[]> {
  const found: { path: string; kind: 'file' | 'folder' }[] = [];
  await eachEntry(folder, (path, entry) => {
    const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : undefined;
    if (kind === undefined || !isOurs(path, kind)) return false;
    found.push({ path: join(folder, path), kind });
    return true;
  });
  return found;
}
