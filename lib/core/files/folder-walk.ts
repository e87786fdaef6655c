import { constants, type Dirent } from 'node:fs';
import { access, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { ArtistError, systemCode } from '../errors.ts';
import { foreignPlace } from './foreign-places.ts';

/** A folder with its files. */
export interface WalkedFolder {
  /** Absolute path. */
  readonly folder: string;
  /** Names of the files in it, sorted. */
  readonly names: readonly string[];
}

/**
 * Why something was skipped: it is `foreign` (see foreignPlace()), a `link-out` of the folder, a `link-in` to a folder that is read at its
 * real place, a `broken-link`, `special` (a pipe, a socket, a device), `unreadable`, `too-deep`, or excluded by the caller.
 */
export type PassedKind = 'foreign' | 'link-out' | 'link-in' | 'broken-link' | 'special' | 'unreadable' | 'too-deep' | 'left-out';

export interface PassedOver {
  /** Absolute path. */
  readonly path: string;
  /** Path below the root, with slashes. */
  readonly name: string;
  readonly kind: PassedKind;
  /** A description: "a bin", "a link to /elsewhere, out of this folder". */
  readonly reason: string;
}

export interface FolderWalk {
  /** Absolute path. */
  readonly root: string;
  /** The root, then every folder below it, a folder before its content. */
  readonly folders: readonly WalkedFolder[];
  readonly passed: readonly PassedOver[];
}

export interface FolderWalkOptions {
  signal?: AbortSignal | undefined;
  /** Take files that a link leads to outside the folder. Default false: they are skipped. Links to folders are never followed. */
  linkedFiles?: boolean | undefined;
  /** Maximum depth of nested folders. Default 32; deeper folders are skipped. */
  maxDepth?: number | undefined;
  /** What the root is expected to be, for messages. Default "a folder that can be read". */
  expected?: string | undefined;
  /** Files and folders in all. Default 1,000,000; more is an error. */
  maxEntries?: number | undefined;
  /** Returns why a folder below the root is skipped with its content, or undefined to read it. `names` is its content. */
  leaveOut?: ((folder: string, names: readonly string[]) => string | undefined) | undefined;
}

/**
 * Lists every file below a folder. Each real folder is read once: links to folders are reported and not followed, since their target is
 * either read at its real place or lies outside. Places of other programs are skipped, and an unreadable folder does not stop the walk.
 *
 * @throws ArtistError ERR_READ: `root` cannot be read as a folder, or holds more than `maxEntries`; `signal.reason` when aborted
 */
export async function walkFolder(root: string, options: FolderWalkOptions = {}): Promise<FolderWalk> {
  options.signal?.throwIfAborted();
  const path = resolve(root);
  const real = await realpath(path).catch((error: unknown) => {
    throw rootError(path, error, options.expected);
  });
  return await new Walk(path, real, options).read();
}

function rootError(root: string, error: unknown, expected = 'a folder that can be read'): ArtistError {
  const code = systemCode(error);
  const got =
    code === 'ENOENT'
      ? 'nothing there. Check the path'
      : code === 'ENOTDIR'
        ? 'a file'
        : code === 'EACCES' || code === 'EPERM'
          ? `no permission to read it (${code})`
          : code === 'ELOOP'
            ? 'a link that leads to itself'
            : (code ?? String(error));
  return new ArtistError('ERR_READ', `${root}: expected ${expected}, got ${got}`, { cause: error });
}

class Walk {
  readonly #root: string;
  /** The root without links. */
  readonly #real: string;
  readonly #options: FolderWalkOptions;
  readonly #folders: WalkedFolder[] = [];
  readonly #passed: PassedOver[] = [];
  /** Device and number of each folder: a folder mounted inside itself appears again under another path. */
  readonly #seen = new Set<string>();
  #entries = 0;

  constructor(root: string, real: string, options: FolderWalkOptions) {
    this.#root = root;
    this.#real = real;
    this.#options = options;
  }

  async read(): Promise<FolderWalk> {
    const { maxDepth = 32 } = this.#options;
    // A stack keeps the order of a recursive walk.
    const waiting = [{ folder: this.#root, depth: 0 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { folder, depth } = next;
      if (depth > maxDepth) this.#pass(folder, 'too-deep', `more than ${maxDepth} folders inside each other`);
      else waiting.push(...(await this.#readFolder(folder)).map((below) => ({ folder: below, depth: depth + 1 })).reverse());
    }
    return { root: this.#root, folders: this.#folders, passed: this.#passed };
  }

  /** Takes the files of a folder and returns the folders in it. */
  async #readFolder(folder: string): Promise<string[]> {
    this.#options.signal?.throwIfAborted();
    const entries = await this.#entriesOf(folder);
    if (entries === undefined) return [];
    const leaveOut = folder === this.#root ? undefined : this.#options.leaveOut;
    const reason = leaveOut?.(
      folder,
      entries.map(({ name }) => name),
    );
    if (reason !== undefined) {
      this.#pass(folder, 'left-out', reason);
      return [];
    }
    const names: string[] = [];
    const below: string[] = [];
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      const foreign = foreignPlace(entry.name);
      if (foreign !== undefined) this.#pass(path, 'foreign', foreign);
      else if (entry.isFile()) names.push(entry.name);
      else if (entry.isDirectory()) below.push(path);
      else if (!entry.isSymbolicLink()) this.#pass(path, 'special', 'no file, but a pipe, a socket or a device');
      else if (await this.#isLinkedFile(path)) names.push(entry.name);
    }
    this.#folders.push({ folder, names });
    return below;
  }

  async #entriesOf(folder: string): Promise<Dirent[] | undefined> {
    let entries: Dirent[];
    try {
      const { dev, ino } = await stat(folder, { bigint: true });
      if (ino !== 0n && this.#seen.has(`${dev}:${ino}`)) {
        this.#pass(folder, 'link-in', 'a folder that was read already under another name');
        return undefined;
      }
      this.#seen.add(`${dev}:${ino}`);
      entries = await readdir(folder, { withFileTypes: true });
      // A folder with permission to list but not to enter gives names that cannot be opened.
      if (process.platform !== 'win32') await access(folder, constants.X_OK);
    } catch (error) {
      if (folder === this.#root) throw rootError(folder, error, this.#options.expected);
      const code = systemCode(error);
      const why = code === 'EACCES' || code === 'EPERM' ? 'no permission to read it' : 'cannot be read';
      this.#pass(folder, 'unreadable', `${why} (${code ?? String(error)})`);
      return undefined;
    }
    const { maxEntries = 1_000_000 } = this.#options;
    this.#entries += entries.length;
    if (this.#entries > maxEntries)
      throw new ArtistError(
        'ERR_READ',
        `${this.#root}: expected at most ${maxEntries} files and folders, got more. Name a folder further down`,
      );
    return entries;
  }

  /** Whether a link leads to a file that is taken; otherwise reports the link. */
  async #isLinkedFile(path: string): Promise<boolean> {
    this.#options.signal?.throwIfAborted();
    let target: string;
    let kind: 'file' | 'folder' | 'special';
    try {
      target = await realpath(path);
      const info = await stat(target);
      kind = info.isFile() ? 'file' : info.isDirectory() ? 'folder' : 'special';
    } catch (error) {
      this.#pass(path, 'broken-link', `a link that leads nowhere (${systemCode(error) ?? String(error)})`);
      return false;
    }
    const inside = target === this.#real || target.startsWith(this.#real.endsWith(sep) ? this.#real : this.#real + sep);
    if (kind === 'special') this.#pass(path, 'special', 'a link to a pipe, a socket or a device');
    else if (kind === 'folder' && inside) this.#pass(path, 'link-in', `a link to ${target}, which is read at its own place`);
    else if (!inside && !(kind === 'file' && this.#options.linkedFiles === true))
      this.#pass(path, 'link-out', `a link to ${target}, out of this folder`);
    else return true;
    return false;
  }

  #pass(path: string, kind: PassedKind, reason: string): void {
    this.#passed.push({ path, name: relative(this.#root, path).split(sep).join('/'), kind, reason });
  }
}
