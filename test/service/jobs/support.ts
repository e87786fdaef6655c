/** A home with a queue and its jobs, as a server opens them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LoadedConfig, loadConfig } from '../../../lib/config/index.ts';
import { homeOf, isArtistError } from '../../../lib/core/index.ts';
import { Gallery } from '../../../lib/gallery/index.ts';
import { openQueue, type TaskQueue } from '../../../lib/schedule/index.ts';
import { openPaintJobs, type PaintJobs, type PaintJobsOptions, type PaintRequest } from '../../../lib/service/index.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist jobs 🎨-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let homes = 0;
export const newHome = (): string => path.join(scratch, `home ${homes++}`);

export interface Server {
  folder: string;
  config: LoadedConfig;
  gallery: Gallery;
  queue: TaskQueue;
  jobs: PaintJobs;
  close(): Promise<void>;
}

export async function openServer(
  folder = newHome(),
  options: Partial<PaintJobsOptions> & { redis?: string; queueName?: string } = {},
): Promise<Server> {
  const { redis, queueName, ...more } = options;
  const config = await loadConfig({ home: folder, environment: {} });
  const queue = await openQueue(redis === undefined ? { driver: 'file', home: folder } : { driver: 'bullmq', url: redis, name: queueName });
  const gallery = new Gallery({ home: folder });
  const jobs = openPaintJobs({ home: homeOf(folder), config, queue, gallery, ...more });
  const close = async (): Promise<void> => {
    await jobs.close();
    await queue.close();
  };
  return { folder, config, gallery, queue, jobs, close };
}

type Generate = Extract<PaintRequest['work'], { kind: 'generate' }>['options'];

/** A request for small pictures. */
export function request(options: Generate, more: Partial<PaintRequest> = {}): PaintRequest {
  return {
    work: { kind: 'generate', options: { prompt: 'a fox', width: 64, height: 64, steps: 1, ...options } },
    client: 'tester',
    dialect: 'api',
    ...more,
  };
}

/** The code of the error that a promise rejects with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return isArtistError(error) ? error.code : String(error);
  }
  return 'nothing was thrown';
}

export async function until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what}: did not happen within a minute`);
}
