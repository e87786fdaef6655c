/** What hooks were called for and how that ended, in `<home>/state/hooks.json`: each is called once for a work, by whichever process files it. */
import { hostname } from 'node:os';
import * as z from 'zod';
import { birthOf, type Clock, homeOf, isAlive, type StateDefinition, StateFile } from '../core/index.ts';
import type { CallResult } from './call-result.ts';

export const hookEvents = ['work', 'failure', 'period'] as const;
export type HookEvent = (typeof hookEvents)[number];

const recordSchema = z.strictObject({
  id: z.string(),
  event: z.enum(hookEvents),
  /** `work.filed`, `work.failed`, `period.started`, `period.ended`. */
  type: z.string(),
  /** What it was called for: the id of a work or period, the task or an id of its own of a failure. */
  about: z.string(),
  /** Its place in the list of the settings, and its program or the host of its address. */
  hook: z.string(),
  /** lost: its process ended meanwhile, and nobody knows how it went. */
  state: z.enum(['running', 'done', 'failed', 'lost']),
  /** Milliseconds since 1970. */
  at: z.int(),
  seconds: z.number().nullable(),
  /** Exit status, or HTTP status. */
  status: z.int().nullable(),
  problem: z.string().nullable(),
  output: z.string().nullable(),
  process: z.strictObject({ host: z.string(), pid: z.int(), birth: z.string().nullable() }),
});
/** One call of a hook. */
export type HookRecord = z.output<typeof recordSchema>;

const bookSchema = z.strictObject({ called: z.int().min(0), failed: z.int().min(0), records: z.array(recordSchema) });
type Book = z.output<typeof bookSchema>;

const definition: StateDefinition<Book> = {
  kind: 'hooks',
  version: 1,
  schema: bookSchema,
  initial: () => ({ called: 0, failed: 0, records: [] }),
  lists: { records: {} },
};

const mostRecords = 1000;

/** What a process claims when it calls a hook. */
export type HookClaim = Pick<HookRecord, 'id' | 'event' | 'type' | 'about' | 'hook'>;

const isSame = (one: HookClaim, other: HookClaim): boolean =>
  one.type === other.type && one.about === other.about && one.hook === other.hook;

export class HookBook {
  readonly #file: StateFile<Book>;
  readonly #clock: Clock;

  constructor(home: string, clock: Clock) {
    this.#clock = clock;
    this.#file = new StateFile(homeOf(home).state('hooks.json'), definition, { clock });
  }

  /** False: the hook was called for this before, by any process of the home. */
  async claim(claim: HookClaim): Promise<boolean> {
    const owner = { host: hostname(), pid: process.pid, birth: (await birthOf(process.pid)) ?? null };
    const gone = await this.#gone();
    return this.#file.change((book) => {
      for (const record of book.records) if (gone.has(record.id) && record.state === 'running') markLost(book, record);
      if (book.records.some((record) => isSame(record, claim))) return false;
      book.called++;
      book.records.push({
        ...claim,
        ...{ state: 'running', at: this.#clock.now(), seconds: null, status: null, problem: null, output: null },
        process: owner,
      });
      book.records.splice(0, Math.max(0, book.records.length - mostRecords));
      return true;
    });
  }

  async record(id: string, { status, problem, output }: CallResult, seconds: number): Promise<void> {
    await this.#file.change((book) => {
      const record = book.records.find((one) => one.id === id);
      if (!record) return;
      if (problem !== undefined) book.failed++;
      Object.assign(record, {
        ...{ state: problem === undefined ? 'done' : 'failed', seconds, status },
        ...{ problem: problem ?? null, output: output ?? null },
      });
    });
  }

  /**
   * How often hooks were called and failed since the home was made, and the latest calls, oldest first.
   *
   * @throws every error of StateFile.read()
   */
  async read(): Promise<Book> {
    const gone = await this.#gone();
    const book = await this.#file.read();
    for (const record of book.records) if (gone.has(record.id)) markLost(book, record);
    return book;
  }

  /** Ids of calls whose process has ended. */
  async #gone(): Promise<Set<string>> {
    const gone = new Set<string>();
    for (const { id, state, process: owner } of (await this.#file.read()).records) {
      if (state !== 'running' || owner.host !== hostname()) continue;
      if (!isAlive(owner.pid) || (owner.birth !== null && (await birthOf(owner.pid)) !== owner.birth)) gone.add(id);
    }
    return gone;
  }
}

function markLost(book: Book, record: HookRecord): void {
  book.failed++;
  Object.assign(record, { state: 'lost', problem: 'its process ended before the hook did' });
}
