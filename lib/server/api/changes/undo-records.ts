/** What mass actions changed, so that one step takes it back: `<home>/state/undo/<operation>.jsonl`, a line for each work. */

import { createReadStream } from 'node:fs';
import { appendFile, readdir, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { ArtistError, type Home, isUlid, makePrivateFolder, privateMode, readError, systemCode, writeError } from '../../../core/index.ts';
import { updateSchema, type WorkUpdate } from '../../../gallery/index.ts';

/** One changed work: the values of the changed fields before and after; null: absent. */
export interface UndoStep {
  id: string;
  before: WorkUpdate;
  after: WorkUpdate;
}

const stepSchema = z.strictObject({ id: z.string().refine(isUlid), before: updateSchema, after: updateSchema });

/** Records that are kept; older ones are removed. */
export const mostRecords = 100;

/** The undo records of a home. */
export class UndoRecords {
  readonly #home: Home;

  constructor(home: Home) {
    this.#home = home;
  }

  /**
   * Adds steps. When the promise is fulfilled they survive the end of the process. Of two steps for one work the later counts.
   *
   * @throws ArtistError ERR_WRITE, ERR_DISK_FULL
   */
  async append(operation: string, steps: readonly UndoStep[]): Promise<void> {
    if (steps.length === 0) return;
    const path = this.#home.undo(operation);
    try {
      await makePrivateFolder(this.#home.stateFolder);
      await makePrivateFolder(this.#home.undoFolder);
      await appendFile(path, steps.map((step) => `${JSON.stringify(step)}\n`).join(''), { flush: true, mode: privateMode });
    } catch (error) {
      throw writeError(path, error);
    }
  }

  /**
   * The steps of an operation, in the order in which the works were changed. A last line that a killed process left incomplete is skipped: its
   * work was not changed.
   *
   * @throws ArtistError ERR_NOT_FOUND: there is no such record; ERR_READ
   */
  async read(operation: string): Promise<UndoStep[]> {
    const path = this.#home.undo(operation);
    const steps = new Map<string, UndoStep>();
    try {
      for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
        const step = stepOf(line);
        if (step) steps.set(step.id, step);
      }
    } catch (error) {
      if (systemCode(error) === 'ENOENT')
        throw new ArtistError('ERR_NOT_FOUND', `${operation}: expected an operation that can be undone, got one without a record`);
      throw readError(path, 'an undo record', error);
    }
    return [...steps.values()];
  }

  /** Removes all but the newest records. */
  async prune(): Promise<void> {
    const names = await readdir(this.#home.undoFolder).catch(() => []);
    const records = names
      .map((name) => name.replace(/\.jsonl$/, ''))
      .filter(isUlid)
      .sort();
    for (const operation of records.slice(0, -mostRecords)) await rm(this.#home.undo(operation), { force: true });
  }
}

function stepOf(line: string): UndoStep | undefined {
  try {
    return stepSchema.safeParse(JSON.parse(line)).data as UndoStep | undefined;
  } catch {
    return undefined;
  }
}
