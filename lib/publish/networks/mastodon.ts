import * as z from 'zod';
import { type Answer, type Call, callNetwork, checkedAnswer, serverAddress } from './call-network.ts';
import type { Credentials } from './credentials.ts';
import { type Failure, NetworkFailure } from './network-failure.ts';
import {
  joinedUploads,
  type Limits,
  type Metrics,
  type OrderPicture,
  type PostOrder,
  type Profile,
  type Published,
  type Publisher,
  picturesOf,
  uploadsIn,
} from './publisher.ts';
import { inOneLine } from './refusal.ts';
import { countGraphemes, linkPattern } from './text/graphemes.ts';

const accountSchema = z.object({ id: z.string(), acct: z.string(), url: z.string(), bot: z.boolean().optional() });
const instanceSchema = z.object({
  configuration: z
    .object({
      statuses: z
        .object({ max_characters: z.number(), max_media_attachments: z.number(), characters_reserved_per_url: z.number().default(23) })
        .partial()
        .default({}),
      media_attachments: z
        .object({
          image_size_limit: z.number(),
          image_matrix_limit: z.number(),
          description_limit: z.number(),
          supported_mime_types: z.array(z.string()),
        })
        .partial()
        .default({}),
    })
    .partial()
    .default({}),
  rules: z.array(z.object({ id: z.union([z.string(), z.number()]), text: z.string() })).default([]),
});
const mediaSchema = z.object({ id: z.string(), url: z.string().nullish() });
const statusSchema = z.object({
  id: z.string(),
  url: z.string().nullish(),
  uri: z.string().optional(),
  created_at: z.string(),
  media_attachments: z.array(z.object({ id: z.string() })).default([]),
});
const countsSchema = z.object({
  favourites_count: z.number().optional(),
  reblogs_count: z.number().optional(),
  replies_count: z.number().optional(),
  quotes_count: z.number().optional(),
});

/** What is stored of an account. The token needs the scopes read:accounts, read:statuses, write:media, write:statuses; write:accounts for markAsBot(). */
export const mastodonSecrets = z.object({ token: z.string().min(1) });
export type MastodonSecrets = z.output<typeof mastodonSecrets>;

/** Servers keep an Idempotency-Key for one hour (docs.joinmastodon.org/methods/statuses); ten minutes are left for clocks and slow calls. */
const repeatableMs = 50 * 60_000;
/** Clocks of server and client may differ by this much when posts are matched. */
const clockSkewMs = 10 * 60_000;
const pageSize = 40;
const mostPages = 5;
/** Pixelfed's words for a key that was used, and when one looks again for its post. */
const usedKey = /duplicate idempotency key/i;
const lookAgainMs = 5 * 60_000;
/** Mastodon's words for an upload that is gone, or on a post already. */
const usedPicture = /not found or already attached/i;

/**
 * An account on a Mastodon server (API 4.x; docs.joinmastodon.org) or on a Pixelfed server, which has the same API. Pixelfed refuses a repeated
 * Idempotency-Key where Mastodon answers with the first post, and marks the key as used before it posts.
 */
export class Mastodon implements Publisher {
  readonly network: 'mastodon' | 'pixelfed';
  readonly repeatableMs = repeatableMs;
  readonly #server: URL;
  readonly #credentials: Credentials<MastodonSecrets>;

  /** @throws ArtistError ERR_INVALID_ARGUMENT: `server` is not the address of a server */
  constructor(server: string, credentials: Credentials<MastodonSecrets>, network: 'mastodon' | 'pixelfed' = 'mastodon') {
    this.network = network;
    this.#server = serverAddress(server);
    this.#credentials = credentials;
  }

  async #call(path: string, call: Call = {}): Promise<Answer> {
    const { token } = await this.#credentials.read();
    return callNetwork(new URL(path, this.#server), {
      ...call,
      judge: ({ status, json }) => judged(status, json),
      headers: { authorization: `Bearer ${token}`, ...call.headers },
    });
  }

  async #read<T>(schema: z.ZodType<T>, path: string, call: Call = {}): Promise<T> {
    const answer = await this.#call(path, call);
    const api = this.network === 'pixelfed' ? 'Pixelfed' : 'Mastodon';
    return checkedAnswer(schema, answer, this.#server, api, (call.method ?? 'GET') !== 'GET');
  }

  #instance(): Promise<z.output<typeof instanceSchema>> {
    return this.#read(instanceSchema, '/api/v2/instance');
  }

  async profile(): Promise<Profile> {
    const account = await this.#read(accountSchema, '/api/v1/accounts/verify_credentials');
    const { rules } = await this.#instance();
    return {
      handle: `@${account.acct}@${this.#server.host}`,
      url: account.url,
      bot: account.bot,
      rules: rules.map(({ text }) => text),
    };
  }

  /** Marks the account as automated. */
  async markAsBot(): Promise<void> {
    const form = new FormData();
    form.append('bot', 'true');
    await this.#call('/api/v1/accounts/update_credentials', { method: 'PATCH', body: form });
  }

  /** The server's own, or those of most servers while it does not answer: a post can be queued meanwhile. */
  async limits(): Promise<Limits> {
    const { configuration } = await this.#instance().catch((error: unknown) => {
      if (error instanceof NetworkFailure && error.failure.retryable) return instanceSchema.parse({});
      throw error;
    });
    const { statuses = {}, media_attachments: media = {} } = configuration;
    const perLink = 'x'.repeat(statuses.characters_reserved_per_url ?? 23);
    const pixelfed = this.network === 'pixelfed';
    const taken = media.supported_mime_types ?? (pixelfed ? ['image/png', 'image/jpeg'] : ['image/png', 'image/jpeg', 'image/webp']);
    return {
      characters: statuses.max_characters ?? 500,
      count: (text) => countGraphemes(text.replace(linkPattern, perLink)),
      altText: media.description_limit ?? (pixelfed ? 1000 : 1500),
      bytes: media.image_size_limit ?? (pixelfed ? 15_000_000 : 16_777_216),
      pixels: media.image_matrix_limit ?? 33_177_600,
      edge: 8192,
      pictures: statuses.max_media_attachments ?? 4,
      formats: (['png', 'jpeg', 'webp'] as const).filter((format) => taken.includes(`image/${format}`)),
    };
  }

  async upload(order: PostOrder): Promise<string> {
    const uploads: string[] = [];
    for (const one of picturesOf(order)) uploads.push(await this.#upload(one));
    return joinedUploads(uploads);
  }

  async #upload({ picture, altText }: OrderPicture): Promise<string> {
    const form = (): FormData => {
      const parts = new FormData();
      parts.append('file', new Blob([picture.bytes], { type: picture.type }), `work.${picture.type.slice('image/'.length)}`);
      parts.append('description', altText);
      return parts;
    };
    const send = (path: string) => this.#read(mediaSchema, path, { method: 'POST', body: form(), timeoutMs: 180_000 });
    try {
      // 202: taken, and processed later. 200: ready.
      return (await send('/api/v2/media')).id;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return (await send('/api/v1/media')).id; // older servers
    }
  }

  async isReady(media: string): Promise<boolean> {
    for (const upload of uploadsIn(media)) {
      // 206 while it is processed.
      const { status } = await this.#call(`/api/v1/media/${encodeURIComponent(upload)}`);
      if (status !== 200) return false;
    }
    return true;
  }

  async publish(order: PostOrder, media: string): Promise<Published> {
    const { text, language, sensitive, visibility } = order.content;
    try {
      const status = await this.#read(statusSchema, '/api/v1/statuses', {
        method: 'POST',
        headers: { ...jsonType, 'idempotency-key': order.id },
        body: JSON.stringify({ status: text, media_ids: uploadsIn(media), language, sensitive, visibility }),
      });
      return published(status);
    } catch (error) {
      if (!(error instanceof NetworkFailure)) throw error;
      const { failure } = error;
      const [keyIsUsed, pictureIsUsed] = [usedKey.test(failure.message), usedPicture.test(failure.message)];
      if (!keyIsUsed && !pictureIsUsed) throw error;
      const found = await this.find(order, media);
      if (typeof found === 'object') return found;
      if (pictureIsUsed && found === 'absent') throw new NetworkFailure({ ...failure, code: 'ERR_NOT_FOUND' });
      throw new NetworkFailure({ ...failure, retryable: true, unsure: true, waitMs: lookAgainMs });
    }
  }

  /** By the upload: a picture is attached to one post only. */
  async find({ armedAt }: PostOrder, media: string): Promise<Published | 'absent' | 'unsure'> {
    const { id } = await this.#read(accountSchema, '/api/v1/accounts/verify_credentials');
    const [first] = uploadsIn(media);
    let before = '';
    for (let page = 0; page < mostPages; page++) {
      const path = `/api/v1/accounts/${encodeURIComponent(id)}/statuses?limit=${pageSize}&exclude_reblogs=true${before}`;
      const statuses = await this.#read(z.array(statusSchema), path);
      const recent = statuses.filter(({ created_at }) => Date.parse(created_at) >= armedAt - clockSkewMs);
      const match = recent.find(({ media_attachments }) => media_attachments.some((attached) => attached.id === first));
      if (match) return published(match);
      const last = statuses.at(-1);
      if (!last || recent.length < statuses.length) return 'absent';
      before = `&max_id=${encodeURIComponent(last.id)}`;
    }
    return 'unsure';
  }

  async metrics(uri: string): Promise<Metrics> {
    const counts = await this.#read(countsSchema, `/api/v1/statuses/${encodeURIComponent(uri)}`);
    return {
      ...(counts.favourites_count !== undefined && { likes: counts.favourites_count }),
      ...(counts.reblogs_count !== undefined && { shares: counts.reblogs_count }),
      ...(counts.replies_count !== undefined && { replies: counts.replies_count }),
      ...(counts.quotes_count !== undefined && { quotes: counts.quotes_count }),
    };
  }

  async delete(uri: string): Promise<void> {
    try {
      await this.#call(`/api/v1/statuses/${encodeURIComponent(uri)}`, { method: 'DELETE' });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

const jsonType = { 'content-type': 'application/json' };

const published = ({ id, url, uri }: z.output<typeof statusSchema>): Published => ({ uri: id, url: url ?? uri });

const isNotFound = (error: unknown): boolean => error instanceof NetworkFailure && error.failure.code === 'ERR_NOT_FOUND';

/** Mastodon's own words that say more than the status (config/locales/en.yml of mastodon/mastodon). */
const meanings: readonly [status: number, words: RegExp, means: (said: string) => Partial<Failure>][] = [
  [
    422,
    /not finished processing/i,
    (said) => ({ message: `expected the picture to be ready, ${said}. It is tried again`, retryable: true }),
  ],
  [422, usedPicture, (said) => ({ message: `expected an unused upload, ${said}. Send the picture again` })],
  [422, /character limit|too long/i, (said) => ({ message: `expected a shorter text, ${said}. Shorten the caption` })],
  [
    422,
    /content type|file size|dimensions|must be less than/i,
    (said) => ({ message: `expected another picture, ${said}. Prepare it again` }),
  ],
  [403, /scope/i, (said) => ({ message: `expected more scopes, ${said}. Connect with ${scopes}` })],
  [
    403,
    /login is (currently|missing)|suspended|disabled|pending|confirm/i,
    (said) => ({
      message: `expected an active account, ${said}. Sign in on the server's own page and see what it asks for; nothing is posted until then`,
    }),
  ],
];
const scopes = 'read:accounts, read:statuses, write:media and write:statuses';

function judged(status: number, json: unknown): Partial<Failure> | undefined {
  const said = z.object({ error: z.string() }).safeParse(json).data?.error;
  if (said === undefined) return undefined;
  const meaning = meanings.find(([of, words]) => of === status && words.test(said));
  return meaning?.[2](`got ${status} (${inOneLine(said)})`);
}
