import { link, rename, stat, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Adapter } from 'lowdb';
import * as z from 'zod';
import { type Clock, systemClock } from '../clock.ts';
import { ArtistError, systemCode } from '../errors.ts';
import { renameOver, writeError, writeFileAtomic } from './atomic-file.ts';
import { withLock } from './lock.ts';
import { readPlainFile } from './plain-file.ts';
import { privateMode } from './private-folder.ts';
import { readError } from './read-error.ts';

/** What a kind of state file contains, and how older versions are migrated. */
export interface StateDefinition<T> {
  /** Name of the kind, stored in the file: "schedule". */
  kind: string;
  /** Increased by each change that an older program would misread. From 1. */
  version: number;
  schema: z.ZodType<T>;
  /** The data of a file that does not exist yet. May throw if such a file is an error. */
  initial: () => T;
  /** `migrations[n]` turns the data of version n into that of n + 1. One for each version before this one. */
  migrations?: Readonly<Record<number, (data: unknown) => unknown>>;
  /**
   * Lists of records in the data, by field. A record that does not fit is removed and the rest is used. If `broken` returns something for
   * it, that is kept in the field `into`.
   */
  lists?: Readonly<Record<string, { into?: string; keep?: (record: unknown, reason: string) => unknown }>>;
  /**
   * Who may read a new file. `owner`: nobody else, and a folder that is made for it is closed to others too, because most records have prompts or secrets.
   * `file`: nobody else, but the folder is as the process's umask says. `umask`: file and folder. Default `owner`.
   */
  access?: 'owner' | 'file' | 'umask';
}

/** How a damaged state file was repaired. */
export interface StateRepair {
  path: string;
  /** Why it could not be used. */
  reason: string;
  /** Where the damaged file is now. */
  setAside: string;
  /** backup: the state before the last change. initial: there was no usable backup, it starts anew. rest: all but the records that were damaged. */
  restored: 'backup' | 'initial' | 'rest';
}

export interface StateOptions {
  clock?: Clock;
  /** Called for every repair. Default: a warning of the process (`process.on('warning')`, else stderr). */
  onRepair?: (repair: StateRepair) => void;
  /** How long to wait for another process that changes the file, milliseconds. Default 10 000. */
  waitMs?: number;
}

const envelopeSchema = z.strictObject({ kind: z.string(), version: z.int().min(1), data: z.unknown() });

/** The file cannot be used as it is; the message says why. */
class Damaged extends Error {
  /** The data without the records that do not fit; undefined if none is usable. */
  constructor(
    reason: string,
    readonly rest?: unknown,
  ) {
    super(reason);
  }
}

type Stamp = string;
type Loaded<T> = { data: T; stamp: Stamp | undefined };

/**
 * State that outlives the process: one JSON file, always complete on the disk, with the previous state beside it (`.bak`). Any number of
 * processes may read and change it.
 */
export class StateFile<T> {
  readonly path: string;
  readonly #definition: StateDefinition<T>;
  readonly #clock: Clock;
  readonly #onRepair: (repair: StateRepair) => void;
  readonly #waitMs: number | undefined;
  #cache: Loaded<T> | undefined;

  constructor(path: string, definition: StateDefinition<T>, { clock = systemClock, onRepair = warn, waitMs }: StateOptions = {}) {
    this.path = resolve(path);
    this.#definition = definition;
    this.#clock = clock;
    this.#onRepair = onRepair;
    this.#waitMs = waitMs;
  }

  /**
   * A copy of the current state. A damaged file is set aside, replaced by its backup, and reported.
   *
   * @throws ArtistError ERR_NEWER_VERSION, ERR_READ; if a repair is needed, also every error of update()
   */
  async read(): Promise<T> {
    return structuredClone(await this.peek());
  }

  /**
   * The current state itself, shared by all readers of this object: it must not be changed. For large files, whose copies take milliseconds.
   *
   * @throws ArtistError every error of read()
   */
  async peek(): Promise<T> {
    try {
      return await this.#load();
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
    }
    return this.#locked(() => this.#loadOrRepair());
  }

  /**
   * Reads, changes and writes under the file's lock. `change` gets a copy and returns the new state, or changes the copy and returns
   * nothing. If it throws, the file stays unchanged. When the promise is fulfilled, the new state survives a power cut.
   *
   * @throws ArtistError ERR_LOCKED, ERR_NEWER_VERSION, ERR_READ, ERR_WRITE, ERR_DISK_FULL, ERR_INTERNAL: the new state does not fit its
   *   schema
   */
  async update(change: (state: T) => T | undefined | Promise<T | undefined>): Promise<T> {
    return structuredClone(await this.#update(change));
  }

  async #update(change: (state: T) => T | undefined | Promise<T | undefined>): Promise<T> {
    const { Low } = await import('lowdb');
    return this.#locked(async () => {
      // Not `initial`, which is for a file that does not exist, and may refuse.
      const low = new Low<T>(this.#adapter(), await this.#loadOrRepair());
      const draft = structuredClone(low.data);
      const changed = (await change(draft)) ?? draft;
      const { data, error } = this.#definition.schema.safeParse(changed);
      if (error)
        throw new ArtistError('ERR_INTERNAL', `${this.#definition.kind}: expected a valid state to write, got: ${describeIssue(error)}`, {
          cause: error,
        });
      low.data = data;
      await low.write();
      return low.data;
    });
  }

  /**
   * Like update(), but `change` alters its copy in place, and its result is returned.
   *
   * @throws ArtistError every error of update()
   */
  async change<R>(change: (state: T) => R): Promise<R> {
    let result: { value: R } | undefined;
    await this.#update((state) => {
      result = { value: change(state) };
      return state;
    });
    return (result as { value: R }).value;
  }

  /**
   * A value that differs after every change by any process; cheap. Empty while there is no file.
   *
   * @throws ArtistError ERR_READ
   */
  async version(): Promise<string> {
    return (await this.#stamp()) ?? '';
  }

  #locked<R>(work: () => Promise<R>): Promise<R> {
    const { kind, access = 'owner' } = this.#definition;
    const waiting = this.#waitMs !== undefined && { waitMs: this.#waitMs };
    const options = { purpose: `changing ${kind}`, private: access === 'owner', ...waiting };
    return withLock(`${this.path}.lock`, options, work);
  }

  /** lowdb's own adapters write without fsync or lock; this one is only used under the lock. */
  #adapter(): Adapter<T> {
    return { read: () => this.#loadOrRepair(), write: (data) => this.#write(data) };
  }

  /** @throws Damaged */
  async #load(): Promise<T> {
    const stamp = await this.#stamp();
    if (stamp !== undefined && this.#cache?.stamp === stamp) return this.#cache.data;
    const data = stamp === undefined ? this.#definition.initial() : this.#parse(await this.#text(this.path));
    this.#cache = { data, stamp };
    return data;
  }

  async #loadOrRepair(): Promise<T> {
    try {
      return await this.#load();
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      return this.#repair(error);
    }
  }

  /** Distinguishes every version of the file ever written, because each is a new inode. undefined if there is no file. */
  async #stamp(): Promise<Stamp | undefined> {
    try {
      const { ino, size, mtimeNs } = await stat(this.path, { bigint: true });
      return `${ino}:${size}:${mtimeNs}`;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw readError(this.path, 'a state file', error);
    }
  }

  async #text(path: string): Promise<string> {
    try {
      return await readPlainFile(path, 'utf8');
    } catch (error) {
      throw readError(path, 'a state file', error);
    }
  }

  #parse(text: string): T {
    const { kind, version, schema, migrations = {} } = this.#definition;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      throw new Damaged(text.trim() === '' ? 'it is empty' : `it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    const envelope = envelopeSchema.safeParse(json);
    if (envelope.error) throw new Damaged(`it is no state file of ours: ${describeIssue(envelope.error)}`);
    if (envelope.data.kind !== kind) throw new Damaged(`it holds ${JSON.stringify(envelope.data.kind)} instead of ${JSON.stringify(kind)}`);
    if (envelope.data.version > version)
      throw new ArtistError(
        'ERR_NEWER_VERSION',
        `${this.path}: expected version ${version} or older, got ${envelope.data.version}. It was written by a newer ai-artist: update this one, or use another --home`,
      );
    let { data } = envelope.data;
    for (let from = envelope.data.version; from < version; from++) {
      const migrate = migrations[from];
      if (!migrate) throw new ArtistError('ERR_INTERNAL', `${kind}: expected a migration from version ${from}, got none`);
      data = migrate(data);
    }
    const checked = schema.safeParse(data);
    if (checked.error) throw new Damaged(describeIssue(checked.error), this.#restOf(data));
    return checked.data;
  }

  /** The data without the list records that do not fit; undefined if it does not fit for another reason. */
  #restOf(data: unknown): T | undefined {
    const { lists = {}, schema } = this.#definition;
    if (data === null || typeof data !== 'object') return undefined;
    const rest: Record<string, unknown> = { ...data };
    for (let issues = schema.safeParse(rest).error?.issues; issues; issues = schema.safeParse(rest).error?.issues) {
      const bad = new Map<string, Map<number, string>>();
      for (const { path, message } of issues) {
        const [field, index, ...inner] = path;
        if (typeof field !== 'string' || lists[field] === undefined || typeof index !== 'number') return undefined;
        const of = bad.get(field) ?? new Map<number, string>();
        if (!of.has(index)) of.set(index, inner.length > 0 ? `${inner.map(String).join('.')}: ${message}` : message);
        bad.set(field, of);
      }
      for (const [field, reasons] of bad) {
        const records = rest[field] as unknown[];
        rest[field] = records.filter((_, index) => !reasons.has(index));
        const { into, keep } = lists[field] ?? {};
        if (into === undefined || !keep) continue;
        const kept = [...reasons].map(([index, reason]) => keep(records[index], reason));
        rest[into] = [...((rest[into] as unknown[] | undefined) ?? []), ...kept];
      }
    }
    return schema.parse(rest);
  }

  async #write(data: T): Promise<void> {
    const { kind, version } = this.#definition;
    if ((await this.#stamp()) !== undefined) await this.#backUp();
    await this.#save(this.path, `${JSON.stringify({ kind, version, data }, undefined, 1)}\n`);
    this.#cache = { data, stamp: await this.#stamp() };
  }

  #save(path: string, text: string): Promise<void> {
    const { access = 'owner' } = this.#definition;
    return writeFileAtomic(path, text, { private: access === 'owner', ...(access === 'file' && { mode: privateMode }) });
  }

  /** Gives the current file a second name, `.bak`; the new file then takes the first name. Both names always refer to a complete file. */
  async #backUp(): Promise<void> {
    const backup = `${this.path}.bak`;
    const fresh = `${backup}.new`;
    try {
      await unlink(fresh).catch(ignoreAbsent); // left by a process that died right here
      await link(this.path, fresh);
      await renameOver(fresh, backup);
      // Renaming one hard link to another of the same file does nothing (rename(2)).
      await unlink(fresh).catch(ignoreAbsent);
    } catch (error) {
      const code = systemCode(error);
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EMLINK') throw writeError(backup, error);
      await this.#save(backup, await this.#text(this.path)); // no hard links on this file system
    }
  }

  async #repair({ message: reason, rest }: Damaged): Promise<T> {
    const stamp = new Date(this.#clock.now()).toISOString().replace(/[-:.]/g, '');
    const setAside = `${this.path}.corrupt-${stamp}`;
    const kept = rest === undefined ? await this.#readBackup() : (rest as T);
    const { kind, version, initial } = this.#definition;
    const data = kept === undefined ? initial() : kept;
    // First copy the damaged file, then put the new one in its place: after a crash in between nothing is lost and the repair runs again.
    await this.#save(setAside, await this.#text(this.path));
    await this.#save(this.path, `${JSON.stringify({ kind, version, data }, undefined, 1)}\n`);
    this.#cache = { data, stamp: await this.#stamp() };
    this.#onRepair({
      path: this.path,
      reason,
      setAside,
      restored: rest !== undefined ? 'rest' : kept === undefined ? 'initial' : 'backup',
    });
    return data;
  }

  async #readBackup(): Promise<T | undefined> {
    const backup = `${this.path}.bak`;
    try {
      return this.#parse(await readPlainFile(backup, 'utf8'));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      if (!(error instanceof Damaged)) throw error instanceof ArtistError ? error : readError(backup, 'a state file', error);
      if (error.rest !== undefined) return error.rest as T;
      // The backup is damaged too, and the next change would overwrite it.
      await rename(backup, `${backup}.corrupt`).catch((cause: unknown) => {
        throw writeError(backup, cause);
      });
      return undefined;
    }
  }
}

function ignoreAbsent(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error;
}

function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'it does not fit its schema';
  return issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ${issue.message}` : issue.message;
}

/** What replaced a damaged state, in words. */
export const restoredWords: Readonly<Record<StateRepair['restored'], string>> = {
  backup: 'the state before the last change is used',
  initial: 'there was no backup, it starts anew',
  rest: 'the records that could be read are used',
};

function warn({ path, reason, setAside, restored }: StateRepair): void {
  process.emitWarning(`${path} was damaged (${reason}). It is kept as ${setAside}; ${restoredWords[restored]}`, {
    code: 'AI_ARTIST_STATE_REPAIRED',
  });
}
