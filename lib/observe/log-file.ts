import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, systemClock, systemCode, writeError } from '../core/index.ts';
import type { LogEntry, LogLevel, LogSink } from './entry.ts';
import { jsonLine } from './json-line.ts';

export interface LogFileOptions {
  folder: string;
  /** Name of the writer; its files are `<name>-2026-11-26.jsonl`, `<name>-2026-11-26.1.jsonl` … Several processes may share a name. */
  name: string;
  /** Default info. */
  level?: LogLevel;
  /** Largest size of a file, bytes; then the next file begins. Default 10 000 000. */
  maxBytes?: number;
  /** Days after which files of this name are removed. Default 30; 0: never. */
  keepDays?: number;
  /** Most files of this name to keep. Default 20. */
  keepFiles?: number;
  /** Called once when lines cannot be written, and with undefined when they can again. */
  onTrouble?: (error: Error | undefined) => void;
  clock?: Clock;
}

const dayMs = 86_400_000;
/** Time between attempts while writing fails. */
const retryMs = 30_000;
/** Time between checks whether the file was moved or removed. */
const lookMs = 5_000;

interface Open {
  descriptor: number;
  path: string;
  day: string;
  bytes: number;
  inode: bigint;
  lookedAt: number;
}

/** 2026-11-26, in UTC. */
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/**
 * Writes JSON lines to files; a new file begins each day and when one is full. When write() returns, the system has the line, so a killed
 * process loses none. Never throws: a full disk only costs lines, and their number is logged.
 */
export class LogFile implements LogSink {
  readonly level: LogLevel;
  readonly #options: Required<Omit<LogFileOptions, 'level' | 'onTrouble'>>;
  readonly #onTrouble: (error: Error | undefined) => void;
  #open: Open | undefined;
  #trouble: { since: number; lost: number; triedAt: number } | undefined;
  /** The last write was incomplete. */
  #torn = false;

  constructor({ level = 'info', onTrouble = () => undefined, ...options }: LogFileOptions) {
    this.level = level;
    this.#onTrouble = onTrouble;
    this.#options = { maxBytes: 10_000_000, keepDays: 30, keepFiles: 20, clock: systemClock, ...options };
  }

  /** The open file; undefined before the first line and while writing fails. */
  get path(): string | undefined {
    return this.#open?.path;
  }

  write(entry: LogEntry): void {
    const now = this.#options.clock.now();
    const trouble = this.#trouble;
    if (trouble && now >= trouble.triedAt && now - trouble.triedAt < retryMs) {
      trouble.lost++;
      return;
    }
    try {
      if (trouble) {
        const since = new Date(trouble.since).toISOString();
        const values = [`${trouble.lost} lines since ${since} could not be written and are lost`];
        this.#put(`${jsonLine({ time: now, type: 'warn', tag: 'log', values, scope: {} })}\n`, now);
      }
      this.#put(`${jsonLine(entry)}\n`, now);
      if (trouble) {
        this.#trouble = undefined;
        this.#onTrouble(undefined);
      }
    } catch (error) {
      this.#shut();
      this.#trouble = { since: trouble?.since ?? now, lost: (trouble?.lost ?? 0) + 1, triedAt: now };
      if (!trouble)
        this.#onTrouble(systemCode(error) === undefined && error instanceof Error ? error : writeError(this.#options.folder, error));
    }
  }

  close(): void {
    this.#shut();
  }

  #shut(): void {
    const descriptor = this.#open?.descriptor;
    this.#open = undefined;
    if (descriptor === undefined) return;
    try {
      closeSync(descriptor);
    } catch {
      // A network drive may report a failed write only now; the next line tries again and reports it.
    }
  }

  #put(line: string, now: number): void {
    const bytes = Buffer.from(this.#torn ? `\n${line}` : line);
    const open = this.#fileFor(bytes.length, now);
    for (let written = 0; written < bytes.length; ) {
      this.#torn = written > 0;
      written += writeSync(open.descriptor, bytes, written);
    }
    this.#torn = false;
    open.bytes += bytes.length;
  }

  #fileFor(bytes: number, now: number): Open {
    const { maxBytes } = this.#options;
    const day = dayOf(now);
    const open = this.#open;
    if (open && open.day === day && open.bytes + bytes <= maxBytes && this.#isStillThere(open, now)) return open;
    this.#shut();
    const fresh = this.#openFile(day, bytes, now);
    this.#open = fresh;
    this.#removeOld(now);
    return fresh;
  }

  #isStillThere(open: Open, now: number): boolean {
    if (Math.abs(now - open.lookedAt) < lookMs) return true;
    open.lookedAt = now;
    const found = statSync(open.path, { bigint: true, throwIfNoEntry: false });
    if (found?.ino !== open.inode) return false;
    // Other processes may write to it too.
    open.bytes = Number(found.size);
    return true;
  }

  #openFile(day: string, bytes: number, now: number): Open {
    const { folder, name, maxBytes } = this.#options;
    mkdirSync(folder, { recursive: true });
    let index = Math.max(0, ...this.#files().flatMap((file) => (file.day === day ? [file.index] : [])));
    for (;;) {
      const path = join(folder, `${name}-${day}${index === 0 ? '' : `.${index}`}.jsonl`);
      const descriptor = openSync(path, 'a', 0o640);
      const { size, ino } = fstatSync(descriptor, { bigint: true });
      if (size === 0n || Number(size) + bytes <= maxBytes) return { descriptor, path, day, bytes: Number(size), inode: ino, lookedAt: now };
      closeSync(descriptor);
      index++;
    }
  }

  #files(): { file: string; day: string; index: number }[] {
    const { folder, name } = this.#options;
    return readdirSync(folder).flatMap((file) => {
      if (!file.startsWith(`${name}-`)) return [];
      const [, day, index = '0'] = /^(\d{4}-\d\d-\d\d)(?:\.(\d+))?\.jsonl$/.exec(file.slice(name.length + 1)) ?? [];
      return day === undefined ? [] : [{ file, day, index: Number(index) }];
    });
  }

  #removeOld(now: number): void {
    const { folder, keepDays, keepFiles } = this.#options;
    const files = this.#files().sort((a, b) => (a.day === b.day ? b.index - a.index : a.day < b.day ? 1 : -1));
    const oldest = keepDays === 0 ? '' : dayOf(now - keepDays * dayMs);
    for (const [place, { file, day }] of files.entries()) {
      if (place < keepFiles && day >= oldest) continue;
      try {
        unlinkSync(join(folder, file));
      } catch {
        // Another process was faster, or we lack permission. The next new file tries again.
      }
    }
  }
}
