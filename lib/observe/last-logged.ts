import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { namesIn, readError, systemCode } from '../core/index.ts';
import type { LogLevel } from './entry.ts';
import { shows } from './logger.ts';

/** A line of the log files. */
export interface LoggedLine {
  /** ISO 8601. */
  time: string;
  level: LogLevel;
  message: string;
  tag: string | undefined;
  /** Name of the writer: `serve`, `worker` … */
  writer: string;
}

/** Read from the end of each file: an error that lies further back is no news. */
const tailBytes = 512 * 1024;
/** Newest files of each writer that are read. */
const newestFiles = 2;

const lineSchema = z.object({
  time: z.iso.datetime(),
  level: z.enum(['error', 'warn', 'info', 'debug', 'trace']),
  message: z.string(),
  tag: z.string().optional(),
});

async function tailOf(path: string): Promise<string[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const lines = bytes.subarray(0, bytesRead).toString('utf8').split('\n');
    return from > 0 ? lines.slice(1) : lines; // the first one is cut
  } finally {
    await file.close();
  }
}

/** Torn or foreign lines are left out. */
function lineOf(text: string, writer: string): LoggedLine[] {
  try {
    const { success, data } = lineSchema.safeParse(JSON.parse(text));
    return success ? [{ ...data, tag: data.tag, writer }] : [];
  } catch {
    return [];
  }
}

/**
 * The newest lines of the log files of a folder, newest first. The last 512 kB of the two newest files of each writer are read.
 *
 * @param options.level this level and more important ones
 * @throws ArtistError ERR_READ; a folder that does not exist has no lines
 */
export async function lastLogged(folder: string, { level, most }: { level: LogLevel; most: number }): Promise<LoggedLine[]> {
  const names = await namesIn(folder, 'the log files');
  const byWriter = new Map<string, { name: string; day: string; index: number }[]>();
  for (const name of names) {
    const [, writer, day = '', index = '0'] = /^(.+)-(\d{4}-\d\d-\d\d)(?:\.(\d+))?\.jsonl$/.exec(name) ?? [];
    if (writer !== undefined) byWriter.set(writer, [...(byWriter.get(writer) ?? []), { name, day, index: Number(index) }]);
  }
  const found: LoggedLine[] = [];
  for (const [writer, files] of byWriter) {
    const newest = files.sort((a, b) => (a.day === b.day ? b.index - a.index : a.day < b.day ? 1 : -1)).slice(0, newestFiles);
    for (const { name } of newest) {
      const lines = await tailOf(join(folder, name)).catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') return []; // removed meanwhile, as old files are
        throw readError(join(folder, name), 'a log file', error);
      });
      found.push(...lines.flatMap((text) => lineOf(text, writer)).filter((line) => shows(level, line.level)));
    }
  }
  return found.sort((a, b) => (a.time < b.time ? 1 : -1)).slice(0, most);
}
