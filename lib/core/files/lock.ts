import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { systemClock } from '../clock.ts';
import { ArtistError, systemCode } from '../errors.ts';
import { writeError } from './atomic-file.ts';
import { makePrivateFolder } from './private-folder.ts';
import { birthOf, isAlive } from './process-birth.ts';
import { readError } from './read-error.ts';
import { checkFolder } from './writable-place.ts';

const ownerSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** Distinguishes a process from a later one with the same pid; null if the system does not tell. */
  birth: z.string().nullable(),
  /** Identifies this one acquisition. */
  token: z.string().regex(/^[\w-]+$/),
  /** What it is held for, in words. */
  purpose: z.string(),
  /** ISO time. */
  since: z.string(),
});

/** The holder of a lock. */
export type LockOwner = z.output<typeof ownerSchema>;

export interface LockOptions {
  /** What the lock is for, as it appears in messages to other processes: "the schedule". */
  purpose: string;
  /** How long to wait for another holder, milliseconds; 0: not at all. Default 10 000. */
  waitMs?: number;
  /** A folder that is made for it is closed to other users. */
  private?: boolean;
  signal?: AbortSignal | undefined;
}

export interface Lock {
  readonly owner: LockOwner;
  /** Safe to call again. */
  release(): Promise<void>;
}

/** The holder touches its file this often, milliseconds; a holder that missed several beats and cannot be checked otherwise is gone. */
const beatMs = 5_000;
const silentMs = 30_000;
/** A lock file is filled right after it is created; one that stays empty was left by a process that died in between. */
const emptyMs = 3_000;
const longestPollMs = 50;

type Found = { owner: LockOwner | undefined; ageMs: number };

async function look(path: string): Promise<Found | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    const { mtimeMs } = await stat(path);
    // Absolute, because a clock that was ahead for a moment gives heartbeats in the future.
    return { owner: parseOwner(text), ageMs: Math.abs(Date.now() - mtimeMs) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readError(path, 'a lock file', error);
  }
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // empty, or truncated because its writer died
  }
}

async function isAbandoned(path: string, found: Found): Promise<boolean> {
  const { owner, ageMs } = found;
  if (!owner) return ageMs > emptyMs;
  // Another machine, or another container, on the same folder: only its heartbeat is visible from here.
  if (owner.host !== hostname()) return isSilent(path, found);
  if (!isAlive(owner.pid)) return true;
  const birth = await birthOf(owner.pid);
  if (birth !== undefined && owner.birth !== null) return birth !== owner.birth;
  return isSilent(path, found);
}

/** A machine wakes from sleep with an old heartbeat and beats again at once, so wait one interval before calling it gone. */
async function isSilent(path: string, { owner, ageMs }: Found): Promise<boolean> {
  if (ageMs <= silentMs) return false;
  await new Promise((done) => setTimeout(done, beatMs + 1000));
  const now = await look(path);
  return now !== undefined && now.owner?.token === owner?.token && now.ageMs > silentMs;
}

/** Creates the file and fills it; undefined if another process has it. */
async function tryTake(path: string, purpose: string): Promise<LockOwner | undefined> {
  const owner: LockOwner = {
    pid: process.pid,
    host: hostname(),
    birth: (await birthOf(process.pid)) ?? null,
    token: randomUUID(),
    purpose,
    since: new Date().toISOString(),
  };
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(JSON.stringify(owner));
    } catch (error) {
      await unlink(path).catch(() => undefined); // the failed write is the error to report
      throw error;
    } finally {
      await handle.close();
    }
    return owner;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw writeError(path, error);
  }
}

/**
 * Removes an abandoned lock. Two processes may find it at the same time, and the slower one must not remove the lock that the faster one
 * has just taken. So a process must first hold `<path>.<token>`, the lock of this one acquisition, and check again.
 */
async function breakLock(path: string, abandoned: Found): Promise<void> {
  const breaker = `${path}.${abandoned.owner?.token ?? 'empty'}`;
  const claim = await tryTake(breaker, 'removing an abandoned lock');
  if (!claim) {
    const other = await look(breaker);
    if (other && (await isAbandoned(breaker, other))) await breakLock(breaker, other);
    return;
  }
  try {
    const now = await look(path);
    if (now && now.owner?.token === abandoned.owner?.token && (await isAbandoned(path, now))) await unlink(path);
  } catch (error) {
    throw error instanceof ArtistError ? error : writeError(path, error);
  } finally {
    await unlink(breaker).catch(() => undefined); // if it stays, it counts as abandoned and the next process removes it
  }
}

function lockedError(path: string, owner: LockOwner | undefined, waitMs: number): ArtistError {
  const who = owner ? `process ${owner.pid} on ${owner.host}, for ${owner.purpose}, since ${owner.since}` : 'another process';
  const waited = waitMs > 0 ? ` after ${waitMs} ms` : '';
  return new ArtistError('ERR_LOCKED', `${path}: expected a free lock, got one held by ${who}${waited}. Wait for it to finish, or end it`);
}

/** Last acquisition of each path in this process: waiters in one process queue up instead of polling. */
const queues = new Map<string, Promise<void>>();

async function takeAfterOthers(path: string, { purpose, waitMs = 10_000, signal }: LockOptions): Promise<LockOwner> {
  const until = performance.now() + waitMs;
  for (let poll = 1; ; poll = Math.min(poll * 2, longestPollMs)) {
    signal?.throwIfAborted();
    const owner = await tryTake(path, purpose);
    if (owner) return owner;
    const found = await look(path);
    if (found && (await isAbandoned(path, found))) await breakLock(path, found);
    else if (performance.now() >= until) throw lockedError(path, found?.owner, waitMs);
    else await new Promise((done) => setTimeout(done, poll));
  }
}

async function releaseFile(path: string, owner: LockOwner): Promise<void> {
  try {
    // Another process may have taken it while this machine slept.
    if ((await look(path))?.owner?.token === owner.token) await unlink(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error instanceof ArtistError ? error : writeError(path, error);
  }
}

/**
 * Takes the lock `path`, a file that names its holder. Works across processes and across machines that share the folder. The lock of a dead
 * process is taken over at once, that of another machine after 30 s without a heartbeat. Not reentrant: a holder that takes it again waits
 * for itself.
 *
 * @throws ArtistError ERR_LOCKED with the holder, ERR_WRITE, ERR_DISK_FULL; the signal's reason
 */
export async function acquireLock(path: string, options: LockOptions): Promise<Lock> {
  const file = resolve(path);
  // Before the first await, so that the queue keeps the order of the calls.
  const before = queues.get(file) ?? Promise.resolve();
  let leave = (): void => undefined;
  const turn = before.then(() => new Promise<void>((done) => (leave = done)));
  queues.set(file, turn);
  const next = (): void => {
    if (queues.get(file) === turn) queues.delete(file);
    void before.then(() => leave());
  };
  let owner: LockOwner;
  try {
    await waitFor(before, file, options);
    const making = options.private ? makePrivateFolder(dirname(file)) : mkdir(dirname(file), { recursive: true });
    await making.catch(async (error: unknown) => {
      // On a read-only disk Node reports ENOENT for the folder.
      await checkFolder(dirname(file), file);
      throw writeError(file, error);
    });
    owner = await takeAfterOthers(file, options);
  } catch (error) {
    next();
    throw error;
  }
  const beat = setInterval(() => void touch(file, owner).catch(() => undefined), beatMs).unref();
  let released: Promise<void> | undefined;
  return {
    owner,
    release: () => {
      clearInterval(beat);
      released ??= releaseFile(file, owner).finally(next);
      return released;
    },
  };
}

/** Writes the heartbeat; leaves the file alone if another process has taken the lock. */
async function touch(path: string, owner: LockOwner): Promise<void> {
  if ((await look(path))?.owner?.token === owner.token) await utimes(path, new Date(), new Date());
}

/** Waits for earlier callers in this process, at most the given time. */
async function waitFor(before: Promise<void>, path: string, { waitMs = 10_000, signal }: LockOptions): Promise<void> {
  signal?.throwIfAborted();
  let stop = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    // Even with 0, wait one turn of the event loop, so that an empty queue is recognised.
    const timer = systemClock.timer(waitMs, () => void look(path).then((found) => reject(lockedError(path, found?.owner, waitMs)), reject));
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    stop = () => {
      timer.cancel();
      signal?.removeEventListener('abort', abort);
    };
  });
  try {
    await Promise.race([before, late]);
  } finally {
    stop();
  }
}

/**
 * Does `work` while holding the lock.
 *
 * @throws ArtistError every error of acquireLock(); and every error of `work`
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(path, options);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/**
 * The current holder of the lock; undefined if it is free or its holder is gone.
 *
 * @throws ArtistError ERR_READ
 */
export async function lockOwner(path: string): Promise<LockOwner | undefined> {
  const found = await look(path);
  return found?.owner && !(await isAbandoned(path, found)) ? found.owner : undefined;
}
