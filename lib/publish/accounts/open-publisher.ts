import type * as z from 'zod';
import type { Credentials } from '../networks/credentials.ts';
import { Folder, folderSecrets } from '../networks/folder.ts';
import { Mastodon, mastodonSecrets } from '../networks/mastodon.ts';
import type { NetworkName } from '../networks/network-names.ts';
import type { Publisher } from '../networks/publisher.ts';
import type { Account, Accounts } from './account.ts';

type SecretsSchema = z.ZodObject<Record<string, z.ZodString>>;

const network = <S extends SecretsSchema>(secrets: S, open: (server: string, credentials: Credentials<z.output<S>>) => Publisher) => ({
  secretNames: Object.keys(secrets.shape),
  open: (accounts: Accounts, { name, server }: Pick<Account, 'name' | 'server'>): Publisher =>
    open(server, accounts.credentials<z.output<S>>(name, secrets as unknown as z.ZodType<z.output<S>>)),
});

const networks = {
  folder: network(folderSecrets, (server) => new Folder(server)),
  mastodon: network(mastodonSecrets, (server, credentials) => new Mastodon(server, credentials)),
} satisfies Record<NetworkName, unknown>;

/** The client of an account. */
export function openPublisher(accounts: Accounts, account: Pick<Account, 'name' | 'network' | 'server'>): Publisher {
  return networks[account.network].open(accounts, account);
}

/** Names of the secrets that an account of this network has. */
export const secretNames = (name: NetworkName): readonly string[] => networks[name].secretNames;
