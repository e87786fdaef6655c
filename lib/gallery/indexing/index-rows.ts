import { settingsMark } from '../search/search-text.ts';
import { at, type FileStamp, headerForm, headerLength, width } from './index-lines.ts';

/** One work in memory: the position of its line, and the fields lists need. A changed work gets another object. */
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

/** What one line changed. */
export interface RowChange {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** Bytes of an index: shared memory, so that a search thread reads them without a copy. */
export type SharedBytes = Buffer<SharedArrayBuffer>;

const newline = 0x0a;
const tab = 0x09;
const zero = 0x30;
const settingsCode = settingsMark.charCodeAt(0);
const firstCapacity = 1 << 16;
/** Changes that are remembered, so that lists can follow them instead of being made again. */
const longestJournal = 4096;
/** Lines read between two looks at the clock. */
const linesAtOnce = 500;

/**
 * The rows of one index log. Bytes 0..length never change, they only grow: another log gets another object, so that readers of the old one
 * are not disturbed.
 */
export class IndexRows {
  bytes: SharedBytes;
  length = 0;
  readonly rows = new Map<string, Row>();
  readonly folders = new Map<string, bigint>();
  /** A line is none that this version writes, so works may be missing here although their folders count as read. */
  isDamaged = false;
  /** Number of lines replaced by later ones. */
  dead = 0;
  /** Number of changes so far. */
  changed = 0;
  readonly #journal: RowChange[] = [];

  constructor(capacity = firstCapacity) {
    this.bytes = Buffer.from(new SharedArrayBuffer(capacity));
  }

  /** The changes after the first `seen`; undefined: there are too many, so read all rows again. */
  changesSince(seen: number): readonly RowChange[] | undefined {
    const count = this.changed - seen;
    if (count > this.#journal.length) return undefined;
    return count === 0 ? [] : this.#journal.slice(-count);
  }

  reserve(size: number): void {
    if (size <= this.bytes.length) return;
    const larger = Buffer.from(new SharedArrayBuffer(Math.max(size, Math.ceil(this.bytes.length * 1.5))));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  /** Adds lines to the bytes and reads them. */
  add(lines: readonly string[]): void {
    const added = Buffer.from(lines.join(''));
    this.reserve(this.length + added.length);
    added.copy(this.bytes, this.length);
    this.take(this.length + added.length);
  }

  /** Reads the whole lines of bytes length..end. */
  take(end: number): void {
    while (this.#takeSome(end, Number.POSITIVE_INFINITY));
  }

  /** As take(), with pauses: a hundred thousand lines would stop the event loop for a tenth of a second. */
  async takeInPieces(end: number): Promise<void> {
    while (this.#takeSome(end, linesAtOnce)) await new Promise((done) => setImmediate(done));
  }

  /** Reads up to `most` lines. @returns whether there are more */
  #takeSome(end: number, most: number): boolean {
    const { bytes } = this;
    let next = this.length;
    if (next === 0) {
      if (!headerForm.test(bytes.toString('latin1', 0, Math.min(end, headerLength)))) return false; // another version, or no index
      next = headerLength;
    }
    let stop = -1;
    for (let lines = 0; lines < most && next < end; lines++) {
      stop = bytes.indexOf(newline, next);
      if (stop < 0 || stop >= end) break;
      this.#line(next, stop);
      next = stop + 1;
    }
    this.length = next;
    return next < end && stop >= 0 && stop < end;
  }

  #line(start: number, stop: number): void {
    const kind = this.bytes[start];
    if (kind === 0x57) this.#work(start, stop);
    else if (kind === 0x44) {
      const id = this.bytes.toString('latin1', start + 2, stop);
      const before = this.rows.get(id);
      if (before) {
        this.rows.delete(id);
        this.dead++;
        this.#note({ before, after: undefined });
      }
      this.dead++;
    } else if (kind === 0x46) {
      const [, folder = '', mtimeNs = ''] = this.bytes.toString('latin1', start, stop).split('\t');
      if (this.folders.has(folder)) this.dead++;
      if (/^\d+$/.test(mtimeNs)) this.folders.set(folder, BigInt(mtimeNs));
      else this.isDamaged = true;
    } else this.isDamaged = true;
  }

  #work(start: number, stop: number): void {
    const { bytes } = this;
    const from = start + at.text;
    const isWhole = from <= stop && bytes[from - 1] === tab && bytes[start + at.mtime - 1] === tab;
    // The text has neither tabs nor zeros: the end of the line was lost, and another line follows in it, or a hole in the file.
    const text = bytes.subarray(from, Math.max(from, stop));
    if (!isWhole || text.includes(tab) || text.includes(0)) {
      this.isDamaged = true;
      return;
    }
    const id = bytes.toString('latin1', start + at.id, start + at.id + width.id);
    const mark = bytes.indexOf(settingsCode, from);
    const rating = (bytes[start + at.rating] ?? zero) - zero;
    const flags = (bytes[start + at.flags] ?? zero) - zero;
    const before = this.rows.get(id);
    // Keeps the rows in the order of the bytes: a search walks both together.
    if (before) {
      this.rows.delete(id);
      this.dead++;
    }
    const after: Row = { id, from, mark: mark < 0 || mark > stop ? stop : mark, to: stop, rating, flags, lineStart: start };
    this.rows.set(id, after);
    this.#note({ before, after });
  }

  #note(change: RowChange): void {
    this.changed++;
    this.#journal.push(change);
    if (this.#journal.length > 2 * longestJournal) this.#journal.splice(0, longestJournal);
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
