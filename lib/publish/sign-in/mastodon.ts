import * as z from 'zod';
import { rememberSecret } from '../../core/index.ts';
import { type Call, callNetwork, checkedAnswer, serverAddress } from '../networks/call-network.ts';
import { NetworkFailure } from '../networks/network-failure.ts';
import { openWayBack, redeemed, type SignedIn, type SignInWay } from './consent.ts';
import { UnknownScopes } from './grant.ts';

const appSchema = z.object({ client_id: z.string().min(1), client_secret: z.string().min(1) });
const tokenSchema = z.object({ access_token: z.string().min(1) });
/** RFC 8414; Mastodon from 4.3 on. */
const metadataSchema = z.object({
  scopes_supported: z.array(z.string()).default([]),
  code_challenge_methods_supported: z.array(z.string()).default([]),
});

/** "Show the code": RFC 8252 has no such address, Mastodon and Pixelfed took it over from early drafts. */
const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';
const website = 'https://www.npmjs.com/package/ai-artist';
const neededScopes = ['read:accounts', 'read:statuses', 'write:media', 'write:statuses'];
/** What every server knows. */
const oldScopes = 'read write';

/**
 * Signs in to a server of Mastodon or Pixelfed: registers an app of its own there, asks the person for consent in the browser, and gets a token
 * (docs.joinmastodon.org, OAuth). A server that does not know single scopes is asked for `read write`.
 *
 * @param marksAsBot also asks for write:accounts
 * @throws ArtistError every error of openWayBack(); ERR_FORBIDDEN: consent was refused; ERR_UNAUTHENTICATED: the code was refused
 * @throws NetworkFailure
 */
export async function signInToMastodon(
  server: string,
  way: SignInWay,
  { network, marksAsBot }: { network: 'mastodon' | 'pixelfed'; marksAsBot: boolean },
): Promise<SignedIn> {
  const base = serverAddress(server);
  const metadata = await metadataOf(base);
  const wanted = [...neededScopes, ...(marksAsBot ? ['write:accounts'] : [])];
  const knowsAll = metadata === undefined || wanted.every((scope) => metadata.scopes_supported.includes(scope));
  const scopes = network === 'mastodon' && knowsAll ? [wanted.join(' '), oldScopes] : [oldScopes];
  const proves = metadata?.code_challenge_methods_supported.includes('S256') ?? false;
  for (const [at, scope] of scopes.entries()) {
    try {
      return await signIn(base, way, { scope, proves, name: network === 'pixelfed' ? 'Pixelfed' : 'Mastodon' });
    } catch (error) {
      if (at === scopes.length - 1 || !isAboutScopes(error)) throw error;
    }
  }
  throw new UnknownScopes('none');
}

/** 422 is what servers before 2.4.3 answer to an app with single scopes. */
const isAboutScopes = (error: unknown): boolean =>
  error instanceof UnknownScopes ||
  (error instanceof NetworkFailure && error.failure.code === 'ERR_INVALID_ARGUMENT' && /scope/i.test(error.message));

/** undefined: an older server, which does not say. */
async function metadataOf(base: URL): Promise<z.output<typeof metadataSchema> | undefined> {
  try {
    const { json } = await callNetwork(new URL('/.well-known/oauth-authorization-server', base), { timeoutMs: 20_000 });
    return metadataSchema.safeParse(json).data;
  } catch (error) {
    // Only an answer counts: a server that cannot be reached is said by the next call, and a page in place of JSON is one without metadata.
    if (error instanceof NetworkFailure) return undefined;
    throw error;
  }
}

interface Asking {
  scope: string;
  proves: boolean;
  name: string;
}

async function signIn(base: URL, way: SignInWay, { scope, proves, name }: Asking): Promise<SignedIn> {
  const back = await openWayBack(way, { port: 0, byHand: outOfBand });
  try {
    const app = await asked(appSchema, new URL('/api/v1/apps', base), name, {
      client_name: 'ai-artist',
      redirect_uris: back.redirect,
      scopes: scope,
      website,
    });
    rememberSecret(app.client_secret);
    const consent = await back.ask({ clientId: app.client_id, scope, proves, page: new URL('/oauth/authorize', base) });
    const { access_token } = await asked(tokenSchema, new URL('/oauth/token', base), name, {
      grant_type: 'authorization_code',
      ...redeemed(consent),
      client_id: app.client_id,
      client_secret: app.client_secret,
      scope,
    });
    rememberSecret(access_token);
    return { secrets: { token: access_token } };
  } finally {
    back.close();
  }
}

async function asked<T>(schema: z.ZodType<T>, url: URL, name: string, body: Readonly<Record<string, string>>): Promise<T> {
  const call: Call = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    judge: ({ status, json }) => judged(status, json),
  };
  return checkedAnswer(schema, await callNetwork(url, call), url, name, true);
}

function judged(status: number, json: unknown): ReturnType<NonNullable<Call['judge']>> {
  const error = z.object({ error: z.string() }).safeParse(json).data?.error ?? '';
  if (error !== 'invalid_grant' && error !== 'invalid_client') return undefined;
  return {
    code: 'ERR_UNAUTHENTICATED',
    message: `expected a code that is good still, got ${status} (${error}). Codes are good once and for some minutes: run it again`,
  };
}
