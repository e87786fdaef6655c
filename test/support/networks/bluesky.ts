/** A personal data server of Bluesky with one account. Its answers and errors are those of @atproto/pds 0.4.217. */
import { createHash } from 'node:crypto';
import { type Asked, type FakeNetwork, type FakePost, openNetwork, type Reply, type Routes } from './loopback.ts';

export const blueskyLogin = { identifier: 'artist.test', password: 'abcd-efgh-ijkl-mnop' };

const did = 'did:plc:vmntfgv5g62yklpfx6ukobdm';
const mostBytes = 1_000_000;

interface Stored {
  cid: string;
  value: Record<string, unknown>;
}

export interface FakeBluesky extends FakeNetwork {
  records: Map<string, Stored>;
  /** How often a session was made by password, and by a refresh token. */
  sessions: { created: number; refreshed: number };
  /** Ends the access tokens given out so far; with `all`, the refresh tokens, too. */
  expire: (all?: boolean) => void;
}

const cidOf = (value: unknown): string => `bafyrei${createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 40)}`;
const refused = (error: string, message: string, status = 400): Reply => ({ status, json: { error, message } });
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

export async function openBluesky({ tokenSeconds = 7200 }: { tokenSeconds?: number } = {}): Promise<FakeBluesky> {
  const posts: FakePost[] = [];
  const records = new Map<string, Stored>();
  const blobs = new Map<string, number>();
  const sessions = { created: 0, refreshed: 0 };
  let access = new Set<string>();
  let refresh = new Set<string>();
  let made = 0;

  const token = (scope: string, seconds: number): string => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { scope, sub: did, exp: Math.floor(Date.now() / 1000) + seconds, jti: made++ };
    return `${part({ alg: 'HS256' })}.${part(claims)}.c2lnbmF0dXJl`;
  };
  const session = (): Reply => {
    const [accessJwt, refreshJwt] = [token('com.atproto.access', tokenSeconds), token('com.atproto.refresh', 90 * 86_400)];
    access.add(accessJwt);
    refresh.add(refreshJwt);
    return { json: { accessJwt, refreshJwt, handle: blueskyLogin.identifier, did, active: true } };
  };
  const bearer = ({ headers }: Asked): string => (headers.authorization ?? '').replace('Bearer ', '');
  const signedIn =
    (answer: (asked: Asked) => Reply) =>
    (asked: Asked): Reply => {
      if (bearer(asked) === '') return refused('AuthMissing', 'Authentication Required', 401);
      return access.has(bearer(asked)) ? answer(asked) : refused('ExpiredToken', 'Token has expired');
    };
  const fault = (value: Record<string, unknown>): Reply | undefined => {
    const text = String(value.text ?? '');
    const wrong = (what: string): Reply => refused('InvalidRequest', `Invalid app.bsky.feed.post record: ${what}`);
    if (Buffer.byteLength(text) > 3000) return wrong(`string too big (maximum 3000, got ${Buffer.byteLength(text)}) at $.record.text`);
    const count = [...graphemes.segment(text)].length;
    if (count > 300) return wrong(`grapheme too big (maximum 300, got ${count}) at $.record.text`);
    const { images } = value.embed as { images: { alt?: string; image: { ref: { $link: string }; size: number } }[] };
    for (const { alt, image } of images) {
      if (alt === undefined) return wrong('Missing required key "alt" at $.record.embed.images[0]');
      if (image.size > mostBytes) return wrong(`blob too big (maximum ${mostBytes}, got ${image.size}) at $.record.embed.images[0].image`);
      if (!blobs.has(image.ref.$link)) return refused('BlobNotFound', `Could not find blob: ${image.ref.$link}`);
    }
    return undefined;
  };
  const put = ({ json }: Asked): Reply => {
    const { collection, rkey, record, ...rest } = json<{
      collection: string;
      rkey: string;
      record: Record<string, unknown>;
      swapRecord?: string;
    }>();
    const key = `${collection}/${rkey}`;
    const old = records.get(key);
    if ('swapRecord' in rest && (rest.swapRecord ?? undefined) !== old?.cid) return refused('InvalidSwap', `Record was at ${old?.cid}`);
    const isPost = collection === 'app.bsky.feed.post';
    const failure = isPost ? fault(record) : undefined;
    if (failure) return failure;
    const cid = cidOf(record);
    records.set(key, { cid, value: record });
    const uri = `at://${did}/${key}`;
    if (isPost) {
      const at = posts.findIndex(({ id }) => id === uri);
      const [{ alt = '' } = {}] = (record.embed as { images: { alt?: string }[] }).images;
      const post: FakePost = { id: uri, key: rkey, text: String(record.text), altText: alt, asked: record, at: Date.now() };
      posts.splice(at < 0 ? 0 : at, at < 0 ? 0 : 1, post);
    }
    return { json: { uri, cid, validationStatus: 'valid' } };
  };
  const routes: Routes = {
    'POST /xrpc/com.atproto.server.createSession': ({ json }) => {
      const { identifier, password } = json<typeof blueskyLogin>();
      if (identifier !== blueskyLogin.identifier || password !== blueskyLogin.password)
        return refused('AuthenticationRequired', 'Invalid identifier or password', 401);
      sessions.created++;
      return session();
    },
    'POST /xrpc/com.atproto.server.refreshSession': (asked) => {
      // A refresh token is good for one session.
      if (!refresh.delete(bearer(asked))) return refused('ExpiredToken', 'Token has been revoked');
      sessions.refreshed++;
      return session();
    },
    'GET /xrpc/com.atproto.server.getSession': signedIn(() => ({ json: { handle: blueskyLogin.identifier, did } })),
    'POST /xrpc/com.atproto.repo.uploadBlob': signedIn(({ body, headers }) => {
      const link = `bafkrei${createHash('sha256').update(body).digest('hex').slice(0, 40)}`;
      blobs.set(link, body.length);
      return { json: { blob: { $type: 'blob', ref: { $link: link }, mimeType: headers['content-type'], size: body.length } } };
    }),
    'POST /xrpc/com.atproto.repo.putRecord': signedIn(put),
    'GET /xrpc/com.atproto.repo.getRecord': ({ query }) => {
      const key = `${query.get('collection')}/${query.get('rkey')}`;
      const found = records.get(key);
      return found
        ? { json: { uri: `at://${did}/${key}`, ...found } }
        : refused('RecordNotFound', `Could not locate record: at://${did}/${key}`);
    },
    'POST /xrpc/com.atproto.repo.deleteRecord': signedIn(({ json }) => {
      const { collection, rkey } = json<{ collection: string; rkey: string }>();
      records.delete(`${collection}/${rkey}`);
      const at = posts.findIndex(({ key }) => key === rkey);
      if (at >= 0) posts.splice(at, 1);
      return { json: {} };
    }),
    'GET /xrpc/app.bsky.feed.getPosts': signedIn(({ query }) => ({
      json: {
        posts: posts
          .filter(({ id }) => id === query.get('uris'))
          .map(({ id }) => ({ uri: id, likeCount: 7, repostCount: 2, replyCount: 0, quoteCount: 1, indexedAt: new Date().toISOString() })),
      },
    })),
  };
  const network = await openNetwork(routes, posts);
  const expire = (all = false): void => {
    access = new Set();
    if (all) refresh = new Set();
  };
  return Object.assign(network, { records, sessions, expire });
}
