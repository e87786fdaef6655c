/** Subjects that any process of a home is painting right now, so that two workers do not choose the same one. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import * as z from 'zod';
import { birthOf, type Clock, homeOf, isAlive, type StateDefinition, StateFile, systemClock } from '../../core/index.ts';

const reservation = z.strictObject({
  /** Identifies this reservation. */
  token: z.string().min(1),
  subject: z.string(),
  /** The process that paints it. */
  pid: z.int().positive(),
  host: z.string(),
  /** Distinguishes the process from a later one with the same pid; null if the system does not report it. */
  birth: z.string().nullable(),
  /** Milliseconds since 1970. */
  since: z.number(),
});
type Reservation = z.output<typeof reservation>;

const bookSchema = z.strictObject({ reserved: z.array(reservation) });
type Book = z.output<typeof bookSchema>;

/** For StateFile: `<home>/state/subjects.json`. */
const bookState: StateDefinition<Book> = { kind: 'subjects', version: 1, schema: bookSchema, initial: () => ({ reserved: [] }) };

/** No work takes longer. An older reservation was left by another machine, whose processes cannot be checked from here. */
const longestMs = 24 * 3_600_000;

async function stands({ host, pid, birth, since }: Reservation, now: number): Promise<boolean> {
  if (now - since > longestMs) return false;
  if (host !== hostname()) return true;
  if (!isAlive(pid)) return false;
  const born = await birthOf(pid);
  return born === undefined || birth === null || born === birth;
}

/** The reservation of one work: at most one subject. */
export class SubjectHold {
  readonly #file: StateFile<Book>;
  readonly #clock: Clock;
  readonly #token = randomUUID();
  #holds = false;

  constructor(home: string, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#file = new StateFile(homeOf(home).state('subjects.json'), bookState, { clock });
  }

  /**
   * Calls `choose` under the lock of the book and reserves the subject it returns; without a subject, nothing is reserved. `choose` gets the
   * reserved subjects, the latest first.
   *
   * @throws ArtistError ERR_LOCKED when the lock stays taken; ERR_READ, ERR_NEWER_VERSION, ERR_WRITE or ERR_DISK_FULL for the state file; every
   *   error of `choose`
   */
  async take<T extends { subject?: string | undefined }>(choose: (taken: readonly string[]) => Promise<T>): Promise<T> {
    let chosen: T | undefined;
    await this.#file.update(async ({ reserved }) => {
      const now = this.#clock.now();
      const standing: Reservation[] = [];
      for (const one of reserved) if (await stands(one, now)) standing.push(one);
      chosen = await choose(standing.map(({ subject }) => subject).reverse());
      const { subject } = chosen;
      if (subject === undefined) return { reserved: standing };
      const who = { pid: process.pid, host: hostname(), birth: (await birthOf(process.pid)) ?? null };
      this.#holds = true;
      return { reserved: [...standing, { token: this.#token, subject, ...who, since: now }] };
    });
    return chosen as T;
  }

  /**
   * The subjects that are reserved now, the latest first.
   *
   * @throws ArtistError ERR_READ when the book cannot be read, ERR_NEWER_VERSION when a newer version wrote it
   */
  async taken(): Promise<string[]> {
    const { reserved } = await this.#file.read();
    return reserved.map(({ subject }) => subject).reverse();
  }

  /**
   * Frees the reservation: the work is filed, or there will be none.
   *
   * @throws every error of take()
   */
  async release(): Promise<void> {
    if (!this.#holds) return;
    this.#holds = false;
    await this.#file.update(({ reserved }) => ({ reserved: reserved.filter(({ token }) => token !== this.#token) }));
  }
}
