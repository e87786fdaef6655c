import * as z from 'zod';
import { rememberSecret } from '../../core/index.ts';
import { type Call, callNetwork, checkedAnswer, serverAddress } from './call-network.ts';
import type { Credentials } from './credentials.ts';
import { type Failure, NetworkFailure } from './network-failure.ts';
import { type Limits, type Metrics, type PostOrder, type Profile, type Published, type Publisher, picturesOf } from './publisher.ts';
import { inOneLine } from './refusal.ts';

/** What is stored of an account: the token of a bot, and the channel that it writes to, as @name or number. */
export const telegramSecrets = z.object({
  token: z.string().regex(/^\d+:[\w-]+$/, 'the token that @BotFather gives, 123456:ABC…'),
  chat: z.string().regex(/^(@\w+|-?\d+)$/, '@name of a channel, or its number'),
});
export type TelegramSecrets = z.output<typeof telegramSecrets>;

const chatSchema = z.object({ id: z.number(), title: z.string().optional(), username: z.string().optional() });
const messageSchema = z.object({ message_id: z.number(), chat: chatSchema });
type Message = z.output<typeof messageSchema>;
const refusalSchema = z.object({
  ok: z.literal(false),
  error_code: z.number(),
  description: z.string().default(''),
  parameters: z.object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() }).default({}),
});

/**
 * A Telegram channel that a bot writes to (Bot API 10; core.telegram.org/bots/api). It has neither alternative texts nor figures, and a bot cannot
 * read what is in a channel: after a lost answer only a person can see whether a post is there.
 */
export class Telegram implements Publisher {
  readonly network = 'telegram';
  readonly repeatableMs = 0;
  readonly #server: URL;
  readonly #credentials: Credentials<TelegramSecrets>;

  /** @throws ArtistError ERR_INVALID_ARGUMENT: `server` is not the address of a server */
  constructor(server: string, credentials: Credentials<TelegramSecrets>) {
    this.#server = serverAddress(server);
    this.#credentials = credentials;
  }

  async #ask<T>(schema: z.ZodType<T>, method: string, fields: Readonly<Record<string, string | Blob>>, call: Call = {}): Promise<T> {
    const { token } = await this.#credentials.read();
    rememberSecret(token); // it is a part of the address
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') body.append(name, value);
      else body.append(name, value, `work.${value.type.slice('image/'.length)}`);
    }
    const url = new URL(`/bot${token}/${method}`, this.#server);
    const answer = await callNetwork(url, { method: 'POST', body, judge: judged, ...call });
    const changes = !method.startsWith('get');
    return checkedAnswer(z.object({ result: schema }), answer, this.#server, 'Telegram', changes).result;
  }

  async profile(): Promise<Profile> {
    const { chat } = await this.#credentials.read();
    const { id, title, username } = await this.#ask(chatSchema, 'getChat', { chat_id: chat });
    return {
      handle: username === undefined ? (title ?? String(id)) : `@${username}`,
      url: username === undefined ? undefined : `https://t.me/${username}`,
      bot: undefined,
      rules: [],
    };
  }

  async limits(): Promise<Limits> {
    return {
      characters: 1024,
      // UTF-16 code units.
      count: (text) => text.length,
      altText: 0,
      bytes: 10_000_000,
      // Width and height together may be 10 000.
      pixels: 25_000_000,
      edge: 5000,
      pictures: 10,
      formats: ['jpeg', 'png', 'webp'],
      aspect: { min: 1 / 20, max: 20 },
    };
  }

  async upload(): Promise<string> {
    return '';
  }

  async isReady(): Promise<boolean> {
    return true;
  }

  async publish(order: PostOrder): Promise<Published> {
    const messages = order.more?.length ? await this.#sendAlbum(order) : [await this.#sendPhoto(order)];
    const [first] = messages as [Message, ...Message[]];
    const { message_id, chat: at } = first;
    // Channels without a name have numbers such as -1001234.
    const place = at.username ?? (String(at.id).startsWith('-100') ? `c/${String(at.id).slice(4)}` : undefined);
    const uri = `${at.id}/${messages.map((message) => message.message_id).join('+')}`;
    return { uri, url: place === undefined ? undefined : `https://t.me/${place}/${message_id}` };
  }

  async #sendPhoto({ content, picture }: PostOrder): Promise<Message> {
    const { chat } = await this.#credentials.read();
    const fields = {
      chat_id: chat,
      caption: content.text,
      ...(content.sensitive && { has_spoiler: 'true' }),
      photo: new Blob([picture.bytes], { type: picture.type }),
    };
    return this.#ask(messageSchema, 'sendPhoto', fields, { timeoutMs: 180_000 });
  }

  /** An album shows the caption of its first picture as its own. */
  async #sendAlbum(order: PostOrder): Promise<Message[]> {
    const { chat } = await this.#credentials.read();
    const { text, sensitive } = order.content;
    const pictures = picturesOf(order);
    const media = pictures.map((_, at) => ({
      type: 'photo',
      media: `attach://picture${at}`,
      ...(at === 0 && { caption: text }),
      ...(sensitive && { has_spoiler: true }),
    }));
    const files = pictures.map(({ picture }, at) => [`picture${at}`, new Blob([picture.bytes], { type: picture.type })] as const);
    const fields = { chat_id: chat, media: JSON.stringify(media), ...Object.fromEntries(files) };
    return this.#ask(z.array(messageSchema).min(1), 'sendMediaGroup', fields, { timeoutMs: 180_000 });
  }

  async find(): Promise<'unsure'> {
    return 'unsure';
  }

  async metrics(): Promise<Metrics> {
    return {};
  }

  async delete(uri: string): Promise<void> {
    const [chat = '', message = ''] = uri.split('/');
    try {
      const ids = message.split('+');
      if (ids.length === 1) await this.#ask(z.literal(true), 'deleteMessage', { chat_id: chat, message_id: message });
      else await this.#ask(z.literal(true), 'deleteMessages', { chat_id: chat, message_ids: JSON.stringify(ids.map(Number)) });
    } catch (error) {
      if (!(error instanceof NetworkFailure && /message to delete not found/.test(error.message))) throw error;
    }
  }
}

/** The network's own words that say more than the status. */
const meanings: readonly [words: RegExp, means: (said: string) => Partial<Failure>][] = [
  [
    /^(unauthorized|not found)$/i,
    (said) => ({
      code: 'ERR_UNAUTHENTICATED',
      message: `expected the token of a bot, ${said}. Ask @BotFather for a token and connect again`,
    }),
  ],
  [
    /chat not found|chat_id is empty/i,
    (said) => ({
      code: 'ERR_FORBIDDEN',
      message: `expected a channel that the bot can see, ${said}. Check the channel's name, and make the bot one of its administrators`,
    }),
  ],
  [
    /not a member|was kicked|administrator rights|not enough rights|have no rights/i,
    (said) => ({
      code: 'ERR_FORBIDDEN',
      message: `expected the right to post, ${said}. Make the bot an administrator of the channel, with the right to post messages`,
    }),
  ],
  [/caption is too long/i, (said) => ({ message: `expected a shorter text, ${said}. Shorten the caption` })],
  [
    /PHOTO_INVALID_DIMENSIONS|IMAGE_PROCESS_FAILED|PHOTO_SAVE_FILE_INVALID|wrong type of the web page/i,
    (said) => ({ message: `expected another picture, ${said}. Prepare it again` }),
  ],
  [/too (big|large)/i, (said) => ({ code: 'ERR_TOO_LARGE', message: `expected a smaller picture, ${said}. Prepare it again` })],
];

function judged({ json }: { json: unknown }): Partial<Failure> | undefined {
  const { success, data } = refusalSchema.safeParse(json);
  if (!success) return undefined;
  const { error_code: status, description, parameters } = data;
  const said = `got ${status} (${inOneLine(description)})`;
  if (parameters.migrate_to_chat_id !== undefined)
    return {
      message: `expected a chat that is still there, ${said}. Connect again with the chat ${parameters.migrate_to_chat_id}`,
      unsure: false,
    };
  // The failure is in the body: the network did not act, unless it says that it failed itself.
  const failed = status >= 500;
  const wait = parameters.retry_after === undefined ? {} : { waitMs: parameters.retry_after * 1000 };
  if (status === 429)
    return {
      code: 'ERR_RATE_LIMIT',
      message: `expected to be within the limits, ${said}. It is tried again`,
      retryable: true,
      unsure: false,
      ...wait,
    };
  if (failed) return undefined;
  const words = description.replace(/^(Bad Request|Forbidden): /, '');
  const meaning = meanings.find(([pattern]) => pattern.test(words))?.[1](said);
  return { message: `expected the call to be accepted, ${said}. Change what it complains of`, unsure: false, ...meaning };
}
