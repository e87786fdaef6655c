import { type FileHandle, mkdir, open, rename, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ArtistError, acquireLock, isDiskFull, systemCode, tameName, writeError } from '../../core/index.ts';
import { hashFile } from '../formats/tensor-hash.ts';
import { fileNameOf } from './content-disposition.ts';
import { type DownloadState, lockPath, partPath, readState, removePartial, type Segment, writeState } from './download-state.ts';
import { get, type HttpContext, Transient } from './http.ts';
import { type ModelSource, publicUrl } from './source.ts';
import { copy, type RetryOptions, retrying, writeAll } from './transfer.ts';

export interface DownloadOptions extends HttpContext, RetryOptions {
  readonly signal: AbortSignal;
  /** Parallel ranges, 1..16. */
  readonly connections: number;
  /** Smallest range worth its own connection. */
  readonly minSegmentBytes: number;
  /** Expected hash, lower-case hex; default: the server's own, if it announces one. */
  readonly sha256: string | undefined;
  /** Bytes of free space left untouched. */
  readonly reserveBytes: number;
  /** Free bytes of the folder's file system. */
  readonly freeBytes: (folder: string) => Promise<number>;
  /** Checks the complete file before it gets its name; throws to reject it. */
  readonly inspect: (part: string, name: string) => Promise<void>;
  readonly onBytes: (phase: 'download' | 'verify', done: number, total: number | undefined) => void;
}

export interface Downloaded {
  /** Path of the file. If the server chooses the name, it is in the folder of the requested path. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly etag: string | undefined;
}

const stateEveryMs = 1000;
const maxRestarts = 3;

/** The file on the server has changed since the download began: start again. */
class Changed extends Error {}

export async function freeBytes(folder: string): Promise<number> {
  const info = await statfs(folder);
  return info.bavail * info.bsize;
}

/**
 * Downloads `source` to `file`, in parallel ranges if the server supports them, and resumes an earlier attempt. The file gets its name only
 * when complete and checked; until then it is `<file>.part`, which is kept for the next attempt unless the hash is wrong.
 *
 * @throws ArtistError ERR_DOWNLOAD, ERR_GATED, ERR_MODEL_NOT_FOUND, ERR_CHECKSUM, ERR_DISK_FULL, ERR_LOCKED, ERR_WRITE, ERR_NETWORK; the
 *   signal's reason
 */
export async function download(source: ModelSource, file: string, options: DownloadOptions): Promise<Downloaded> {
  await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => Promise.reject(writeError(file, error)));
  // Two downloads of one file at a time would overwrite each other.
  const lock = await acquireLock(lockPath(file), { purpose: `downloading ${file}`, waitMs: 0 });
  try {
    for (let restart = 0; ; restart++) {
      try {
        return await attempt(source, file, options);
      } catch (error) {
        if (!(error instanceof Changed)) throw error;
        await removePartial(file);
        if (restart === maxRestarts)
          throw new ArtistError(
            'ERR_DOWNLOAD',
            `${publicUrl(source.url)}: the file on the server changed ${maxRestarts + 1} times during the download. Try again later`,
          );
      }
    }
  } finally {
    await lock.release();
  }
}

interface Remote {
  readonly bytes: number | undefined;
  readonly etag: string | undefined;
  readonly sha256: string | undefined;
  readonly ranges: boolean;
  /** The server's name for the file. */
  readonly name: string | undefined;
}

async function attempt(source: ModelSource, file: string, options: DownloadOptions): Promise<Downloaded> {
  const remote = await retrying(options, () => probe(source, options), { firstContact: true });
  const state =
    remote.ranges && remote.bytes !== undefined
      ? ((await readState(file, source.id, remote.bytes, remote.etag)) ?? plan(source, remote.bytes, remote.etag, options))
      : undefined;
  const present = state ? state.segments.reduce((sum, segment) => sum + segment.done, 0) : 0;
  await checkSpace(source, file, (remote.bytes ?? 0) - present, options);
  const handle = await openPart(file, present > 0);
  let bytes: number;
  try {
    bytes = state
      ? await fetchSegments(source, file, handle, state, options)
      : await retrying(options, () => fetchWhole(source, handle, remote, options));
    await handle.datasync();
  } catch (error) {
    throw diskError(file, error);
  } finally {
    await handle.close();
  }
  options.onBytes('verify', bytes, bytes);
  const sha256 = await hashFile(partPath(file), options.signal);
  const expected = options.sha256 ?? remote.sha256;
  if (expected !== undefined && sha256 !== expected) {
    await removePartial(file);
    throw new ArtistError(
      'ERR_CHECKSUM',
      `${publicUrl(source.url)}: expected SHA-256 ${expected}, got ${sha256}. The download was damaged or the file replaced; it was deleted. Try again`,
    );
  }
  const name = source.namedByServer === true && remote.name !== undefined ? tameName(remote.name) : basename(file);
  try {
    await options.inspect(partPath(file), name);
  } catch (error) {
    await removePartial(file);
    throw error;
  }
  const path = join(dirname(file), name);
  await rename(partPath(file), path).catch((error: unknown) => Promise.reject(writeError(path, error)));
  await removePartial(file);
  return { path, bytes, sha256, etag: remote.etag };
}

/** Requests one byte. The answer tells whether ranges work, the length of the file and its version. */
async function probe(source: ModelSource, options: DownloadOptions): Promise<Remote> {
  const reply = await get(source.url, { range: 'bytes=0-0', 'accept-encoding': 'identity' }, options);
  try {
    const { headers, status } = reply.response;
    const etag = strongEtag(headers);
    const total = status === 206 ? /^bytes 0-0\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] : headers.get('content-length');
    const bytes = total !== undefined && total !== null && /^\d+$/.test(total) ? Number(total) : undefined;
    if (status === 416 || bytes === 0) throw new ArtistError('ERR_DOWNLOAD', `${publicUrl(source.url)}: the file on the server is empty`);
    const name = fileNameOf(headers.get('content-disposition'));
    return { bytes, etag, sha256: reply.sha256, ranges: status === 206 && bytes !== undefined, name };
  } finally {
    reply.close();
  }
}

/** Weak validators do not guarantee equal bytes (RFC 9110, 8.8.1), so parts cannot be joined. */
function strongEtag(headers: Headers): string | undefined {
  const etag = headers.get('etag');
  return etag === null || etag.startsWith('W/') ? undefined : etag;
}

function plan(source: ModelSource, bytes: number, etag: string | undefined, options: DownloadOptions): DownloadState {
  const count = Math.max(1, Math.min(options.connections, Math.floor(bytes / options.minSegmentBytes)));
  const segments = Array.from(
    { length: count },
    (_, index): Segment => ({ start: Math.floor((bytes * index) / count), end: Math.floor((bytes * (index + 1)) / count), done: 0 }),
  );
  return { schema: 1, id: source.id, bytes, segments, ...(etag === undefined ? {} : { etag }) };
}

async function checkSpace(source: ModelSource, file: string, needed: number, options: DownloadOptions): Promise<void> {
  const free = await options.freeBytes(dirname(file));
  if (free < needed + options.reserveBytes)
    throw new ArtistError(
      'ERR_DISK_FULL',
      `${source.id}: ${(needed / 1e9).toFixed(2)} GB are needed in ${dirname(file)}, ${(free / 1e9).toFixed(2)} GB are free. Make room, or choose another folder with --home`,
    );
}

async function openPart(file: string, keep: boolean): Promise<FileHandle> {
  try {
    return await open(partPath(file), keep ? 'r+' : 'w');
  } catch (error) {
    if (keep && systemCode(error) === 'ENOENT') throw new Changed();
    throw writeError(file, error);
  }
}

async function fetchSegments(
  source: ModelSource,
  file: string,
  handle: FileHandle,
  state: DownloadState,
  options: DownloadOptions,
): Promise<number> {
  // Aborts when the caller aborts or the first range fails.
  const group = new AbortController();
  const { signal } = group;
  const forward = (): void => group.abort(options.signal.reason);
  if (options.signal.aborted) forward();
  options.signal.addEventListener('abort', forward, { once: true });
  let saved = Date.now();
  let saving: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => {
    const snapshot = structuredClone(state); // a snapshot: bytes written later may count only after the next sync
    saving = saving.then(async () => {
      await handle.datasync();
      await writeState(file, snapshot);
    });
    return saving;
  };
  const onBytes = (): void => {
    options.onBytes(
      'download',
      state.segments.reduce((sum, segment) => sum + segment.done, 0),
      state.bytes,
    );
    if (Date.now() - saved < stateEveryMs) return;
    saved = Date.now();
    save().catch(() => undefined); // the final save reports it
  };
  onBytes();
  const results = await Promise.allSettled(
    state.segments.map(async (segment) => {
      try {
        await retrying({ ...options, signal }, () => fetchSegment(source, handle, state, segment, { ...options, signal }, onBytes), {
          progress: () => segment.done,
        });
      } catch (error) {
        group.abort(error); // one failed range stops the others
        throw error;
      }
    }),
  );
  options.signal.removeEventListener('abort', forward);
  const failed = results.some((result) => result.status === 'rejected');
  if (failed && !(group.signal.reason instanceof Changed)) await save().catch(() => undefined);
  await saving.catch(() => undefined);
  if (options.signal.aborted) throw options.signal.reason;
  if (failed) throw group.signal.reason;
  return state.bytes;
}

async function fetchSegment(
  source: ModelSource,
  handle: FileHandle,
  state: DownloadState,
  segment: Segment,
  options: DownloadOptions,
  onBytes: () => void,
): Promise<void> {
  const from = segment.start + segment.done;
  if (from === segment.end) return;
  const headers = {
    range: `bytes=${from}-${segment.end - 1}`,
    'accept-encoding': 'identity',
    ...(state.etag === undefined ? {} : { 'if-range': state.etag }),
  };
  const reply = await get(source.url, headers, options);
  try {
    const { response } = reply;
    // 200: If-Range did not match, or one of several servers ignores ranges. 416: the file became shorter.
    if (response.status !== 206) throw new Changed();
    const etag = strongEtag(response.headers);
    const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    if (
      !range ||
      Number(range[1]) !== from ||
      (range[3] !== '*' && Number(range[3]) !== state.bytes) ||
      (etag !== undefined && etag !== state.etag)
    )
      throw new Changed();
    await copy(reply, source, options.signal, async (chunk) => {
      const room = segment.end - segment.start - segment.done;
      const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
      await writeAll(handle, part, segment.start + segment.done);
      segment.done += part.length;
      onBytes();
      if (chunk.length > room)
        throw new ArtistError('ERR_DOWNLOAD', `${publicUrl(source.url)}: the server sent more bytes than asked for. Try --connections 1`);
    });
    if (segment.start + segment.done < segment.end)
      throw new Transient(`${publicUrl(source.url)}: the connection ended ${segment.end - segment.start - segment.done} bytes early`, {
        reached: true,
      });
  } finally {
    reply.close();
  }
}

/** For servers without ranges: one stream, from the beginning each time. */
async function fetchWhole(source: ModelSource, handle: FileHandle, remote: Remote, options: DownloadOptions): Promise<number> {
  const reply = await get(source.url, { 'accept-encoding': 'identity' }, options);
  try {
    if (reply.response.status !== 200)
      throw new Transient(`${publicUrl(source.url)}: expected the whole file, got status ${reply.response.status}`, { reached: true });
    await handle.truncate(0);
    let at = 0;
    await copy(reply, source, options.signal, async (chunk) => {
      await writeAll(handle, chunk, at);
      at += chunk.length;
      options.onBytes('download', at, remote.bytes);
    });
    if (remote.bytes !== undefined && at !== remote.bytes)
      throw new Transient(`${publicUrl(source.url)}: expected ${remote.bytes} bytes, got ${at}`, { reached: true });
    if (at === 0) throw new ArtistError('ERR_DOWNLOAD', `${publicUrl(source.url)}: the file on the server is empty`);
    return at;
  } finally {
    reply.close();
  }
}

function diskError(file: string, error: unknown): unknown {
  const code = systemCode(error);
  if (error instanceof ArtistError || code === undefined) return error;
  if (isDiskFull(error))
    return new ArtistError('ERR_DISK_FULL', `${file}: the disk is full. What is there is kept: make room and run the same command again`, {
      cause: error,
    });
  return /^E[A-Z]+$/.test(code) ? writeError(file, error) : error;
}
