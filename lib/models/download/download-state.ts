import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';

/** Progress of an unfinished download, stored beside its `.part` file. A killed process loses at most the last second. */
const stateSchema = z.strictObject({
  schema: z.literal(1),
  id: z.string(),
  etag: z.string().optional(),
  bytes: z.int().positive(),
  /** Ranges [start, end) that cover the file, and how many bytes of each are on disk. */
  segments: z.array(z.strictObject({ start: z.int().min(0), end: z.int().positive(), done: z.int().min(0) })).min(1),
});
export type DownloadState = z.output<typeof stateSchema>;
export type Segment = DownloadState['segments'][number];

export const partPath = (file: string): string => `${file}.part`;
export const statePath = (file: string): string => `${file}.part.json`;
export const lockPath = (file: string): string => `${file}.part.lock`;

/** The state of an earlier attempt, if it is usable for this file. */
export async function readState(file: string, id: string, bytes: number, etag: string | undefined): Promise<DownloadState | undefined> {
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(statePath(file), 'utf8'));
  } catch {
    return undefined; // absent, or truncated by a crash: start again
  }
  const { data: state } = stateSchema.safeParse(raw);
  // Without an ETag nothing proves that the server still has the same bytes.
  if (!state || state.id !== id || state.bytes !== bytes || etag === undefined || state.etag !== etag) return undefined;
  const sound = state.segments.every(
    (segment, index) => segment.start === (state.segments[index - 1]?.end ?? 0) && segment.start + segment.done <= segment.end,
  );
  return sound && state.segments.at(-1)?.end === bytes ? state : undefined;
}

/** Written atomically: a damaged state file would lose the progress. */
export async function writeState(file: string, state: DownloadState): Promise<void> {
  const temporary = `${statePath(file)}.new`;
  await writeFile(temporary, JSON.stringify(state));
  await rename(temporary, statePath(file));
}

export async function removePartial(file: string): Promise<void> {
  await Promise.all([partPath(file), statePath(file), `${statePath(file)}.new`].map((path) => rm(path, { force: true })));
}
