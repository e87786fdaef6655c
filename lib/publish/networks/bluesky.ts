import * as z from 'zod';
import { ulidTime } from '../../core/index.ts';
import { type Answer, type Call, callNetwork, checkedAnswer, serverAddress } from './call-network.ts';
import type { Credentials } from './credentials.ts';
import { type Failure, NetworkFailure } from './network-failure.ts';
import { type Limits, type Metrics, type PostOrder, type Profile, type Published, type Publisher, picturesOf } from './publisher.ts';
import { inOneLine } from './refusal.ts';
import { RenewedSecrets } from './renewing.ts';
import { facetsOf } from './text/facets.ts';
import { countGraphemes } from './text/graphemes.ts';

const sessionSchema = z.object({ accessJwt: z.string(), refreshJwt: z.string(), did: z.string() });

/** What is stored of an account: its handle, an app password, and the session made of them. */
export const blueskySecrets = z.object({
  identifier: z.string().min(1),
  password: z.string().min(1),
  session: sessionSchema.optional(),
});
export type BlueskySecrets = z.output<typeof blueskySecrets>;
type Session = z.output<typeof sessionSchema>;

const errorSchema = z.object({ error: z.string(), message: z.string().default('') });
const blobSchema = z.object({ blob: z.looseObject({ $type: z.literal('blob'), ref: z.object({ $link: z.string() }) }) });
const writtenSchema = z.object({ uri: z.string() });
const profileRecordSchema = z.object({
  cid: z.string().optional(),
  value: z.looseObject({ labels: z.object({ values: z.array(z.looseObject({ val: z.string() })) }).optional() }),
});
const countsSchema = z.object({
  posts: z.array(
    z.object({
      likeCount: z.number().optional(),
      repostCount: z.number().optional(),
      replyCount: z.number().optional(),
      quoteCount: z.number().optional(),
      bookmarkCount: z.number().optional(),
    }),
  ),
});

const postCollection = 'app.bsky.feed.post';
const profileCollection = 'app.bsky.actor.profile';
/** A session this near its end is renewed before it is used. */
const sessionMarginMs = 60_000;
const spent = ['ExpiredToken', 'InvalidToken'];

/** An account on a server of the AT Protocol, such as bsky.social (lexicons of bluesky-social/atproto). */
export class Bluesky implements Publisher {
  readonly network = 'bluesky';
  /** For ever: the post of an order has one record key, and a record is replaced, not added. */
  readonly repeatableMs = Number.POSITIVE_INFINITY;
  readonly #server: URL;
  readonly #secrets: RenewedSecrets<BlueskySecrets>;

  /** @throws ArtistError ERR_INVALID_ARGUMENT: `server` is not the address of a server */
  constructor(server: string, credentials: Credentials<BlueskySecrets>) {
    this.#server = serverAddress(server);
    this.#secrets = new RenewedSecrets(credentials, {
      hides: ({ password, session }) => [password, session?.accessJwt, session?.refreshJwt],
      tokenOf: ({ session }) => session?.accessJwt,
      isDue: ({ session }, now) => session === undefined || endOf(session.accessJwt) <= now + sessionMarginMs,
      renew: async (current) => ({ ...current, session: await this.#newSession(current) }),
    });
  }

  async profile(): Promise<Profile> {
    const { handle } = await this.#ask(z.object({ handle: z.string() }), 'com.atproto.server.getSession');
    const record = await this.#profileRecord();
    return {
      handle: `@${handle}`,
      url: `https://bsky.app/profile/${handle}`,
      bot: record?.value.labels?.values.some(({ val }) => val === 'bot') ?? false,
      rules: [],
    };
  }

  /** Labels the account as automated. The rest of its profile stays as it is. */
  async markAsBot(): Promise<void> {
    const record = await this.#profileRecord();
    const values = record?.value.labels?.values ?? [];
    if (values.some(({ val }) => val === 'bot')) return;
    await this.#put(profileCollection, 'self', {
      // Refused if the profile was changed meanwhile.
      swapRecord: record?.cid ?? null,
      record: {
        $type: profileCollection,
        ...record?.value,
        labels: { $type: 'com.atproto.label.defs#selfLabels', values: [...values, { val: 'bot' }] },
      },
    });
  }

  async limits(): Promise<Limits> {
    return {
      characters: 300,
      // The text may have 300 characters as readers see them and 3000 bytes.
      count: (text) => Math.max(countGraphemes(text), Math.ceil(Buffer.byteLength(text) / 10)),
      altText: 2000,
      // Newer servers take 2 000 000; older ones refuse the post, not the upload.
      bytes: 1_000_000,
      pixels: 16_777_216,
      edge: 4096,
      pictures: 4,
      formats: ['jpeg', 'png', 'webp'],
    };
  }

  async upload(order: PostOrder): Promise<string> {
    const blobs: unknown[] = [];
    for (const { picture } of picturesOf(order)) {
      const call: Call = { method: 'POST', headers: { 'content-type': picture.type }, body: picture.bytes, timeoutMs: 180_000 };
      blobs.push((await this.#ask(blobSchema, 'com.atproto.repo.uploadBlob', call)).blob);
    }
    return JSON.stringify(blobs.length === 1 ? blobs[0] : blobs);
  }

  async isReady(): Promise<boolean> {
    return true;
  }

  async publish(order: PostOrder, media: string): Promise<Published> {
    const { id, content, armedAt } = order;
    const facets = facetsOf(content.text);
    const uploaded = JSON.parse(media) as unknown;
    const blobs: unknown[] = Array.isArray(uploaded) ? uploaded : [uploaded];
    const images = picturesOf(order).map(({ altText: alt, picture: { width, height } }, at) => ({
      alt,
      image: blobs[at],
      aspectRatio: { width, height },
    }));
    const record = {
      $type: postCollection,
      text: content.text,
      // The same in each repetition.
      createdAt: new Date(armedAt).toISOString(),
      langs: [content.language],
      ...(facets.length > 0 && { facets }),
      embed: {
        $type: 'app.bsky.embed.images',
        images,
      },
      ...(content.sensitive && { labels: { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: 'graphic-media' }] } }),
    };
    return published(await this.#put(postCollection, recordKeyOf(id), { record }));
  }

  async find({ id }: PostOrder): Promise<Published | 'absent'> {
    const record = await this.#record(writtenSchema, postCollection, recordKeyOf(id));
    return record ? published(record.uri) : 'absent';
  }

  async metrics(uri: string): Promise<Metrics> {
    const { posts } = await this.#ask(countsSchema, `app.bsky.feed.getPosts?uris=${encodeURIComponent(uri)}`);
    const [counts] = posts;
    if (!counts)
      throw this.#failure({ code: 'ERR_NOT_FOUND', message: 'expected the post, got none. It was deleted, or is not listed yet' });
    return {
      ...(counts.likeCount !== undefined && { likes: counts.likeCount }),
      ...(counts.repostCount !== undefined && { shares: counts.repostCount }),
      ...(counts.replyCount !== undefined && { replies: counts.replyCount }),
      ...(counts.quoteCount !== undefined && { quotes: counts.quoteCount }),
      ...(counts.bookmarkCount !== undefined && { saves: counts.bookmarkCount }),
    };
  }

  async delete(uri: string): Promise<void> {
    const { did } = await this.#session();
    const body = JSON.stringify({ repo: did, collection: postCollection, rkey: uri.slice(uri.lastIndexOf('/') + 1) });
    await this.#call('com.atproto.repo.deleteRecord', { method: 'POST', headers: jsonType, body });
  }

  #profileRecord() {
    return this.#record(profileRecordSchema, profileCollection, 'self');
  }

  /** undefined: there is no such record. */
  async #record<T>(schema: z.ZodType<T>, collection: string, rkey: string): Promise<T | undefined> {
    const { did } = await this.#session();
    const query = new URLSearchParams({ repo: did, collection, rkey });
    try {
      return await this.#ask(schema, `com.atproto.repo.getRecord?${query}`);
    } catch (error) {
      if (error instanceof NetworkFailure && error.failure.code === 'ERR_NOT_FOUND') return undefined;
      throw error;
    }
  }

  async #put(collection: string, rkey: string, rest: Readonly<Record<string, unknown>>): Promise<string> {
    const { did } = await this.#session();
    const body = JSON.stringify({ repo: did, collection, rkey, ...rest });
    return (await this.#ask(writtenSchema, 'com.atproto.repo.putRecord', { method: 'POST', headers: jsonType, body })).uri;
  }

  async #ask<T>(schema: z.ZodType<T>, name: string, call: Call = {}): Promise<T> {
    return checkedAnswer(schema, await this.#call(name, call), this.#server, 'Bluesky', (call.method ?? 'GET') !== 'GET');
  }

  /** A session that the server no longer takes is renewed once. */
  async #call(name: string, call: Call = {}): Promise<Answer> {
    const secrets = await this.#secrets.current();
    try {
      return await this.#send(name, this.#sessionOf(secrets).accessJwt, call);
    } catch (error) {
      if (!isSpent(error)) throw error;
      return await this.#send(name, this.#sessionOf(await this.#secrets.renewed(secrets)).accessJwt, call);
    }
  }

  #send(name: string, token: string | undefined, call: Call): Promise<Answer> {
    const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...call.headers };
    return callNetwork(new URL(`/xrpc/${name}`, this.#server), { ...call, judge: judged, headers });
  }

  async #session(): Promise<Session> {
    return this.#sessionOf(await this.#secrets.current());
  }

  #sessionOf({ session }: BlueskySecrets): Session {
    if (!session) throw this.#failure({ code: 'ERR_UNAUTHENTICATED', message: 'expected a session, got none. Connect the account again' });
    return session;
  }

  async #newSession({ identifier, password, session }: BlueskySecrets): Promise<Session> {
    const read = (answer: Answer): Session => checkedAnswer(sessionSchema, answer, this.#server, 'Bluesky', true);
    if (session) {
      try {
        return read(await this.#send('com.atproto.server.refreshSession', session.refreshJwt, { method: 'POST' }));
      } catch (error) {
        if (!isSpent(error)) throw error; // a session that has ended is made anew
      }
    }
    const call: Call = { method: 'POST', headers: jsonType, body: JSON.stringify({ identifier, password }) };
    return read(await this.#send('com.atproto.server.createSession', undefined, call));
  }

  #failure(failure: Pick<Failure, 'code' | 'message'>): NetworkFailure {
    return new NetworkFailure({ ...failure, message: `${this.#server.host}: ${failure.message}`, retryable: false, unsure: false });
  }
}

const jsonType = { 'content-type': 'application/json' };

const isSpent = (error: unknown): boolean => error instanceof NetworkFailure && spent.some((name) => error.message.includes(`(${name}`));

/** at://did:plc:abc/app.bsky.feed.post/3kabc */
function published(uri: string): Published {
  const [, did, , rkey] = /^at:\/\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(uri) ?? [];
  return { uri, url: did && rkey ? `https://bsky.app/profile/${did}/post/${rkey}` : undefined };
}

/** When a token ends, milliseconds since 1970; 0 if it does not say. */
function endOf(token: string): number {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof claims.exp === 'number' ? claims.exp * 1000 : 0;
  } catch {
    return 0;
  }
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const sortable = '234567abcdefghijklmnopqrstuvwxyz';

/**
 * The record key of an order's post: a TID (atproto.com/specs/tid), 53 bits of microseconds and 10 bits that distinguish clocks. The milliseconds
 * are those of the ULID, the rest comes of its last 20 bits, so that ULIDs of one millisecond, which count upwards, have different keys.
 */
export function recordKeyOf(id: string): string {
  const last = [...id.slice(-4)].reduce((number, digit) => number * 32 + crockford.indexOf(digit), 0);
  const micros = BigInt(ulidTime(id)) * 1000n + BigInt(Math.floor(last / 1024) % 1000);
  let number = (micros << 10n) | BigInt(last % 1024);
  let key = '';
  for (let digit = 0; digit < 13; digit++) {
    key = sortable[Number(number & 31n)] + key;
    number >>= 5n;
  }
  return key;
}

/** The errors that the lexicons and the server name. */
const meanings: readonly [name: RegExp, words: RegExp, means: (said: string) => Partial<Failure>][] = [
  [/^RecordNotFound$/, /./, (said) => ({ code: 'ERR_NOT_FOUND', message: `expected a record, ${said}` })],
  [
    /^BlobNotFound$|^InvalidRequest$/,
    /could not find blob/i,
    (said) => ({ code: 'ERR_NOT_FOUND', message: `expected the picture to be there still, ${said}. Send it again` }),
  ],
  [
    /./,
    /blob too (big|large)|too large/i,
    (said) => ({ code: 'ERR_TOO_LARGE', message: `expected a smaller picture, ${said}. Prepare it again` }),
  ],
  [/^Invalid/, /record[./]text/i, (said) => ({ message: `expected a shorter text, ${said}. Shorten the caption` })],
  [
    /^InvalidSwap$/,
    /./,
    (said) => ({ code: 'ERR_CHANGED', message: `expected the profile as it was, ${said}. Try again`, retryable: true }),
  ],
  [
    /^AuthFactorTokenRequired$/,
    /./,
    (said) => ({
      code: 'ERR_UNAUTHENTICATED',
      message: `expected an app password, ${said}. Make one under Settings, Privacy and security, App passwords`,
    }),
  ],
  [
    /^Account(Takedown|Suspended|Deactivated)$|^RepoDeactivated$/,
    /./,
    (said) => ({
      code: 'ERR_FORBIDDEN',
      message: `expected an active account, ${said}. Sign in at the server and see what it asks for; nothing is posted until then`,
    }),
  ],
  [
    /^AuthenticationRequired$|^AuthMissing$/,
    /./,
    (said) => ({
      code: 'ERR_UNAUTHENTICATED',
      message: `expected the account's handle and an app password, ${said}. Make an app password and connect the account again`,
    }),
  ],
  [
    /^(ExpiredToken|InvalidToken)$/,
    /./,
    (said) => ({ code: 'ERR_UNAUTHENTICATED', message: `expected a valid session, ${said}. Connect the account again` }),
  ],
];

function judged({ status, json }: { status: number; json: unknown }): Partial<Failure> | undefined {
  if (status < 400 || status >= 500 || status === 429) return undefined;
  const { success, data } = errorSchema.safeParse(json);
  if (!success) return undefined;
  const meaning = meanings.find(([name, words]) => name.test(data.error) && words.test(data.message || data.error));
  return meaning?.[2](`got ${status} (${inOneLine([data.error, data.message].filter(Boolean).join(', '))})`);
}
