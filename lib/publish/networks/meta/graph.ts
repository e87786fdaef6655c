import * as z from 'zod';
import { type Answer, type Call, callNetwork, checkedAnswer, serverAddress } from '../call-network.ts';
import type { Credentials } from '../credentials.ts';
import { type Failure, NetworkFailure } from '../network-failure.ts';
import { inOneLine } from '../refusal.ts';
import { RenewedSecrets } from '../renewing.ts';

/**
 * What is stored of an account of Instagram or Threads: a long-lived token, the account's number, and when the token ends, milliseconds since 1970
 * (absent: never, as with a page's token of Facebook Login). `version` is that of the API, v26.0.
 */
export const metaSecrets = z.object({
  token: z.string().min(1),
  userId: z.string().regex(/^\d+$/),
  expiresAt: z.number().optional(),
  version: z
    .string()
    .regex(/^v\d+\.\d+$/)
    .optional(),
});
export type MetaSecrets = z.output<typeof metaSecrets>;

const tokenSchema = z.object({ access_token: z.string(), expires_in: z.number() });
const errorSchema = z.object({
  error: z.object({
    message: z.string().default(''),
    code: z.number().default(0),
    error_subcode: z.number().optional(),
    is_transient: z.boolean().optional(),
    error_user_msg: z.string().optional(),
  }),
});

/** Tokens live 60 days and can be renewed once they are a day old: from the middle of their life on. */
const renewBeforeMs = 30 * 86_400_000;

export interface GraphOptions {
  /** For messages: Instagram, Threads. */
  name: string;
  defaultVersion: string;
  /** grant_type of a renewed token. */
  grant: 'ig_refresh_token' | 'th_refresh_token';
}

/** Calls of Meta's Graph API for one account (developers.facebook.com). */
export class Graph {
  readonly server: URL;
  readonly #secrets: RenewedSecrets<MetaSecrets>;
  readonly #options: GraphOptions;

  /** @throws ArtistError ERR_INVALID_ARGUMENT: `server` is not the address of a server */
  constructor(server: string, credentials: Credentials<MetaSecrets>, options: GraphOptions) {
    this.server = serverAddress(server);
    this.#secrets = new RenewedSecrets(credentials, {
      // The token is a part of the address that renews it.
      hides: ({ token }) => [token],
      tokenOf: ({ token }) => token,
      isDue: ({ expiresAt }, now) => expiresAt !== undefined && expiresAt < now + renewBeforeMs,
      renew: (current) => this.#renewed(current),
      isGoodStill: ({ expiresAt }, now) => (expiresAt ?? 0) > now,
    });
    this.#options = options;
  }

  /** `path` comes after the version; `me` in it stands for the account's number. */
  async ask<T>(schema: z.ZodType<T>, path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.#read(schema, await this.#call(path, { query: new URLSearchParams(query) }), false);
  }

  async post<T>(schema: z.ZodType<T>, path: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.#read(schema, await this.#call(path, { method: 'POST', headers, body: JSON.stringify(body) }), true);
  }

  async remove(path: string): Promise<void> {
    await this.#call(path, { method: 'DELETE' });
  }

  failure(failure: Pick<Failure, 'code' | 'message'> & Partial<Failure>): NetworkFailure {
    return new NetworkFailure({ retryable: false, unsure: false, ...failure, message: `${this.server.host}: ${failure.message}` });
  }

  #read<T>(schema: z.ZodType<T>, answer: Answer, changes: boolean): T {
    return checkedAnswer(schema, answer, this.server, this.#options.name, changes);
  }

  async #call(path: string, { query = new URLSearchParams(), ...call }: Call & { query?: URLSearchParams }): Promise<Answer> {
    const { token, userId, version = this.#options.defaultVersion } = await this.#secrets.current();
    const url = new URL(`/${version}/${path.replace(/^me(?=\/|$)/, userId)}`, this.server);
    url.search = query.toString();
    return callNetwork(url, { ...call, judge: judgedByGraph, headers: { authorization: `Bearer ${token}`, ...call.headers } });
  }

  async #renewed(current: MetaSecrets): Promise<MetaSecrets> {
    const url = new URL('/refresh_access_token', this.server);
    url.search = new URLSearchParams({ grant_type: this.#options.grant, access_token: current.token }).toString();
    const tokens = this.#read(tokenSchema, await callNetwork(url, { judge: judgedByGraph }), false);
    return { ...current, token: tokens.access_token, expiresAt: Date.now() + tokens.expires_in * 1000 };
  }
}

const hour = 3_600_000;
type Means = (said: string) => Partial<Failure>;
const later =
  (code: Failure['code'], what: string, waitMs: number): Means =>
  (said) => ({ code, message: `expected ${what}, ${said}. It is tried again`, retryable: true, waitMs });
const final =
  (code: Failure['code'], what: string, todo: string): Means =>
  (said) => ({ code, message: `expected ${what}, ${said}. ${todo}` });
const fetched = 'that the picture can be fetched';
const prepare = 'Prepare the picture again';

/** Subcodes of Instagram (developers.facebook.com, Instagram platform, Error codes), and codes of Threads. */
const subcodes: Readonly<Record<number, Means>> = {
  2207001: later('ERR_NETWORK', 'an answer', 5 * 60_000),
  2207003: later('ERR_NETWORK', `${fetched}; check its public address`, 5 * 60_000),
  2207004: final('ERR_TOO_LARGE', 'a smaller picture', prepare),
  2207005: final('ERR_INVALID_ARGUMENT', 'a JPEG picture', prepare),
  2207006: final('ERR_NOT_FOUND', 'the upload to be there still', 'Send the picture again'),
  2207008: final('ERR_NOT_FOUND', 'the upload to be there still', 'Send the picture again'),
  2207009: final('ERR_INVALID_ARGUMENT', 'another shape of the picture', prepare),
  2207010: final('ERR_INVALID_ARGUMENT', 'a shorter text', 'Shorten the caption'),
  2207020: final('ERR_NOT_FOUND', 'the upload to be there still', 'Send the picture again'),
  2207027: later('ERR_BUSY', 'the picture to be ready', 60_000),
  2207032: later('ERR_NETWORK', 'an upload', 5 * 60_000),
  2207042: later('ERR_RATE_LIMIT', 'to be within the posts of a day', hour),
  2207050: final('ERR_FORBIDDEN', 'an active account', 'Open the app and see what it asks for; nothing is posted until then'),
  // It may come after the post went live.
  2207051: (said) => ({
    code: 'ERR_RATE_LIMIT',
    message: `expected to be within the limits, ${said}. It is looked whether the post is there`,
    retryable: true,
    unsure: true,
    waitMs: hour,
  }),
  // Threads: a restricted user.
  4279013: final('ERR_FORBIDDEN', 'an active account', 'Open the app and see what it asks for; nothing is posted until then'),
  2207052: later('ERR_NETWORK', `${fetched}; check its public address`, 5 * 60_000),
  2207053: later('ERR_NETWORK', 'an upload', 5 * 60_000),
  2207082: later('ERR_NETWORK', 'an upload', 5 * 60_000),
};
const throttles = new Set([4, 17, 32, 613, 80_001, 80_002, 80_008]);
const unpermitted = new Set([3, 10, 200]);

/** What the words of the Graph API say more than the status of an answer. */
export function judgedByGraph({ status, json }: { status: number; json: unknown }): Partial<Failure> | undefined {
  const { success, data } = errorSchema.safeParse(json);
  if (!success) return undefined;
  const { message, code, error_subcode: subcode, is_transient, error_user_msg } = data.error;
  const numbers = subcode === undefined ? `${code}` : `${code}/${subcode}`;
  const said = `got ${status} (${numbers}: ${inOneLine([message, error_user_msg].filter(Boolean).join(' '))})`;
  const means = subcodes[subcode ?? code] ?? subcodes[code];
  if (means) return means(said);
  if (code === 190)
    return { code: 'ERR_UNAUTHENTICATED', message: `expected a valid token, ${said}. Connect the account again`, retryable: false };
  // Limits come with status 400, too; that of the app (4) perhaps after the post went live.
  if (throttles.has(code))
    return {
      code: 'ERR_RATE_LIMIT',
      message: `expected to be within the limits, ${said}. It is tried again`,
      retryable: true,
      unsure: code === 4,
      waitMs: hour,
    };
  // It comes for objects that are there, for no known reason.
  if (code === 100 && subcode === 33)
    return { code: 'ERR_NETWORK', message: `expected the object, ${said}. It is asked for again`, retryable: true, unsure: true };
  if (unpermitted.has(code) || (code > 200 && code < 300))
    return { code: 'ERR_FORBIDDEN', message: `expected permission, ${said}. Connect the account again with all permissions it asks for` };
  if (is_transient || code === 1 || code === 2)
    return { code: 'ERR_NETWORK', message: `expected an answer, ${said}. It is tried again`, retryable: true, unsure: true };
  return status === 400 ? { message: `expected the call to be accepted, ${said}. Change what it complains of` } : undefined;
}
