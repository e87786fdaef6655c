import * as z from 'zod';
import { type Answer, type Call, callNetwork } from './call-network.ts';
import type { Credentials } from './credentials.ts';
import { countGraphemes } from './graphemes.ts';
import { NetworkFailure } from './network-failure.ts';
import type { Limits, Metrics, PostOrder, Profile, Published, Publisher } from './publisher.ts';

const accountSchema = z.object({ id: z.string(), acct: z.string(), url: z.string(), bot: z.boolean().optional() });
const instanceSchema = z.object({
  configuration: z
    .object({
      statuses: z
        .object({ max_characters: z.number(), characters_reserved_per_url: z.number().default(23) })
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

/** What an account needs: an access token with the scopes read and write. */
export const mastodonSecrets = z.strictObject({ token: z.string().min(1) });

/** Servers keep an Idempotency-Key for one hour (docs.joinmastodon.org/methods/statuses); ten minutes are left for clocks and slow calls. */
const repeatableMs = 50 * 60_000;
/** Clocks of server and client may differ by this much when posts are matched. */
const clockSkewMs = 10 * 60_000;
const pageSize = 40;
const mostPages = 5;

/** An account on a Mastodon server (API 4.x; docs.joinmastodon.org). */
export class Mastodon implements Publisher {
  readonly network = 'mastodon';
  readonly repeatableMs = repeatableMs;
  readonly #server: URL;
  readonly #credentials: Credentials<z.output<typeof mastodonSecrets>>;

  constructor(server: string, credentials: Credentials<z.output<typeof mastodonSecrets>>) {
    this.#server = new URL(server);
    this.#credentials = credentials;
  }

  async #call(path: string, call: Call = {}): Promise<Answer> {
    const { token } = await this.#credentials.read();
    return callNetwork(new URL(path, this.#server), { ...call, headers: { authorization: `Bearer ${token}`, ...call.headers } });
  }

  async #read<T>(schema: z.ZodType<T>, path: string, call: Call = {}): Promise<T> {
    const { json } = await this.#call(path, call);
    const { success, data, error } = schema.safeParse(json);
    if (success) return data;
    const issue = error.issues[0];
    throw new NetworkFailure({
      code: 'ERR_NETWORK',
      message: `${this.#server.host}: expected an answer of the Mastodon API, got another (${issue?.path.join('.')}: ${issue?.message}). Is this a Mastodon server?`,
      retryable: true,
      unsure: (call.method ?? 'GET') !== 'GET',
    });
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
      bot: account.bot === true,
      rules: rules.map(({ text }) => text),
    };
  }

  /** Marks the account as automated. */
  async markAsBot(): Promise<void> {
    await this.#call('/api/v1/accounts/update_credentials', { method: 'PATCH', body: JSON.stringify({ bot: true }), headers: jsonType });
  }

  async limits(): Promise<Limits> {
    const { configuration } = await this.#instance();
    const { statuses = {}, media_attachments: media = {} } = configuration;
    const perLink = statuses.characters_reserved_per_url ?? 23;
    return {
      characters: statuses.max_characters ?? 500,
      count: (text) => countGraphemes(text.replace(/https?:\/\/\S+/g, 'x'.repeat(perLink))),
      altText: media.description_limit ?? 1500,
      bytes: media.image_size_limit ?? 16_777_216,
      pixels: media.image_matrix_limit ?? 33_177_600,
      edge: 8192,
      formats: ['png', 'jpeg', 'webp'],
    };
  }

  async upload({ picture, content }: PostOrder): Promise<string> {
    const form = new FormData();
    form.append('file', new Blob([picture.bytes], { type: picture.type }), `work.${picture.type.slice('image/'.length)}`);
    form.append('description', content.altText);
    // 202: taken, and processed later. 200: ready.
    const { id } = await this.#read(mediaSchema, '/api/v2/media', { method: 'POST', body: form, timeoutMs: 180_000 });
    return id;
  }

  async isReady(media: string): Promise<boolean> {
    // 206 while it is processed.
    const { status } = await this.#call(`/api/v1/media/${encodeURIComponent(media)}`);
    return status === 200;
  }

  async publish({ id, content }: PostOrder, media: string): Promise<Published> {
    const { text, language, sensitive, visibility } = content;
    const status = await this.#read(statusSchema, '/api/v1/statuses', {
      method: 'POST',
      headers: { ...jsonType, 'idempotency-key': id },
      body: JSON.stringify({ status: text, media_ids: [media], language, sensitive, visibility }),
    });
    return published(status);
  }

  /** By the upload: a picture is attached to one post only. */
  async find({ armedAt }: PostOrder, media: string): Promise<Published | 'absent' | 'unsure'> {
    const { id } = await this.#read(accountSchema, '/api/v1/accounts/verify_credentials');
    let before = '';
    for (let page = 0; page < mostPages; page++) {
      const path = `/api/v1/accounts/${encodeURIComponent(id)}/statuses?limit=${pageSize}&exclude_reblogs=true${before}`;
      const statuses = await this.#read(z.array(statusSchema), path);
      const recent = statuses.filter(({ created_at }) => Date.parse(created_at) >= armedAt - clockSkewMs);
      const match = recent.find(({ media_attachments }) => media_attachments.some((attached) => attached.id === media));
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
      if (!(error instanceof NetworkFailure && error.failure.code === 'ERR_NOT_FOUND')) throw error;
    }
  }
}

const jsonType = { 'content-type': 'application/json' };

const published = ({ id, url, uri }: z.output<typeof statusSchema>): Published => ({ uri: id, url: url ?? uri ?? id });
