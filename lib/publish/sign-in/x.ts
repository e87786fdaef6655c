import * as z from 'zod';
import { rememberSecret } from '../../core/index.ts';
import { callNetwork, checkedAnswer, serverAddress } from '../networks/call-network.ts';
import { xTokenCall, xTokenPath, xTokenSchema } from '../networks/x.ts';
import { openWayBack, redeemed, type SignedIn, type SignInWay } from './consent.ts';

const scope = 'tweet.read tweet.write users.read media.write offline.access';
/** The app at console.x.com has to name the address of the way back exactly. */
export const xPort = 8645;
const byHand = `http://127.0.0.1:${xPort}/callback`;

/** The app of the owner at console.x.com. */
export interface XApp {
  clientId: string;
  clientSecret?: string | undefined;
}

/**
 * Signs in to X by OAuth 2.0 with PKCE (docs.x.com, OAuth 2.0 Authorization Code Flow). A code of X is good for 30 seconds.
 *
 * @throws ArtistError every error of openWayBack(); ERR_FORBIDDEN: consent was refused
 * @throws NetworkFailure
 */
export async function signInToX(server: string, way: SignInWay, app: XApp): Promise<SignedIn> {
  const base = serverAddress(server);
  // The page of consent is on the site, not among the API.
  const page = new URL('/i/oauth2/authorize', base.host === 'api.x.com' ? 'https://x.com' : base);
  const back = await openWayBack(way, { port: xPort, byHand });
  try {
    const consent = await back.ask({ clientId: app.clientId, scope, proves: true, page });
    const call = xTokenCall(
      app,
      { grant_type: 'authorization_code', ...redeemed(consent) },
      'a code',
      'It is good for 30 seconds, and for the app whose id and secret were given: run it again',
    );
    const url = new URL(xTokenPath, base);
    const tokens = checkedAnswer(xTokenSchema.extend({ refresh_token: z.string().min(1) }), await callNetwork(url, call), url, 'X', true);
    for (const token of [tokens.access_token, tokens.refresh_token]) rememberSecret(token);
    return {
      secrets: {
        clientId: app.clientId,
        ...(app.clientSecret !== undefined && { clientSecret: app.clientSecret }),
        accessToken: tokens.access_token,
        refreshToken: tokens.refresh_token,
      },
      expiresAt: Date.now() + tokens.expires_in * 1000,
    };
  } finally {
    back.close();
  }
}
