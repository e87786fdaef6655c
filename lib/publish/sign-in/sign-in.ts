import { ArtistError, answering, type SecretPlace, secretAt } from '../../core/index.ts';
import type { Account } from '../accounts/account.ts';
import { answeredByNetwork } from '../networks/network-failure.ts';
import type { NetworkName } from '../networks/network-names.ts';
import type { SignedIn, SignInWay } from './consent.ts';
import { signInToMastodon } from './mastodon.ts';
import { exchangeMetaToken } from './meta.ts';
import { signInToX } from './x.ts';

export interface SignInOptions {
  network: NetworkName;
  /** Address of the server. */
  server: string;
  /** What is known already: the app of X. Each a text, or where it is. */
  secrets: Account['secrets'];
  /** Also ask for what marking the account as automated needs. */
  markAsBot?: boolean;
}

/** Networks with a page of consent, where no token has to be copied. */
export const hasSignIn = (network: NetworkName): boolean => ['mastodon', 'pixelfed', 'x'].includes(network);

/**
 * Signs in on the network's own page of consent, and returns the secrets that connectAccount() stores. Nothing is stored here.
 *
 * @throws ArtistError ERR_UNSUPPORTED: the network has no such page; ERR_FORBIDDEN: consent was refused; ERR_UNAUTHENTICATED: an answer to another sign-in, or a code
 *   that is no longer good; ERR_TIMEOUT; ERR_BUSY: the port is taken; ERR_NETWORK; `signal.reason` when aborted
 */
export const signIn = answering(
  'signIn',
  async ({ network, server, secrets, markAsBot = false }: SignInOptions, way: SignInWay): Promise<SignedIn> =>
    answeredByNetwork(async () => {
      if (network === 'mastodon' || network === 'pixelfed') return signInToMastodon(server, way, { network, marksAsBot: markAsBot });
      if (network !== 'x')
        throw new ArtistError(
          'ERR_UNSUPPORTED',
          `sign-in: expected mastodon, pixelfed or x, got ${network}, which has none here. Connect it with its token`,
        );
      const { clientId, clientSecret } = secrets;
      const signedIn = await signInToX(server, way, {
        clientId: await textOf(clientId, 'clientId'),
        ...(clientSecret !== undefined && { clientSecret: await textOf(clientSecret, 'clientSecret') }),
      });
      // What the owner keeps elsewhere stays there.
      return { ...signedIn, secrets: { ...signedIn.secrets, ...secrets } };
    }),
);

/**
 * Exchanges a short-lived token of Instagram or Threads for a long-lived one, with the secret of the app, which is not kept.
 *
 * @throws ArtistError ERR_UNAUTHENTICATED, ERR_INVALID_ARGUMENT, ERR_NETWORK, ERR_CONFIG: a secret is not where it should be
 */
export const exchangeToken = answering(
  'exchangeToken',
  async (network: 'instagram' | 'threads', server: string, secrets: Account['secrets']): Promise<SignedIn> => {
    const [token, appSecret] = [await textOf(secrets['token'], 'token'), await textOf(secrets['appSecret'], 'appSecret')];
    const { appSecret: _, ...kept } = secrets;
    const exchanged = await answeredByNetwork(() => exchangeMetaToken(network, server, { token, appSecret }));
    return { ...exchanged, secrets: { ...kept, ...exchanged.secrets } };
  },
);

async function textOf(secret: Account['secrets'][string] | undefined, name: string): Promise<string> {
  if (typeof secret === 'string' && secret !== '') return secret;
  if (isPlace(secret)) return secretAt(secret, name);
  throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected a text, or where it is, got none`);
}

const isPlace = (secret: unknown): secret is SecretPlace =>
  secret !== null && typeof secret === 'object' && ('env' in secret || 'file' in secret);
