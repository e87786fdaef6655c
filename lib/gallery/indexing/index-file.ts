import type { BigIntStats } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as breath } from 'node:timers/promises';
import { readError, systemCode, writeError, writeFileAtomic } from '../../core/index.ts';
import { folderLine, headerForm, headerLength, indexVersion, newHeader } from './index-lines.ts';
import { IndexRows, type Row, type SharedBytes } from './index-rows.ts';
import { Turns } from './turns.ts';

/** So many replaced lines are left in a log, or as many as it has works. */
const mostDead = 1000;
/** Lines copied between two breaths. */
const linesAtOnce = 5000;
/** After so long, an index that could not be written is tried again. */
const retryMs = 30_000;

const stampText = ({ ino, size, mtimeNs }: BigIntStats): string => `${ino}:${size}:${mtimeNs}`;

/** The index log of a gallery: the file, and its rows in memory. */
export class IndexLog {
  /** Replaced by another object when the file is another. */
  content = new IndexRows();
  /** The file is gone, truncated or of another version, but its rows are still in memory: compact() writes it again. */
  isLost = false;
  /** State of the file when it was last read. */
  #stamp = '';
  /** Since when the rows are in memory only, because the file cannot be written; milliseconds of performance.now(). */
  #detached: number | undefined;
  /** Serialises reads: two at once would append the same bytes twice. */
  readonly #turns = new Turns();

  /** @param onLost told what the index was when it could not be used: "gone" */
  constructor(
    readonly path: string,
    readonly onLost: (what: string) => void = () => undefined,
  ) {}

  get rows(): ReadonlyMap<string, Row> {
    return this.content.rows;
  }

  get folders(): ReadonlyMap<string, bigint> {
    return this.content.folders;
  }

  /** Whether most lines of the file are replaced by later ones. */
  get isWasteful(): boolean {
    const { dead, rows } = this.content;
    return this.#detached === undefined && dead > mostDead && dead > rows.size;
  }

  /** Reads the lines written since the last call, by any process. A log of another format or a damaged one counts as empty. */
  refresh(): Promise<void> {
    return this.#turns.take(() => this.#refresh());
  }

  async #refresh(): Promise<void> {
    if (this.#detached !== undefined) return;
    let handle: FileHandle;
    try {
      if (stampText(await stat(this.path, { bigint: true })) === this.#stamp) return;
      handle = await open(this.path, 'r');
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw readError(this.path, 'an index', error);
      this.#stamp = '';
      if (this.content.length > 0) this.#lose('gone');
      return;
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
    const { buffer: header } = await handle.read(Buffer.alloc(headerLength), 0, headerLength, 0);
    const { content } = this;
    const isSame = content.length > 0 && header.equals(content.bytes.subarray(0, headerLength));
    this.#stamp = stampText(info);
    if (!headerForm.test(header.toString('latin1'))) return this.#lose(kindOf(header, size));
    if (isSame && size < content.length) return this.#lose('cut short');
    this.isLost = false;
    // Another file is read beside the present rows, which readers use until it is whole.
    const read = isSame || content.length === 0 ? content : new IndexRows(size);
    const wasDamaged = read.isDamaged;
    await readInto(read, handle, size);
    if (read.isDamaged && !wasDamaged) this.onLost('damaged');
    this.content = read;
  }

  #lose(what: string | undefined): void {
    if (!this.isLost && what !== undefined) this.onLost(what);
    this.isLost = this.content.length > 0;
  }

  /** Appends lines to the file and reads them. Only under the gallery's lock, after refresh(). */
  async append(lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.#turns.take(() => this.#append(lines));
  }

  async #append(lines: readonly string[]): Promise<void> {
    if (this.#detached !== undefined && performance.now() - this.#detached < retryMs) return this.content.add(lines);
    if (this.#detached !== undefined || this.isLost) await this.#compact();
    const known = this.content.length;
    try {
      await mkdir(dirname(this.path), { recursive: true });
      const handle = await open(this.path, 'a');
      try {
        const { size } = await handle.stat({ bigint: true });
        if (Number(size) !== known) await handle.truncate(known); // a line that a killed writer left incomplete
        const text = known === 0 ? [newHeader(), ...lines] : lines;
        await handle.appendFile(text.join(''));
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw writeError(this.path, error);
    }
    await this.#refresh();
  }

  /** Adds lines in memory only, if the file cannot be written. From then on the file is not read again until it can be written. */
  appendInMemory(lines: readonly string[]): Promise<void> {
    return this.#turns.take(async () => {
      this.#detached = performance.now();
      this.content.add(this.content.length === 0 ? [newHeader(), ...lines] : lines);
    });
  }

  /** Rewrites the log without replaced lines. */
  compact(): Promise<void> {
    return this.#turns.take(() => this.#compact());
  }

  async #compact(): Promise<void> {
    const { bytes, rows, folders } = this.content;
    const byId = [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1)); // quick to sort again
    const parts: Uint8Array[] = [Buffer.from(newHeader())];
    for (const [at, row] of byId.entries()) {
      parts.push(bytes.subarray(row.lineStart, row.to + 1));
      if (at % linesAtOnce === linesAtOnce - 1) await breath();
    }
    for (const [folder, mtimeNs] of folders) parts.push(Buffer.from(folderLine(folder, mtimeNs)));
    await this.#write(Buffer.concat(parts));
  }

  /** Puts other rows in place of those of the file. Only under the gallery's lock. */
  replace(content: IndexRows): Promise<void> {
    return this.#turns.take(() => this.#write(Buffer.from(content.bytes.subarray(0, content.length))));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await writeFileAtomic(this.path, bytes);
    this.#detached = undefined;
    await this.#refresh();
  }
}

/** What a file is that is no index of this version; undefined: one of an older version, which is made anew without a word. */
function kindOf(header: Buffer, size: number): string | undefined {
  const [, version] = /^H\t(\d{1,4})\t/.exec(header.toString('latin1')) ?? [];
  if (version === undefined) return size === 0 ? 'empty' : 'no index';
  return Number(version) < indexVersion ? undefined : `of version ${version}, which a newer program wrote`;
}

async function readInto(content: IndexRows, handle: FileHandle, size: number): Promise<void> {
  content.reserve(size);
  const bytes: SharedBytes = content.bytes;
  let end = content.length;
  while (end < size) {
    const { bytesRead } = await handle.read(bytes, end, size - end, end);
    if (bytesRead === 0) break;
    end += bytesRead;
  }
  await content.takeInPieces(end);
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
