import * as z from 'zod';
import { ArtistError, rememberSecret } from '../../core/index.ts';
import { type Call, callNetwork, checkedAnswer, serverAddress } from './call-network.ts';
import type { Credentials } from './credentials.ts';
import { type Failure, NetworkFailure } from './network-failure.ts';
import { type Limits, type Metrics, type PostOrder, type Profile, type Published, type Publisher, picturesOf } from './publisher.ts';
import { inOneLine } from './refusal.ts';

/** What is stored of an account: the two parts of a webhook's address. */
export const discordSecrets = z.object({ id: z.string().regex(/^\d+$/), token: z.string().regex(/^[\w-]+$/) });
export type DiscordSecrets = z.output<typeof discordSecrets>;

/**
 * The parts of https://discord.com/api/webhooks/<id>/<token>, the address that Discord shows for a webhook of a channel.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: it is another address
 */
export function discordWebhook(address: string): DiscordSecrets {
  const [, id, token] =
    /^https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/(\d+)\/([\w-]+)\/?$/.exec(address.trim()) ?? [];
  if (id !== undefined && token !== undefined) return { id, token };
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    'webhook: expected an address such as https://discord.com/api/webhooks/123/abc, got another text. Copy it from the settings of the channel, Integrations, Webhooks',
  );
}

const webhookSchema = z.object({ name: z.string().nullish(), guild_id: z.string().nullish(), channel_id: z.string().nullish() });
const messageSchema = z.object({
  id: z.string(),
  channel_id: z.string(),
  reactions: z.array(z.object({ count: z.number() })).default([]),
});
const refusalSchema = z.object({
  code: z.number().default(0),
  message: z.string(),
  retry_after: z.number().optional(),
  errors: z.unknown().optional(),
});

/**
 * A channel of Discord that a webhook writes to (API v10; docs.discord.com). A webhook can read its own messages by their id only: after a lost
 * answer only a person can see whether a post is there.
 */
export class Discord implements Publisher {
  readonly network = 'discord';
  readonly repeatableMs = 0;
  readonly #server: URL;
  readonly #credentials: Credentials<DiscordSecrets>;

  /** @throws ArtistError ERR_INVALID_ARGUMENT: `server` is not the address of a server */
  constructor(server: string, credentials: Credentials<DiscordSecrets>) {
    this.#server = serverAddress(server);
    this.#credentials = credentials;
  }

  async #ask<T>(schema: z.ZodType<T>, path: string, call: Call = {}): Promise<T> {
    const { id, token } = await this.#credentials.read();
    rememberSecret(token); // it is a part of the address
    const url = new URL(`/api/v10/webhooks/${id}/${token}${path}`, this.#server);
    return checkedAnswer(
      schema,
      await callNetwork(url, { ...call, judge: judged }),
      this.#server,
      'Discord',
      (call.method ?? 'GET') !== 'GET',
    );
  }

  async profile(): Promise<Profile> {
    const { name, guild_id, channel_id } = await this.#ask(webhookSchema, '');
    return {
      handle: name ?? 'webhook',
      url: guild_id && channel_id ? `https://discord.com/channels/${guild_id}/${channel_id}` : undefined,
      // Discord marks what a webhook writes.
      bot: true,
      rules: [],
    };
  }

  async limits(): Promise<Limits> {
    return {
      characters: 2000,
      count: (text) => text.length,
      altText: 1024,
      bytes: 10_485_760,
      pixels: 100_000_000,
      edge: 16_384,
      pictures: 10,
      formats: ['png', 'jpeg', 'webp'],
    };
  }

  async upload(): Promise<string> {
    return '';
  }

  async isReady(): Promise<boolean> {
    return true;
  }

  async publish(order: PostOrder): Promise<Published> {
    const { content } = order;
    // Its address needs the server's id. Asked first, because a failure after the post would leave a doubt.
    const { guild_id: guild } = await this.#ask(webhookSchema, '');
    const files = picturesOf(order).map(({ altText, picture }, id) => ({
      id,
      filename: `${content.sensitive ? 'SPOILER_' : ''}work${id === 0 ? '' : `-${id + 1}`}.${picture.type.slice('image/'.length)}`,
      description: altText,
      picture,
    }));
    const form = new FormData();
    form.append(
      'payload_json',
      JSON.stringify({
        content: content.text,
        attachments: files.map(({ picture: _, ...attachment }) => attachment),
        // An @everyone in a caption calls nobody.
        allowed_mentions: { parse: [] },
      }),
    );
    for (const { id, filename, picture } of files) form.append(`files[${id}]`, new Blob([picture.bytes], { type: picture.type }), filename);
    const { id, channel_id } = await this.#ask(messageSchema, '?wait=true', { method: 'POST', body: form, timeoutMs: 180_000 });
    return { uri: id, url: guild ? `https://discord.com/channels/${guild}/${channel_id}/${id}` : undefined };
  }

  async find(): Promise<'unsure'> {
    return 'unsure';
  }

  async metrics(uri: string): Promise<Metrics> {
    const { reactions } = await this.#ask(messageSchema, `/messages/${encodeURIComponent(uri)}`);
    return { likes: reactions.reduce((sum, { count }) => sum + count, 0) };
  }

  async delete(uri: string): Promise<void> {
    try {
      await this.#ask(z.undefined(), `/messages/${encodeURIComponent(uri)}`, { method: 'DELETE' });
    } catch (error) {
      if (!(error instanceof NetworkFailure && error.failure.code === 'ERR_NOT_FOUND')) throw error;
    }
  }
}

const newWebhook = 'Make a webhook in the settings of the channel and connect again';

/** The codes of Discord that say more than the status (docs.discord.com, Opcodes and Status Codes). */
const meanings: Readonly<Record<number, (said: string) => Partial<Failure>>> = {
  10008: (said) => ({ code: 'ERR_NOT_FOUND', message: `expected the message, ${said}. It was deleted` }),
  10015: (said) => ({ code: 'ERR_UNAUTHENTICATED', message: `expected a webhook, ${said}. ${newWebhook}` }),
  50027: (said) => ({ code: 'ERR_UNAUTHENTICATED', message: `expected the token of a webhook, ${said}. ${newWebhook}` }),
  40005: (said) => ({ code: 'ERR_TOO_LARGE', message: `expected a smaller picture, ${said}. Prepare it again` }),
  50045: (said) => ({ code: 'ERR_TOO_LARGE', message: `expected a smaller picture, ${said}. Prepare it again` }),
  220001: (said) => ({ message: `expected a text channel, ${said}. Use a webhook of a channel that is no forum` }),
};

function judged({ status, json }: { status: number; json: unknown }): Partial<Failure> | undefined {
  if (status < 400 || status >= 500) return undefined;
  const { success, data } = refusalSchema.safeParse(json);
  if (!success) return undefined;
  const { code, message, retry_after: seconds, errors } = data;
  const said = `got ${status} (${code === 0 ? '' : `${code}, `}${inOneLine(message)})`;
  if (status === 429)
    return seconds === undefined
      ? undefined
      : { message: `expected to be within the limits, ${said}. It is tried again`, waitMs: Math.ceil(seconds * 1000) };
  if (code === 50035 && /BASE_TYPE_MAX_LENGTH/.test(JSON.stringify(errors)))
    return { message: `expected a shorter text, ${said}. Shorten the caption` };
  return meanings[code]?.(said);
}
