import { open, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { ArtistError, isAlive, lazySchema, systemCode } from '../core/index.ts';

/** Progress of an unfinished download, beside its `.part` file, so that a killed process loses at most the last second. */
const stateSchema = lazySchema(() =>
  z.strictObject({
    schema: z.literal(1),
    id: z.string(),
    etag: z.string().optional(),
    bytes: z.int().positive(),
    /** Ranges [start, end) that cover the file, with how many bytes of each are on disk. */
    segments: z.array(z.strictObject({ start: z.int().min(0), end: z.int().positive(), done: z.int().min(0) })).min(1),
  }),
);
export type DownloadState = z.output<typeof stateSchema>;
export type Segment = DownloadState['segments'][number];

export const partPath = (file: string): string => `${file}.part`;
export const statePath = (file: string): string => `${file}.part.json`;
const lockPath = (file: string): string => `${file}.part.lock`;

/** The state of an earlier attempt, if it is usable for this file. */
export async function readState(file: string, id: string, bytes: number, etag: string | undefined): Promise<DownloadState | undefined> {
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(statePath(file), 'utf8'));
  } catch {
    return undefined; // absent, or cut by a crash: start again
  }
  const { data: state } = stateSchema.safeParse(raw);
  // Without an ETag nothing proves that the server still has the same bytes.
  if (!state || state.id !== id || state.bytes !== bytes || etag === undefined || state.etag !== etag) return undefined;
  const sound = state.segments.every(
    (segment, index) => segment.start === (state.segments[index - 1]?.end ?? 0) && segment.start + segment.done <= segment.end,
  );
  return sound && state.segments.at(-1)?.end === bytes ? state : undefined;
}

/** Whole or not at all: a torn state file would only cost the progress, but costs nothing to avoid. */
export async function writeState(file: string, state: DownloadState): Promise<void> {
  const temporary = `${statePath(file)}.new`;
  await writeFile(temporary, JSON.stringify(state));
  await rename(temporary, statePath(file));
}

export async function removePartial(file: string): Promise<void> {
  await Promise.all([partPath(file), statePath(file), `${statePath(file)}.new`].map((path) => rm(path, { force: true })));
}

/**
 * Two downloads of one file at a time would write over each other. The lock names its process; one left by a dead process is taken over.
 *
 * @throws ArtistError ERR_LOCKED
 */
export async function lockDownload(file: string): Promise<() => Promise<void>> {
  const path = lockPath(file);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(path, 'wx');
      await handle.write(String(process.pid));
      await handle.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw new ArtistError('ERR_WRITE', `${path}: cannot be written`, { cause: error });
      const owner = Number(await readFile(path, 'utf8').catch(() => ''));
      if (isAlive(owner))
        throw new ArtistError('ERR_LOCKED', `${file}: process ${owner} is downloading it. Wait for it to finish, or end it`);
      await unlink(path).catch(() => undefined); // somebody else may have been quicker: the next attempt decides
    }
  }
  throw new ArtistError('ERR_LOCKED', `${file}: another process is downloading it. Wait for it to finish`);
}
