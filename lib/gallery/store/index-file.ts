import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readError, systemCode, writeError, writeFileAtomic } from '../../core/index.ts';
import { searchText, settingsMark } from '../search/search-text.ts';
import type { Sidecar } from './sidecar.ts';
import { Turns } from './turns.ts';

/**
 * The index is a log of lines; for each work or folder the last line counts, and a search runs directly over the bytes. It contains nothing that is
 * not in the sidecars, so it may be deleted at any time.
 *
 *   H <version> <id of this file>                      first line; a rewritten file has another id
 *   W <id> <mtime> <size> <rating> <flags> <search text>    a work and the state of its sidecar; all but the text of fixed width
 *   D <id>                                             the work is gone
 *   F <folder> <mtime>                                 the lines above describe all sidecars of this folder
 *
 * Times are nanoseconds. Fields are separated by tabs, which the search text does not contain.
 */
const headerForm = /^H\t5\t[0-9a-f]{16}\n$/;
const headerLength = 21;
const newHeader = (): string => `H\t5\t${randomBytes(8).toString('hex')}\n`;
/** Offsets of the fields of a W line, and the widths of the first. */
const at = { id: 2, mtime: 29, size: 50, rating: 63, flags: 65, text: 67 } as const;
const width = { id: 26, mtime: 20, size: 12 } as const;

/** Bits of the flags. They are stored as one character, `0` for none. */
export const workFlags = { star: 1, trashed: 2, damaged: 4, hidden: 8, pick: 16, reject: 32 } as const;

function flagsOf({ star, trashedAt, hidden, flag }: Sidecar): number {
  return (
    (star ? workFlags.star : 0) |
    (trashedAt === undefined ? 0 : workFlags.trashed) |
    (hidden ? workFlags.hidden : 0) |
    (flag === undefined ? 0 : workFlags[flag])
  );
}

/** State of a sidecar file: it differs whenever the content may have changed. */
export interface FileStamp {
  mtimeNs: bigint;
  size: bigint;
}

/** A sidecar as found on disk, for the index. */
export interface IndexedWork {
  id: string;
  stamp: FileStamp;
  /** undefined: damaged. */
  sidecar: Sidecar | undefined;
}

export function workLine({ id, stamp, sidecar }: IndexedWork): string {
  const flags = String.fromCharCode(zero + (sidecar ? flagsOf(sidecar) : workFlags.damaged));
  const text = sidecar ? searchText(sidecar) : '';
  const [mtime, size] = [String(stamp.mtimeNs).padStart(width.mtime, '0'), String(stamp.size).padStart(width.size, '0')];
  return `W\t${id}\t${mtime}\t${size}\t${sidecar?.rating ?? 0}\t${flags}\t${text}\n`;
}

export const goneLine = (id: string): string => `D\t${id}\n`;
export const folderLine = (folder: string, mtimeNs: bigint): string => `F\t${folder}\t${mtimeNs}\n`;

/** One work in memory: the position of its line, and the fields lists need. */
export interface Row {
  readonly id: string;
  /** Search text: bytes from..to of the log; free text ends at `mark`. */
  readonly from: number;
  readonly mark: number;
  readonly to: number;
  /** 0: none. */
  readonly rating: number;
  readonly flags: number;
  readonly lineStart: number;
}

const newline = 0x0a;
const tab = 0x09;
const zero = 0x30;
const settingsCode = settingsMark.charCodeAt(0);
const firstCapacity = 1 << 16;

const stampText = ({ ino, size, mtimeNs }: BigIntStats): string => `${ino}:${size}:${mtimeNs}`;

/** The log in memory. */
export class IndexLog {
  /** Bytes 0..length are the log. */
  bytes: Buffer<ArrayBuffer> = Buffer.alloc(firstCapacity);
  length = 0;
  readonly rows = new Map<string, Row>();
  readonly folders = new Map<string, bigint>();
  /** Number of lines replaced by later ones. */
  dead = 0;
  /** Counts changes, so that results computed from the rows can be cached. */
  generation = 0;
  /** State of the file when it was last read. */
  #stamp = '';
  #detached = false;
  /** Serialises reads: two at once would append the same bytes twice. */
  readonly #turns = new Turns();

  constructor(readonly path: string) {}

  /** Reads the lines written since the last call, by any process. A log of another format or a damaged one counts as empty. */
  refresh(): Promise<void> {
    return this.#turns.take(() => this.#refresh());
  }

  async #refresh(): Promise<void> {
    if (this.#detached) return;
    let handle: FileHandle;
    try {
      if (stampText(await stat(this.path, { bigint: true })) === this.#stamp) return;
      handle = await open(this.path, 'r');
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw readError(this.path, 'an index', error);
      this.#stamp = '';
      return this.#clear();
    }
    try {
      await this.#readFrom(handle);
    } catch (error) {
      throw readError(this.path, 'an index', error);
    } finally {
      await handle.close();
    }
  }

  /**
   * Continues after the known bytes if it is the same file. The id in the first line decides, because a system may reuse the inode number
   * of a removed file.
   */
  async #readFrom(handle: FileHandle): Promise<void> {
    const info = await handle.stat({ bigint: true });
    const size = Number(info.size);
    const first = await handle.read(Buffer.alloc(headerLength), 0, headerLength, 0);
    const known = this.bytes.subarray(0, Math.min(headerLength, this.length));
    if (size < this.length || !first.buffer.subarray(0, known.length).equals(known)) this.#clear();
    this.#reserve(size);
    let end = this.length;
    while (end < size) {
      const { bytesRead } = await handle.read(this.bytes, end, size - end, end);
      if (bytesRead === 0) break;
      end += bytesRead;
    }
    this.#take(end);
    this.#stamp = stampText(info);
  }

  /** Appends lines to the file and reads them. Only under the gallery's lock, after refresh(). */
  async append(lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.#turns.take(() => this.#append(lines));
  }

  async #append(lines: readonly string[]): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      const handle = await open(this.path, 'a');
      try {
        const { size } = await handle.stat({ bigint: true });
        if (Number(size) !== this.length) await handle.truncate(this.length); // a line that a killed writer left incomplete
        const text = this.length === 0 ? [newHeader(), ...lines] : lines;
        await handle.appendFile(text.join(''));
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw writeError(this.path, error);
    }
    await this.#refresh();
  }

  /** Adds lines in memory only, if the file cannot be written. From then on the file is not read again. */
  appendInMemory(lines: readonly string[]): Promise<void> {
    return this.#turns.take(async () => {
      this.#detached = true;
      const added = Buffer.from((this.length === 0 ? [newHeader(), ...lines] : lines).join(''));
      this.#reserve(this.length + added.length);
      added.copy(this.bytes, this.length);
      this.#take(this.length + added.length);
    });
  }

  /** Rewrites the log without replaced lines. */
  compact(): Promise<void> {
    return this.#turns.take(async () => {
      const parts: Buffer[] = [Buffer.from(newHeader())];
      for (const row of this.rows.values()) parts.push(this.bytes.subarray(row.lineStart, row.to + 1));
      for (const [folder, mtimeNs] of this.folders) parts.push(Buffer.from(folderLine(folder, mtimeNs)));
      await writeFileAtomic(this.path, Buffer.concat(parts));
      await this.#refresh();
    });
  }

  reset(): Promise<void> {
    return this.#turns.take(async () => {
      await writeFileAtomic(this.path, newHeader());
      await this.#refresh();
    });
  }

  #clear(): void {
    if (this.length > 0) this.generation++;
    this.length = 0;
    this.dead = 0;
    this.rows.clear();
    this.folders.clear();
  }

  #reserve(size: number): void {
    if (size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(size, Math.ceil(this.bytes.length * 1.5)));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  /** Reads the whole lines of bytes length..end. */
  #take(end: number): void {
    const { bytes } = this;
    let next = this.length;
    if (next === 0) {
      if (!headerForm.test(bytes.subarray(0, Math.min(end, headerLength)).toString('latin1'))) return; // another version, or no index: it is rebuilt
      next = headerLength;
    }
    while (next < end) {
      const stop = bytes.indexOf(newline, next);
      if (stop < 0 || stop >= end) break;
      this.#line(next, stop);
      next = stop + 1;
    }
    this.length = next;
    this.generation++;
  }

  #line(start: number, stop: number): void {
    const kind = this.bytes[start];
    if (kind === 0x57) this.#work(start, stop);
    else if (kind === 0x44) {
      if (this.rows.delete(this.bytes.toString('latin1', start + 2, stop))) this.dead++;
      this.dead++;
    } else if (kind === 0x46) {
      const [, folder = '', mtimeNs = ''] = this.bytes.toString('latin1', start, stop).split('\t');
      if (this.folders.has(folder)) this.dead++;
      if (/^\d+$/.test(mtimeNs)) this.folders.set(folder, BigInt(mtimeNs));
    }
  }

  #work(start: number, stop: number): void {
    const { bytes } = this;
    const from = start + at.text;
    if (from > stop || bytes[from - 1] !== tab || bytes[start + at.mtime - 1] !== tab) return; // damaged: a work without a line is read again
    const id = bytes.toString('latin1', start + at.id, start + at.id + width.id);
    const mark = bytes.indexOf(settingsCode, from);
    const rating = (bytes[start + at.rating] ?? zero) - zero;
    const flags = (bytes[start + at.flags] ?? zero) - zero;
    // Keeps the rows in the order of the bytes: a search walks both together.
    if (this.rows.delete(id)) this.dead++;
    this.rows.set(id, { id, from, mark: mark < 0 || mark > stop ? stop : mark, to: stop, rating, flags, lineStart: start });
  }

  /** The state of a work's sidecar when its line was written. */
  stampOf(id: string): FileStamp | undefined {
    const row = this.rows.get(id);
    if (!row) return undefined;
    const field = (name: 'mtime' | 'size'): string =>
      this.bytes.toString('latin1', row.lineStart + at[name], row.lineStart + at[name] + width[name]);
    const [mtimeNs, size] = [field('mtime'), field('size')];
    return /^\d+$/.test(mtimeNs) && /^\d+$/.test(size) ? { mtimeNs: BigInt(mtimeNs), size: BigInt(size) } : undefined;
  }
}

/** Text of a file; undefined if it is not there. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readError(path, 'a file', error);
  }
}
