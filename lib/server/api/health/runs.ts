import { basename } from 'node:path';
import { ArtistError, createIds, isArtistError, redact } from '../../../core/index.ts';
import { checkGallery } from '../../../gallery/index.ts';
import { checkModelFile, modelFileStates } from '../../../models/index.ts';
import type { ServerContext } from '../../context.ts';
import { withoutPaths } from '../../errors/request-error.ts';
import { blameCaller } from '../../errors/status.ts';
import type { HealthRun } from './views.ts';

export type RunWish = Pick<HealthRun, 'of' | 'fix' | 'drop'> & { hashes: boolean };

const mostShown = 100;

/** Checks and repairs of the disk: one at a time, because each reads as fast as the disk can. */
export class HealthRuns {
  readonly #context: ServerContext;
  readonly #newId: () => string;
  #last: { run: HealthRun; abort: AbortController; done: Promise<void> } | undefined;

  constructor(context: ServerContext) {
    this.#context = context;
    this.#newId = createIds({ clock: context.clock });
  }

  /** The one that runs, or the last one of this server; undefined: there was none. */
  get last(): HealthRun | undefined {
    return this.#last?.run;
  }

  /** @throws ArtistError ERR_LOCKED: one is running, which is a conflict (409): of a large gallery it takes hours */
  begin({ hashes, ...wish }: RunWish): HealthRun {
    if (this.#last?.run.state === 'running') {
      const error = new ArtistError('ERR_LOCKED', 'check: expected none that is running, got one. Wait for its end, or cancel it');
      blameCaller(error, 409);
      throw error;
    }
    const phase = wish.of === 'models' ? ('models' as const) : ('files' as const);
    const run: HealthRun = {
      ...{ id: this.#newId(), state: 'running', startedAt: this.#now(), endedAt: null },
      ...{ ...wish, phase, done: 0, total: 0, gallery: null, models: null, error: null },
    };
    const abort = new AbortController();
    this.#last = { run, abort, done: this.#run(run, hashes, abort.signal) };
    return run;
  }

  /** Stops it after the file it is at; what was repaired stays. */
  async cancel(): Promise<HealthRun | undefined> {
    if (this.#last?.run.state === 'running') {
      this.#last.abort.abort(new ArtistError('ERR_ABORTED', 'cancelled'));
      await this.#last.done;
    }
    return this.last;
  }

  async close(): Promise<void> {
    await this.cancel();
  }

  #now(): string {
    return new Date(this.#context.clock.now()).toISOString();
  }

  #shown(text: string): string {
    return withoutPaths(redact(text), this.#context.home.folder);
  }

  /** Never rejects. */
  async #run(run: HealthRun, hashes: boolean, signal: AbortSignal): Promise<void> {
    try {
      if (run.of === 'gallery') await this.#checkGallery(run, hashes, signal);
      else await this.#checkModels(run, signal);
      run.state = 'done';
    } catch (error) {
      run.state = signal.aborted ? 'cancelled' : 'failed';
      if (!signal.aborted) run.error = this.#told(error);
    }
    run.endedAt = this.#now();
  }

  #told(error: unknown): { code: string; message: string } {
    if (isArtistError(error)) return { code: error.code, message: this.#shown(error.message) };
    this.#context.warn(`a check failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return { code: 'ERR_INTERNAL', message: 'unexpected error, see the log of the server' };
  }

  async #checkGallery(run: HealthRun, hashes: boolean, signal: AbortSignal): Promise<void> {
    const { fix, drop } = run;
    const found = await checkGallery(this.#context.gallery, {
      ...{ hashes, fix, drop, signal },
      onProgress: (phase, done, total) => Object.assign(run, { phase, done, total }),
    });
    run.gallery = {
      ...{ works: found.works, bytes: found.bytes, indexed: found.indexed, thumbnails: found.thumbnails },
      found: found.findings.length,
      findings: found.findings
        .slice(0, mostShown)
        .map(({ kind, path, id, message }) => ({ kind, path: this.#shown(path), work: id ?? null, message: this.#shown(message) })),
      repaired: found.mended.length,
      repairs: found.mended.slice(0, mostShown).map((line) => this.#shown(line)),
    };
  }

  async #checkModels(run: HealthRun, signal: AbortSignal): Promise<void> {
    const files = await modelFileStates({ home: this.#context.home.folder });
    run.total = files.length;
    const result: NonNullable<HealthRun['models']> = { right: 0, wrong: [], unknown: 0 };
    for (const file of files) {
      signal.throwIfAborted();
      const { state } = await checkModelFile(file, signal);
      if (state === 'right') result.right++;
      else if (state === 'unknown') result.unknown++;
      else result.wrong.push({ model: file.model, file: basename(file.path), state });
      run.done++;
    }
    run.models = result;
  }
}
