import { appendFile } from 'node:fs/promises';
import { writeError } from '../../core/index.ts';
import type { TrainEvent } from '../run/events.ts';

const logged: ReadonlySet<TrainEvent['type']> = new Set(['begin', 'step', 'validation', 'sample', 'checkpoint', 'note', 'warning']);

/** log.jsonl, one event per line. A killed run may repeat steps after its last checkpoint; the last line of a step counts. */
export class RunLog {
  readonly path: string;
  #lines: string[] = [];

  constructor(path: string) {
    this.path = path;
  }

  add(event: TrainEvent): void {
    if (!logged.has(event.type)) return;
    const { images: _pixels, ...plain } = event as TrainEvent & { images?: unknown };
    this.#lines.push(`${JSON.stringify({ time: new Date().toISOString(), ...plain })}\n`);
  }

  /** @throws ArtistError ERR_DISK_FULL, ERR_WRITE when writing fails */
  async flush(): Promise<void> {
    const lines = this.#lines.join('');
    this.#lines = [];
    if (lines === '') return;
    await appendFile(this.path, lines).catch((error: unknown) => {
      throw writeError(this.path, error);
    });
  }
}
