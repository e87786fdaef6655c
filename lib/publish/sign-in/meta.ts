import * as z from 'zod';
import { ArtistError, rememberSecret } from '../../core/index.ts';
import { callNetwork, checkedAnswer, serverAddress } from '../networks/call-network.ts';
import { judgedByGraph } from '../networks/meta/graph.ts';
import type { SignedIn } from './consent.ts';

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number() });
const grants = { instagram: 'ig_exchange_token', threads: 'th_exchange_token' } as const;

/**
 * Exchanges a short-lived token, which ends after an hour, for one of 60 days (developers.facebook.com: Instagram Login, Long-lived tokens; Threads, the same).
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: the account is one of Facebook Login, where this exchange is not offered
 * @throws NetworkFailure
 */
export async function exchangeMetaToken(
  network: 'instagram' | 'threads',
  server: string,
  { token, appSecret }: { token: string; appSecret: string },
): Promise<SignedIn> {
  const base = serverAddress(server);
  if (base.host === 'graph.facebook.com')
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      'appSecret: expected an account of Instagram Login, got one of Facebook Login. Give a long-lived token of the page and no appSecret',
    );
  for (const secret of [token, appSecret]) rememberSecret(secret); // they are parts of the address
  const url = new URL('/access_token', base);
  url.search = new URLSearchParams({ grant_type: grants[network], client_secret: appSecret, access_token: token }).toString();
  const answer = await callNetwork(url, { judge: judgedByGraph });
  const { access_token, expires_in } = checkedAnswer(tokenSchema, answer, base, network === 'threads' ? 'Threads' : 'Instagram', false);
  rememberSecret(access_token);
  return { secrets: { token: access_token }, expiresAt: Date.now() + expires_in * 1000 };
}
