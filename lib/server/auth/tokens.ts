import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import {
  ArtistError,
  type Clock,
  createIds,
  type Home,
  rememberSecret,
  resolveOptions,
  type StateDefinition,
  StateFile,
  systemClock,
} from '../../core/index.ts';
import { scopes } from '../context.ts';

const prefix = 'aia_';
/** Of the random part. */
const tokenBytes = 32;
/** lastUsedAt is written at most this often. */
const betweenUsesMs = 600_000;

const time = () => z.iso.datetime();
const recordSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  scope: z.enum(scopes),
  /** SHA-256 of the whole token, hex. 256 random bits need no slow hash. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: time(),
  expiresAt: time().nullable(),
  lastUsedAt: time().nullable(),
});
type TokenRecord = z.infer<typeof recordSchema>;

/** A token without anything from which it could be found. Times are ISO 8601, UTC. */
export type TokenFacts = Omit<TokenRecord, 'sha256'> & { expired: boolean };

const newToken = z.strictObject({
  /** Unique in the home. */
  name: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u, { error: '1 to 64 letters, digits, spaces, points, dashes or underscores' }),
  scope: z.enum(scopes),
  /** Milliseconds until it expires. Default: it does not. */
  expiresInMs: z
    .number()
    .min(1000)
    .max(100 * 366 * 86_400_000)
    .optional(),
});
export type NewToken = z.input<typeof newToken>;

const definition: StateDefinition<{ tokens: TokenRecord[] }> = {
  kind: 'tokens',
  version: 1,
  schema: z.strictObject({ tokens: z.array(recordSchema) }),
  initial: () => ({ tokens: [] }),
};

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** The tokens of a home, in `<home>/state/tokens.json`. Any process may create and revoke them while a server runs. */
export class TokenBook {
  readonly #file: StateFile<{ tokens: TokenRecord[] }>;
  readonly #clock: Clock;
  readonly #ids: () => string;

  constructor(home: Home, { clock = systemClock }: { clock?: Clock } = {}) {
    this.#file = new StateFile(home.state('tokens.json'), definition, { clock });
    this.#clock = clock;
    this.#ids = createIds({ clock });
  }

  /**
   * Makes a token. Its text is returned here only: the file has its hash.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid, ERR_ALREADY_EXISTS when a token has the name; every error of
   *   StateFile.update()
   */
  async create(options: NewToken): Promise<{ token: string; facts: TokenFacts }> {
    const { name, scope, expiresInMs } = resolveOptions('createToken', newToken, options);
    const token = `${prefix}${randomBytes(tokenBytes).toString('base64url')}`;
    const now = this.#clock.now();
    const record: TokenRecord = {
      id: this.#ids(),
      name,
      scope,
      sha256: hashOf(token).toString('hex'),
      createdAt: new Date(now).toISOString(),
      expiresAt: expiresInMs === undefined ? null : new Date(now + expiresInMs).toISOString(),
      lastUsedAt: null,
    };
    await this.#file.update((state) => {
      if (state.tokens.some((other) => other.name === name))
        throw new ArtistError(
          'ERR_ALREADY_EXISTS',
          `name: expected a name that no token has, got ${JSON.stringify(name)}. Revoke that first`,
        );
      state.tokens.push(record);
      return state;
    });
    return { token, facts: this.#factsOf(record) };
  }

  /** Oldest first, with expired ones. @throws ArtistError every error of StateFile.read() */
  async list(): Promise<TokenFacts[]> {
    return (await this.#file.read()).tokens.map((record) => this.#factsOf(record));
  }

  /** Whether a token exists that has not expired. @throws ArtistError every error of StateFile.read() */
  async isAny(): Promise<boolean> {
    return (await this.list()).some(({ expired }) => !expired);
  }

  /**
   * Removes a token. A running server refuses it from its next request on.
   *
   * @param named its id or name
   * @throws ArtistError ERR_NOT_FOUND; every error of StateFile.update()
   */
  async revoke(named: string): Promise<TokenFacts> {
    const facts = await this.#file.change((state) => {
      const found = state.tokens.find(({ id, name }) => id === named || name === named);
      if (!found)
        throw new ArtistError(
          'ERR_NOT_FOUND',
          `token: expected the id or name of a token, got ${JSON.stringify(named)}. See: ai-artist serve token list`,
        );
      state.tokens = state.tokens.filter(({ id }) => id !== found.id);
      return this.#factsOf(found);
    });
    // Once more, so that the state before the last change, which replaces a damaged file, does not have it either.
    await this.#file.update((state) => state);
    return facts;
  }

  /**
   * The token that has this text; undefined: none has, or it has expired. The time does not depend on how much of it is right.
   *
   * @throws ArtistError every error of StateFile.read()
   */
  async find(token: string): Promise<TokenFacts | undefined> {
    const hash = hashOf(token);
    let found: TokenRecord | undefined;
    for (const record of (await this.#file.read()).tokens) if (timingSafeEqual(Buffer.from(record.sha256, 'hex'), hash)) found = record;
    if (!found) return undefined;
    rememberSecret(token);
    const facts = this.#factsOf(found);
    return facts.expired ? undefined : facts;
  }

  /** Records that a token was used, at most every ten minutes. @throws ArtistError every error of StateFile.update() */
  async use({ id, lastUsedAt }: TokenFacts): Promise<void> {
    const now = this.#clock.now();
    if (lastUsedAt !== null && now - Date.parse(lastUsedAt) < betweenUsesMs) return;
    await this.#file.update((state) => {
      const record = state.tokens.find((one) => one.id === id);
      if (record) record.lastUsedAt = new Date(now).toISOString();
      return state;
    });
  }

  #factsOf({ sha256: _, ...record }: TokenRecord): TokenFacts {
    return { ...record, expired: record.expiresAt !== null && Date.parse(record.expiresAt) <= this.#clock.now() };
  }
}
