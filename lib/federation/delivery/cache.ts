import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import * as z from 'zod';
import { type Clock, type Home, readPlainFile, systemCode, writeFileAtomic } from '../../core/index.ts';

const entrySchema = z.strictObject({ value: z.unknown(), until: z.number().nullable() });

/** How long an entry without an end of its own is kept, milliseconds. */
const longestMs = 30 * 86_400_000;
const mostFiles = 20_000;
/** After so many writes old entries are removed. */
const betweenSweeps = 1000;

/**
 * What Fedify remembers: keys and documents of other servers, and which activities it has seen, so that none is handled twice, also after a restart.
 * One small file for each; one that cannot be read counts as none, since all of it can be fetched again.
 */
export class FileCache {
  readonly #home: Home;
  readonly #clock: Clock;
  #writes = 0;

  constructor(home: Home, clock: Clock) {
    this.#home = home;
    this.#clock = clock;
  }

  #path(key: readonly string[]): string {
    return this.#home.federation('cache', `${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.json`);
  }

  async get<T>(key: readonly string[]): Promise<T | undefined> {
    const text = await readPlainFile(this.#path(key), 'utf8').catch((error: unknown) => {
      if (systemCode(error) !== undefined) return undefined;
      throw error;
    });
    const entry = text === undefined ? undefined : entrySchema.safeParse(parsed(text)).data;
    return entry && (entry.until === null || entry.until > this.#clock.now()) ? (entry.value as T) : undefined;
  }

  async set(key: readonly string[], value: unknown, options?: { ttl?: { total(unit: 'milliseconds'): number } }): Promise<void> {
    const until = options?.ttl ? this.#clock.now() + options.ttl.total('milliseconds') : null;
    await writeFileAtomic(this.#path(key), JSON.stringify({ value, until }), { private: true });
    if (++this.#writes % betweenSweeps === 0) await this.sweep();
  }

  async delete(key: readonly string[]): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  /** Removes what is older than a month, and the oldest of too many. */
  async sweep(): Promise<void> {
    const folder = this.#home.federation('cache');
    const names = await readdir(folder).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    });
    const files = await Promise.all(
      names.map(async (name) => {
        const path = this.#home.federation('cache', name);
        return {
          path,
          at: await stat(path).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        };
      }),
    );
    const newestFirst = files.sort((a, b) => b.at - a.at);
    const old = newestFirst.filter(({ at }, index) => index >= mostFiles || at < this.#clock.now() - longestMs);
    await Promise.all(old.map(({ path }) => rm(path, { force: true })));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // written by a process that died: as good as absent
  }
}
