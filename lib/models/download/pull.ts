import * as z from 'zod';
import { ArtistError, abortSignal, answering, display, isArtistError, nearest, resolveOptions } from '../../core/index.ts';
import { findAlias, type ModelDefaults, type ModelLicence, modelAliases, type PartRole } from '../aliases.ts';
import { readModelHeader } from '../formats/header.ts';
import { hashFile } from '../formats/tensor-hash.ts';
import { partSource, pulledFile, readRecord, sourceFile, writeRecord } from '../store.ts';
import { download, freeBytes } from './download.ts';
import type { Fetch } from './http.ts';
import { proxiedFetch } from './proxy.ts';
import { defaultEndpoint, hasModelEnding, type ModelSource, parseEndpoint, parseSource } from './source.ts';

export interface PullEvent {
  readonly type: 'progress';
  /** `present`: the file exists already. */
  readonly phase: 'download' | 'verify' | 'present';
  /** Name of the file, "hf:owner/repo/file" or an address. */
  readonly file: string;
  /** Number of this file, from 1, and the total. */
  readonly index: number;
  readonly files: number;
  readonly bytes: number;
  /** Absent if the server does not announce it. */
  readonly totalBytes?: number;
  /** Mean over the last seconds. */
  readonly bytesPerSecond: number;
  readonly secondsLeft?: number;
}

/** An attempt failed; there is a pause before the next. */
export interface PullRetryEvent {
  readonly type: 'retry';
  readonly file: string;
  readonly index: number;
  readonly files: number;
  /** Number of the next attempt, from 2, and the maximum. */
  readonly attempt: number;
  readonly attempts: number;
  readonly waitMs: number;
  /** Reason of the failure. */
  readonly reason: string;
}

const callable = <T>(what: string) => z.custom<T>((value) => typeof value === 'function', { error: `expected ${what}` });

export const pullModelOptions = z.strictObject({
  /** Home folder; files go to `<home>/models`. */
  home: z.string().min(1),
  /** Parallel ranges per file, 1..16. Default 4: more rarely helps. */
  connections: z.int().min(1).max(16).default(4),
  /** Expected SHA-256 of a single file. Default: the alias table's, else what the hub announces. */
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, { error: 'expected 64 hexadecimal digits' })
    .optional(),
  /** Hugging Face token for gated models. Default: HF_TOKEN of the environment. Sent to the endpoint's host only. */
  token: z.string().min(1).optional(),
  /** Base address of the hub or a mirror. Default: HF_ENDPOINT of the environment, else huggingface.co. */
  endpoint: z.string().min(1).optional(),
  /** Hash existing files again. Default false. */
  verify: z.boolean().default(false),
  /** Consecutive failures before giving up, 1..20. Default 6. */
  attempts: z.int().min(1).max(20).default(6),
  /** First pause after a failure, milliseconds; doubles up to 30 s. Default 1000. */
  retryMs: z.int().min(1).max(30_000).default(1000),
  /** A connection without data for this long counts as broken, milliseconds. Default 30 s. */
  stallMs: z.int().min(10).max(600_000).default(30_000),
  /** Smallest range worth its own connection, bytes. Default 8 MB. */
  minSegmentBytes: z.int().min(1).default(8_000_000),
  /** Space to leave free, bytes. Default 256 MB. */
  reserveBytes: z.int().min(0).default(256_000_000),
  signal: abortSignal().optional(),
  onProgress: callable<(event: PullEvent) => void>('a function').optional(),
  /** Called before each pause after a failure. */
  onRetry: callable<(event: PullRetryEvent) => void>('a function').optional(),
  /** For tests and unusual networks. Default: the global one, through the proxy of the environment (docs/models.md). */
  fetch: callable<Fetch>('a fetch function').optional(),
  /** Returns the free bytes of a folder's file system. Default: the system's answer. */
  freeBytes: callable<(folder: string) => Promise<number>>('a function').optional(),
});
export type PullModelOptions = z.input<typeof pullModelOptions>;
type Resolved = z.output<typeof pullModelOptions>;

export interface PulledModel {
  readonly name: string;
  /** Path of each part by its role; a single file is `model`. */
  readonly parts: Readonly<Partial<Record<PartRole, string>>>;
  readonly files: readonly {
    readonly id: string;
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly fresh: boolean;
  }[];
  readonly licence?: ModelLicence;
  readonly defaults?: ModelDefaults;
}

interface Job {
  readonly source: ModelSource;
  readonly role: PartRole;
  readonly sha256: string | undefined;
}

/**
 * Downloads a model into `<home>/models`: an alias with all its parts, `hf:owner/repository[@revision]/path/file`, or an https address.
 * Interrupted downloads go on where they stopped, complete files are not fetched again. Every file is hashed and its header checked.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_GATED (with what to do), ERR_MODEL_NOT_FOUND, ERR_DOWNLOAD, ERR_NETWORK, ERR_CHECKSUM,
 *   ERR_DISK_FULL, ERR_LOCKED, ERR_WRITE; `signal.reason` when cancelled
 */
export const pullModel = answering('pullModel', async (spec: string, options: PullModelOptions): Promise<PulledModel> => {
  const name = resolveOptions('pullModel', z.string().min(1), spec);
  const resolved = resolveOptions('pullModel', pullModelOptions, options);
  resolved.signal?.throwIfAborted();
  const endpoint = parseEndpoint(resolved.endpoint ?? (process.env['HF_ENDPOINT'] || defaultEndpoint));
  const alias = findAlias(name);
  if (alias && resolved.sha256 !== undefined && alias.parts.length > 1)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `sha256: expected none for ${alias.name}, which has ${alias.parts.length} files`);
  const jobs: Job[] = alias
    ? alias.parts.map((part) => ({
        source: partSource(part, endpoint),
        role: part.role,
        sha256: resolved.sha256?.toLowerCase() ?? part.sha256,
      }))
    : [{ source: singleSource(name, endpoint), role: 'model', sha256: resolved.sha256?.toLowerCase() }];
  const parts: Partial<Record<PartRole, string>> = {};
  const files: PulledModel['files'][number][] = [];
  for (const [index, job] of jobs.entries()) {
    const file = await pullFile(job, index + 1, jobs.length, endpoint, resolved);
    files.push(file);
    parts[job.role] = file.path;
  }
  return {
    name: alias?.name ?? files[0]?.id ?? name,
    parts,
    files,
    ...(alias ? { licence: alias.licence, defaults: alias.defaults } : {}),
  };
});

function singleSource(name: string, endpoint: URL): ModelSource {
  if (name.startsWith('hf:') || name.includes('://')) return parseSource(name, endpoint);
  const known = modelAliases.map((alias) => alias.name);
  const guess = nearest(name, known);
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `model: expected an alias, hf:owner/repository/file or an https address, got ${display(name)}${guess ? `. Did you mean ${guess}?` : `. Aliases: ${known.join(', ')}`}`,
  );
}

async function pullFile(job: Job, index: number, files: number, endpoint: URL, options: Resolved): Promise<PulledModel['files'][number]> {
  const { source } = job;
  const tell = reporter(source.id, index, files, options.onProgress);
  const there = await pulledFile(options.home, source);
  const existing = there === undefined ? undefined : await present(there, job.sha256, options);
  if (there !== undefined && existing) {
    tell('present', existing.bytes, existing.bytes);
    return { id: source.id, path: there, bytes: existing.bytes, sha256: existing.sha256, fresh: false };
  }
  const result = await download(source, sourceFile(options.home, source), {
    ...options,
    fetch: options.fetch ?? proxiedFetch,
    freeBytes: options.freeBytes ?? freeBytes,
    token: source.sendsToken ? (options.token ?? (process.env['HF_TOKEN'] || undefined)) : undefined,
    tokenHost: source.sendsToken ? endpoint.host : undefined,
    repo: source.repo,
    endpoint: endpoint.href.replace(/\/$/, ''),
    signal: options.signal ?? new AbortController().signal,
    sha256: job.sha256,
    inspect: (part, name) => inspectDownload(source, part, name),
    onBytes: tell,
    onRetry: retryReporter({ type: 'retry', file: source.id, index, files, attempts: options.attempts }, options.onRetry),
  });
  await writeRecord(result.path, {
    schema: 1,
    id: source.id,
    bytes: result.bytes,
    sha256: result.sha256,
    pulledAt: new Date().toISOString(),
    ...(result.etag === undefined ? {} : { etag: result.etag }),
  });
  return { id: source.id, path: result.path, bytes: result.bytes, sha256: result.sha256, fresh: true };
}

/** A complete earlier download; with `verify` its bytes are hashed again. */
async function present(
  path: string,
  sha256: string | undefined,
  options: Resolved,
): Promise<{ bytes: number; sha256: string } | undefined> {
  const record = await readRecord(path);
  if (!record || (sha256 !== undefined && record.sha256 !== sha256)) return undefined;
  if (options.verify) {
    const actual = await hashFile(path, options.signal);
    if (actual !== record.sha256)
      throw new ArtistError(
        'ERR_CHECKSUM',
        `${path}: expected SHA-256 ${record.sha256}, got ${actual}. Remove it and pull again: ai-artist models remove ${record.id}`,
      );
  }
  return record;
}

/** Servers often send a login page in place of a file, so check the content before renaming. */
async function inspectDownload(source: ModelSource, part: string, name: string): Promise<void> {
  if (!hasModelEnding(name)) return;
  try {
    await readModelHeader(part);
  } catch (error) {
    if (!isArtistError(error, 'ERR_MODEL_FORMAT')) throw error;
    throw new ArtistError('ERR_DOWNLOAD', `${source.id}: what the server sent is no model: ${error.message.replace(part, name)}`, {
      cause: error,
    });
  }
}

/** Parallel ranges fail together when the network is lost; report each attempt once. */
function retryReporter(
  about: Omit<PullRetryEvent, 'attempt' | 'waitMs' | 'reason'>,
  listener: ((event: PullRetryEvent) => void) | undefined,
): (attempt: number, waitMs: number, reason: string) => void {
  let told = { attempt: 0, until: 0 };
  return (attempt, waitMs, reason) => {
    const now = performance.now();
    if (attempt === told.attempt && now < told.until) return;
    told = { attempt, until: now + waitMs };
    listener?.({ ...about, attempt, waitMs, reason });
  };
}

const tellEveryMs = 100;
const speedWindowMs = 5000;

/** Limits progress to ten events a second and computes speed and time left over the last five seconds. */
function reporter(
  file: string,
  index: number,
  files: number,
  listener: ((event: PullEvent) => void) | undefined,
): (phase: PullEvent['phase'], bytes: number, total: number | undefined) => void {
  const marks: { at: number; bytes: number }[] = [];
  let toldAt = Number.NEGATIVE_INFINITY;
  let toldPhase: PullEvent['phase'] | undefined;
  return (phase, bytes, total) => {
    if (!listener) return;
    const now = performance.now();
    marks.push({ at: now, bytes });
    while (marks.length > 2 && now - (marks[0]?.at ?? now) > speedWindowMs) marks.shift();
    if (now - toldAt < tellEveryMs && phase === toldPhase && bytes !== total) return;
    toldAt = now;
    toldPhase = phase;
    const first = marks[0] ?? { at: now, bytes };
    const bytesPerSecond = now > first.at ? Math.max(0, ((bytes - first.bytes) / (now - first.at)) * 1000) : 0;
    const left = total !== undefined && bytesPerSecond > 0 ? (total - bytes) / bytesPerSecond : undefined;
    listener({
      type: 'progress',
      phase,
      file,
      index,
      files,
      bytes,
      bytesPerSecond,
      ...(total === undefined ? {} : { totalBytes: total }),
      ...(left === undefined ? {} : { secondsLeft: left }),
    });
  };
}
