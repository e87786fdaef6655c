import * as z from 'zod';
import { type Answer, type Call, callNetwork, checkedAnswer, serverAddress } from './call-network.ts';
import type { Credentials } from './credentials.ts';
import { type Failure, NetworkFailure } from './network-failure.ts';
import {
  joinedUploads,
  type Limits,
  type Metrics,
  type OrderPicture,
  type PostContent,
  type PostOrder,
  type Profile,
  type Published,
  type Publisher,
  picturesOf,
  uploadsIn,
} from './publisher.ts';
import { inOneLine } from './refusal.ts';
import { RenewedSecrets } from './renewing.ts';
import { looseLinkPattern, weightedLength } from './text/graphemes.ts';

/**
 * What is stored of an account: the app's id (and its secret, if it has one), and the tokens of OAuth 2.0 with the scopes tweet.read, tweet.write,
 * users.read, media.write and offline.access. `expiresAt` is milliseconds since 1970.
 */
export const xSecrets = z.object({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1),
  expiresAt: z.number(),
});
export type XSecrets = z.output<typeof xSecrets>;

/** The answer to a request for tokens; `expires_in` is seconds. */
export const xTokenSchema = z.object({ access_token: z.string(), refresh_token: z.string().optional(), expires_in: z.number() });
const userSchema = z.object({ data: z.object({ id: z.string(), username: z.string() }) });
const idSchema = z.object({ data: z.object({ id: z.string() }) });
const timelineSchema = z.object({
  data: z
    .array(z.object({ id: z.string(), attachments: z.object({ media_keys: z.array(z.string()).default([]) }).optional() }))
    .default([]),
  meta: z.object({ next_token: z.string().optional() }).default({}),
});
const countSchema = z.number().optional();
const countsSchema = z.object({
  data: z.object({
    public_metrics: z
      .object({
        like_count: countSchema,
        // Its newer name, and the one that is sent still.
        repost_count: countSchema,
        retweet_count: countSchema,
        reply_count: countSchema,
        quote_count: countSchema,
        bookmark_count: countSchema,
        impression_count: countSchema,
      })
      .default({}),
  }),
});
const problemSchema = z.object({ title: z.string().default(''), detail: z.string().default(''), type: z.string().default('') });
const partialSchema = z.object({ data: z.unknown().optional(), errors: z.array(problemSchema).min(1) });

/** US dollars (docs.x.com, Pricing). */
const prices = { post: 0.015, postWithLink: 0.2, altText: 0.005 };
/** A token this near its end is renewed before it is used. */
const tokenMarginMs = 60_000;
/** Clocks of server and client may differ by this much when posts are matched. */
const clockSkewMs = 10 * 60_000;
const mostPages = 5;

/** An account on X (API v2; docs.x.com). X charges for each post. */
export class X implements Publisher {
  readonly network = 'x';
  /** X has no key that makes a repetition safe. */
  readonly repeatableMs = 0;
  readonly #server: URL;
  readonly #secrets: RenewedSecrets<XSecrets>;
  readonly #settleMs: number;

  /**
   * `settleMs`: how long after the first try a post may be missing from its account's timeline although it was made.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT: `server` is not the address of a server
   */
  constructor(server: string, credentials: Credentials<XSecrets>, { settleMs = 30_000 }: { settleMs?: number } = {}) {
    this.#server = serverAddress(server);
    this.#secrets = new RenewedSecrets(credentials, {
      hides: ({ clientSecret, accessToken, refreshToken }) => [clientSecret, accessToken, refreshToken],
      tokenOf: ({ accessToken }) => accessToken,
      isDue: ({ expiresAt }, now) => expiresAt <= now + tokenMarginMs,
      renew: (current) => this.#refreshed(current),
    });
    this.#settleMs = settleMs;
  }

  async profile(): Promise<Profile> {
    const { username } = (await this.#ask(userSchema, '/2/users/me')).data;
    return {
      handle: `@${username}`,
      url: `https://x.com/${username}`,
      bot: undefined,
      rules: ['The profile of an automated account must say that it is one, and name who is responsible for it (developer policy of X)'],
    };
  }

  async limits(): Promise<Limits> {
    return {
      characters: 280,
      count: weightedLength,
      altText: 1000,
      links: false,
      bytes: 5_000_000,
      pixels: 16_777_216,
      edge: 4096,
      pictures: 4,
      formats: ['png', 'jpeg', 'webp'],
    };
  }

  price({ text, altText }: PostContent, moreAltTexts: readonly string[] = []): number {
    const described = [altText, ...moreAltTexts].filter((one) => one !== '').length;
    return (text.search(looseLinkPattern) < 0 ? prices.post : prices.postWithLink) + described * prices.altText;
  }

  async upload(order: PostOrder): Promise<string> {
    const uploads: string[] = [];
    for (const one of picturesOf(order)) uploads.push(await this.#upload(one));
    return joinedUploads(uploads);
  }

  async #upload({ picture, altText }: OrderPicture): Promise<string> {
    const body = new FormData();
    body.append('media', new Blob([picture.bytes], { type: picture.type }), `work.${picture.type.slice('image/'.length)}`);
    body.append('media_category', 'tweet_image');
    const { id } = (await this.#ask(idSchema, '/2/media/upload', { method: 'POST', body, timeoutMs: 180_000 })).data;
    if (altText !== '') await this.#post('/2/media/metadata', { id, metadata: { alt_text: { text: altText } } });
    return id;
  }

  async isReady(): Promise<boolean> {
    return true;
  }

  async publish(order: PostOrder, media: string): Promise<Published> {
    const { text, madeWithAi } = order.content;
    try {
      return published((await this.#post('/2/tweets', { text, media: { media_ids: uploadsIn(media) }, made_with_ai: madeWithAi })).data.id);
    } catch (error) {
      if (!(error instanceof NetworkFailure && error.failure.code === 'ERR_ALREADY_EXISTS')) throw error;
      // The same text is there: from an earlier try of this order, or from another work.
      const found = await this.find(order, media);
      if (found === 'absent') throw error;
      if (found === 'unsure') throw new NetworkFailure({ ...error.failure, unsure: true });
      return found;
    }
  }

  /** By the upload, in the account's own timeline. The timeline is not always up to date: early on, what is missing is asked for again. */
  async find({ armedAt }: PostOrder, media: string): Promise<Published | 'absent' | 'unsure'> {
    const { id } = (await this.#ask(userSchema, '/2/users/me')).data;
    const since = new Date(armedAt - clockSkewMs).toISOString();
    const [first] = uploadsIn(media);
    let next: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const query = new URLSearchParams({ max_results: '100', start_time: since, 'tweet.fields': 'attachments' });
      if (next !== undefined) query.set('pagination_token', next);
      const { data, meta } = await this.#ask(timelineSchema, `/2/users/${id}/tweets?${query}`);
      const match = data.find(({ attachments }) => attachments?.media_keys.some((key) => key.endsWith(`_${first}`)));
      if (match) return published(match.id);
      next = meta.next_token;
      if (next !== undefined) continue;
      const waitMs = armedAt + this.#settleMs - Date.now();
      if (waitMs <= 0) return 'absent';
      const message = `${this.#server.host}: expected a timeline that is up to date, got one that may not be yet. It is looked at again`;
      throw new NetworkFailure({ code: 'ERR_BUSY', message, retryable: true, unsure: false, waitMs });
    }
    return 'unsure';
  }

  async metrics(uri: string): Promise<Metrics> {
    const query = new URLSearchParams({ 'tweet.fields': 'public_metrics' });
    const { public_metrics: counts } = (await this.#ask(countsSchema, `/2/tweets/${encodeURIComponent(uri)}?${query}`)).data;
    const figures = {
      views: counts.impression_count,
      likes: counts.like_count,
      shares: counts.repost_count ?? counts.retweet_count,
      replies: counts.reply_count,
      quotes: counts.quote_count,
      saves: counts.bookmark_count,
    };
    return Object.fromEntries(Object.entries(figures).filter(([, count]) => count !== undefined)) as Metrics;
  }

  async delete(uri: string): Promise<void> {
    try {
      await this.#call(`/2/tweets/${encodeURIComponent(uri)}`, { method: 'DELETE' });
    } catch (error) {
      if (!(error instanceof NetworkFailure && error.failure.code === 'ERR_NOT_FOUND')) throw error;
    }
  }

  #post(path: string, body: object): Promise<z.output<typeof idSchema>> {
    return this.#ask(idSchema, path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  async #ask<T>(schema: z.ZodType<T>, path: string, call: Call = {}): Promise<T> {
    return checkedAnswer(schema, await this.#call(path, call), this.#server, 'X', (call.method ?? 'GET') !== 'GET');
  }

  /** A token that X no longer takes is renewed once. */
  async #call(path: string, call: Call = {}): Promise<Answer> {
    const secrets = await this.#secrets.current();
    const send = ({ accessToken }: XSecrets): Promise<Answer> => {
      const headers = { authorization: `Bearer ${accessToken}`, ...call.headers };
      return callNetwork(new URL(path, this.#server), { ...call, judge: judged, headers });
    };
    try {
      return await send(secrets);
    } catch (error) {
      if (!(error instanceof NetworkFailure && error.failure.code === 'ERR_UNAUTHENTICATED')) throw error;
      return await send(await this.#secrets.renewed(secrets));
    }
  }

  /** A refresh token is good for once. */
  async #refreshed(current: XSecrets): Promise<XSecrets> {
    const { refreshToken } = current;
    const call = xTokenCall(
      current,
      { grant_type: 'refresh_token', refresh_token: refreshToken },
      'a refresh token',
      'Connect the account again',
    );
    const answer = await callNetwork(new URL(xTokenPath, this.#server), call);
    const tokens = checkedAnswer(xTokenSchema, answer, this.#server, 'X', true);
    return {
      ...current,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? refreshToken,
      expiresAt: Date.now() + tokens.expires_in * 1000,
    };
  }
}

export const xTokenPath = '/2/oauth2/token';

/**
 * A request for tokens of OAuth 2.0 (docs.x.com). An app without a secret names itself in the body alone.
 *
 * @param wanted what has to be good still, for the message of a refusal
 * @param todo what to do about it
 */
export function xTokenCall(
  { clientId, clientSecret }: { clientId: string; clientSecret?: string | undefined },
  grant: Readonly<Record<string, string>>,
  wanted: string,
  todo: string,
): Call {
  const basic = clientSecret === undefined ? undefined : Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(basic !== undefined && { authorization: `Basic ${basic}` }),
    },
    body: new URLSearchParams({ ...grant, client_id: clientId }).toString(),
    judge: ({ status }) =>
      status === 400 || status === 401
        ? { code: 'ERR_UNAUTHENTICATED', message: `expected ${wanted} that is good still, got ${status}. ${todo}` }
        : undefined,
  };
}

const published = (id: string): Published => ({ uri: id, url: `https://x.com/i/status/${id}` });

const creditWaitMs = 6 * 3_600_000;
const noCredit = (said: string): Partial<Failure> => ({
  code: 'ERR_FORBIDDEN',
  message: `expected credit for this call, ${said}. Buy credit or raise the spending limit at console.x.com; it is tried again later`,
  retryable: true,
  unsure: false,
  waitMs: creditWaitMs,
});
const final = (code: Failure['code'], message: string): Partial<Failure> => ({ code, message, retryable: false, unsure: false });

/** The words of X that say more than the status: its types of problems (docs.x.com, Response codes), and texts. */
const meanings: readonly [words: RegExp, means: (said: string) => Partial<Failure>][] = [
  [/usage-?capped|usage cap exceeded|credits ?depleted|spend(ing)? (cap|limit)/i, noCredit],
  [
    /duplicate content|not allowed to create a (tweet|post)/i,
    (said) => final('ERR_ALREADY_EXISTS', `expected a text that is not posted yet, ${said}. Change the caption: X takes a text once only`),
  ],
  [/cashtag/i, (said) => final('ERR_INVALID_ARGUMENT', `expected at most one cashtag, ${said}. Change the caption`)],
  [/text is too long|longer than/i, (said) => final('ERR_INVALID_ARGUMENT', `expected a shorter text, ${said}. Shorten the caption`)],
  [/media ids? (are|is) invalid/i, (said) => final('ERR_NOT_FOUND', `expected the picture to be there still, ${said}. Send it again`)],
  [
    /suspended|locked|not permitted to access this feature/i,
    (said) =>
      final(
        'ERR_FORBIDDEN',
        `expected an active account, ${said}. Sign in at x.com and see what it asks for; nothing is posted until then`,
      ),
  ],
  [
    /client-forbidden|unsupported authentication|not permitted to perform this action|scope/i,
    (said) =>
      final(
        'ERR_FORBIDDEN',
        `expected an app that may post, ${said}. Check its plan and permissions at console.x.com, and connect again with tweet.read, tweet.write, users.read, media.write and offline.access`,
      ),
  ],
  [/resource-not-found/i, (said) => final('ERR_NOT_FOUND', `expected the post, ${said}. It was deleted`)],
];

function judged({ status, json }: { status: number; json: unknown }): Partial<Failure> | undefined {
  if (status >= 500) return undefined;
  const inErrors = partialSchema.safeParse(json).data;
  // What was asked for is there, and only something beside it failed.
  if (status < 300 && (inErrors === undefined || (inErrors.data !== undefined && inErrors.data !== null))) return undefined;
  const problem = inErrors?.errors[0] ?? problemSchema.safeParse(json).data ?? { title: '', detail: '', type: '' };
  const said = `got ${status} (${inOneLine([problem.title, problem.detail].filter(Boolean).join(': ')) || 'no explanation'})`;
  if (status === 402) return noCredit(said);
  const words = `${problem.type} ${problem.title} ${problem.detail}`;
  const meaning = meanings.find(([pattern]) => pattern.test(words))?.[1](said);
  if (meaning !== undefined || status >= 300) return meaning;
  return { message: `expected success, ${said}. See what it complains of` };
}
