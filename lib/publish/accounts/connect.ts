import { ArtistError, answering, isArtistError } from '../../core/index.ts';
import { answeredByNetwork } from '../networks/network-failure.ts';
import type { NetworkName } from '../networks/network-names.ts';
import type { Profile } from '../networks/publisher.ts';
import { type Account, Accounts, checkAccountName } from './account.ts';
import { firstSecrets, openPublisher, wantedSecrets } from './open-publisher.ts';

export interface ConnectOptions {
  /** Name of the account in this home. */
  name: string;
  network: NetworkName;
  /** Address of the server; for `folder` its absolute path. */
  server: string;
  /** Each a text, or where it is: `{env}`, `{file}`. */
  secrets: Account['secrets'];
  /** Mark the account as automated, on networks with such a mark. */
  markAsBot?: boolean;
  /** When the tokens end, milliseconds since 1970, if a sign-in said so. */
  expiresAt?: number;
}

/**
 * Asks the network who the account is, and stores it with its secrets if that succeeds. An account of this name is replaced.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_UNAUTHENTICATED, ERR_FORBIDDEN, ERR_NETWORK, ERR_RATE_LIMIT, ERR_CONFIG, ERR_WRITE
 */
export const connectAccount = answering(
  'connectAccount',
  async (
    home: string,
    { name, network, server, secrets, markAsBot = false, expiresAt }: ConnectOptions,
  ): Promise<{ account: Account; profile: Profile }> => {
    checkAccountName(name);
    const wanted = wantedSecrets(network);
    const missing = wanted.filter((secret) => !secret.isOptional && secrets[secret.name] === undefined);
    const unknown = Object.keys(secrets).filter((name) => !wanted.some((secret) => secret.name === name));
    if (missing.length > 0 || unknown.length > 0)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `secrets of ${network}: expected ${wanted.map((secret) => secret.name).join(', ') || 'none'}, got ${Object.keys(secrets).join(', ') || 'none'}`,
      );
    const accounts = new Accounts(home);
    const before = await accounts.get(name).catch((error: unknown) => {
      if (isArtistError(error, 'ERR_NOT_FOUND') || isArtistError(error, 'ERR_DAMAGED')) return undefined;
      throw error;
    });
    // Stored before it is proved, because asking may renew the secrets; and stopped, so that nothing is posted to it meanwhile.
    const stopped = { at: Date.now(), code: 'ERR_UNAUTHENTICATED', message: 'it was never connected completely. Connect it again' };
    const draft = {
      name,
      network,
      server,
      secrets: { ...firstSecrets(network), ...secrets, ...(expiresAt !== undefined && { expiresAt }) },
      handle: '',
      url: null,
      connectedAt: stopped.at,
      stopped,
    };
    await accounts.save(draft);
    try {
      const publisher = openPublisher(accounts, draft);
      const profile = await answeredByNetwork(async () => {
        if (markAsBot) await publisher.markAsBot?.();
        return publisher.profile();
      });
      const { secrets: renewed } = await accounts.get(name);
      const known = { ...draft, secrets: renewed, handle: profile.handle, url: profile.url ?? null, stopped: null };
      return { account: await accounts.save(known), profile };
    } catch (error) {
      if (before) await accounts.save(before);
      else await accounts.remove(name);
      throw error;
    }
  },
);
