import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { ArtistError, type Clock, createIds, display, type Home, type StateDefinition, StateFile } from '../../core/index.ts';
import { workId } from '../api/work-id.ts';

/** Of the secret in a link: 192 bits need no slow hash. */
const secretBytes = 24;
/** As base64url. */
export const secretForm = /^[\w-]{32}$/;
/** Links of a home at most. */
const mostShares = 1000;

const time = () => z.iso.datetime();

/** Which works a link shows: always the same ones, or the results of a query, also those that are filed later. */
export const sharedWorks = z.union([
  z.strictObject({ ids: z.array(workId).min(1).max(10_000) }),
  z.strictObject({ query: z.string().max(20_000), except: z.array(workId).max(10_000).optional() }),
]);
export type SharedWorks = z.output<typeof sharedWorks>;

const recordSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  which: sharedWorks,
  withRecipe: z.boolean(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Name of the token that made it. */
  by: z.string(),
  createdAt: time(),
  expiresAt: time().nullable(),
});
type ShareRecord = z.output<typeof recordSchema>;

/** A link without anything from which it could be found. */
export type Share = Omit<ShareRecord, 'sha256'> & { expired: boolean };

const definition: StateDefinition<{ shares: ShareRecord[] }> = {
  kind: 'shares',
  version: 1,
  schema: z.strictObject({ shares: z.array(recordSchema) }),
  initial: () => ({ shares: [] }),
};

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export type NewShare = Pick<ShareRecord, 'title' | 'which' | 'withRecipe' | 'by'> & { expiresInMs?: number | undefined };

/** The links of a home, in `<home>/state/shares.json`. */
export class ShareBook {
  readonly #file: StateFile<{ shares: ShareRecord[] }>;
  readonly #clock: Clock;
  readonly #ids: () => string;

  constructor(home: Home, clock: Clock) {
    this.#file = new StateFile(home.state('shares.json'), definition, { clock });
    this.#clock = clock;
    this.#ids = createIds({ clock });
  }

  /**
   * Makes a link. Its secret is returned here only: the file has its hash.
   *
   * @throws ArtistError ERR_TOO_LARGE: there are too many; every error of StateFile.update()
   */
  async create({ expiresInMs, ...wish }: NewShare): Promise<{ secret: string; share: Share }> {
    const secret = randomBytes(secretBytes).toString('base64url');
    const now = this.#clock.now();
    const record: ShareRecord = {
      id: this.#ids(),
      ...wish,
      sha256: hashOf(secret).toString('hex'),
      createdAt: new Date(now).toISOString(),
      expiresAt: expiresInMs === undefined ? null : new Date(now + expiresInMs).toISOString(),
    };
    await this.#file.update((state) => {
      const shares = state.shares.filter((one) => !this.#isExpired(one));
      if (shares.length >= mostShares)
        throw new ArtistError('ERR_TOO_LARGE', `shares: expected at most ${mostShares} links, got one more. Revoke some`);
      return { shares: [...shares, record] };
    });
    return { secret, share: this.#factsOf(record) };
  }

  /** Newest first, with expired ones. @throws ArtistError every error of StateFile.read() */
  async list(): Promise<Share[]> {
    return (await this.#file.read()).shares.reverse().map((record) => this.#factsOf(record));
  }

  /**
   * Ends a link: the next request with it finds nothing.
   *
   * @throws ArtistError ERR_NOT_FOUND; every error of StateFile.update()
   */
  async revoke(id: string): Promise<Share> {
    const facts = await this.#file.change((state) => {
      const found = state.shares.find((one) => one.id === id);
      if (!found) throw new ArtistError('ERR_NOT_FOUND', `${display(id)}: no such link`);
      state.shares = state.shares.filter((one) => one !== found);
      return this.#factsOf(found);
    });
    // Once more, so that the state before the last change, which replaces a damaged file, does not have it either.
    await this.#file.update((state) => state);
    return facts;
  }

  /** The link with this secret; undefined: there is none, or it has expired. The time does not depend on how much of it is right. */
  async find(secret: string): Promise<Share | undefined> {
    const hash = hashOf(secret);
    let found: ShareRecord | undefined;
    for (const record of (await this.#file.peek()).shares) if (timingSafeEqual(Buffer.from(record.sha256, 'hex'), hash)) found = record;
    return found && !this.#isExpired(found) ? this.#factsOf(found) : undefined;
  }

  #isExpired({ expiresAt }: ShareRecord): boolean {
    return expiresAt !== null && Date.parse(expiresAt) <= this.#clock.now();
  }

  #factsOf({ sha256: _, ...record }: ShareRecord): Share {
    return { ...record, expired: this.#isExpired({ sha256: _, ...record }) };
  }
}
