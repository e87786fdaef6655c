import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import * as z from 'zod';
import {
  ArtistError,
  type Clock,
  homeOf,
  isSecretName,
  namesIn,
  nearest,
  rememberSecret,
  type SecretPlace,
  type StateDefinition,
  StateFile,
  secretAt,
  systemClock,
} from '../../core/index.ts';
import type { Credentials } from '../networks/credentials.ts';
import { networkNames } from '../networks/network-names.ts';

/** Where a secret is that the owner keeps elsewhere. */
const placeSchema: z.ZodType<SecretPlace> = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
]);

const accountSchema = z.strictObject({
  name: z.string(),
  network: z.enum(networkNames),
  /** Address of the server; of a folder its path. */
  server: z.string(),
  /** As the network writes it. */
  handle: z.string(),
  url: z.string().nullable(),
  /** Milliseconds since 1970. */
  connectedAt: z.int(),
  /** Tokens and what else a network needs, such as a session; or where they are. */
  secrets: z.record(z.string(), z.union([placeSchema, z.json()])),
  /** Why nothing is posted to it; connecting it again ends that. */
  stopped: z.strictObject({ at: z.int(), code: z.string(), message: z.string() }).nullable(),
});
export type Account = z.output<typeof accountSchema>;

const accountName = /^[a-z0-9][a-z0-9_.-]{0,63}$/;

/** @throws ArtistError ERR_INVALID_ARGUMENT */
export function checkAccountName(name: string): void {
  if (!accountName.test(name))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `account: expected up to 64 of a-z, 0-9, dot, dash and _, got ${JSON.stringify(name)}`);
}

/** The accounts of a home, a file of mode 0600 each. */
export class Accounts {
  /** The home folder. */
  readonly home: string;
  readonly #clock: Clock;

  constructor(home: string, { clock = systemClock }: { clock?: Clock } = {}) {
    this.home = home;
    this.#clock = clock;
  }

  #file(name: string, first?: Account): StateFile<Account> {
    checkAccountName(name);
    const path = homeOf(this.home).account(name);
    const refuse = (): never => {
      if (existsSync(path))
        throw new ArtistError(
          'ERR_DAMAGED',
          `${path}: expected an account, got a damaged file. Connect it again: ai-artist publish connect`,
        );
      throw new ArtistError(
        'ERR_NOT_FOUND',
        `account: expected one of this home, got ${JSON.stringify(name)}. See: ai-artist publish accounts`,
      );
    };
    const definition: StateDefinition<Account> = {
      kind: 'account',
      version: 1,
      schema: accountSchema,
      initial: first ? () => first : refuse,
    };
    return new StateFile(path, definition, { clock: this.#clock });
  }

  /** Adds an account, or replaces the one of this name. @throws ArtistError ERR_INVALID_ARGUMENT, ERR_WRITE, ERR_DISK_FULL */
  async save(whole: Account): Promise<Account> {
    // Also in place of a damaged file of this name, since that is how it is mended.
    return this.#file(whole.name, whole).update(() => whole);
  }

  /** @throws ArtistError ERR_NOT_FOUND, ERR_DAMAGED, ERR_READ */
  async get(name: string): Promise<Account> {
    try {
      return await this.#file(name).read();
    } catch (error) {
      if (!(error instanceof ArtistError) || error.code !== 'ERR_NOT_FOUND') throw error;
      const meant = nearest(name, await this.names());
      throw meant === undefined ? error : new ArtistError('ERR_NOT_FOUND', `${error.message}. Did you mean ${meant}?`);
    }
  }

  /** @throws ArtistError ERR_READ */
  async names(): Promise<string[]> {
    return (await namesIn(homeOf(this.home).accounts, 'the accounts'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .filter((name) => accountName.test(name))
      .sort();
  }

  /** All that can be read, by name. */
  async list(): Promise<Account[]> {
    return Promise.all((await this.names()).map((name) => this.get(name)));
  }

  /** Forgets an account and its tokens. Its posts stay in the outbox. @throws ArtistError ERR_NOT_FOUND */
  async remove(name: string): Promise<void> {
    await this.get(name);
    const path = homeOf(this.home).account(name);
    await Promise.all([path, `${path}.bak`].map((file) => rm(file, { force: true })));
  }

  /** Stops posting to an account until it is connected again. */
  async stop(name: string, reason: { code: string; message: string }): Promise<void> {
    await this.#file(name).update((account) => ({ ...account, stopped: { at: this.#clock.now(), ...reason } }));
  }

  /** The secrets of an account, checked by the schema of its network. */
  credentials<T extends object>(name: string, schema: z.ZodType<T>): Credentials<T> {
    const file = this.#file(name);
    return {
      read: async () => checked(name, schema, await resolved(await file.read())),
      renew: async (change) => {
        let renewed: T | undefined;
        await file.update(async (account) => {
          const before = await resolved(account);
          renewed = await change(checked(name, schema, before));
          const secrets = Object.entries(renewed).map(([key, value]: [string, unknown]) => {
            remember(key, value);
            // What did not change stays where the owner keeps it.
            return [key, value === before[key] ? account.secrets[key] : value];
          });
          return { ...account, secrets: Object.fromEntries(secrets.filter(([, value]) => value !== undefined)) as Account['secrets'] };
        });
        return renewed as T;
      },
    };
  }
}

function checked<T>(name: string, schema: z.ZodType<T>, secrets: unknown): T {
  const { success, data, error } = schema.safeParse(secrets);
  if (success) return data;
  const issue = error.issues[0];
  throw new ArtistError(
    'ERR_CONFIG',
    `account ${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}. Connect it again: ai-artist publish connect`,
  );
}

async function resolved({ name, secrets }: Account): Promise<Record<string, unknown>> {
  const entries = Object.entries(secrets).map(async ([key, secret]): Promise<[string, unknown]> => {
    const place = placeSchema.safeParse(secret).data;
    const value = place ? await secretAt(place, `account ${name}: ${key}`) : secret;
    remember(key, value);
    return [key, value];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function remember(key: string, value: unknown): void {
  if (typeof value === 'string' && isSecretName(key)) rememberSecret(value);
}
