import * as z from 'zod';
import { homeOf } from '../../core/index.ts';
import { ActivityPub } from '../networks/activitypub.ts';
import { Bluesky, blueskySecrets } from '../networks/bluesky.ts';
import type { Credentials } from '../networks/credentials.ts';
import { Discord, type DiscordSecrets, discordWebhook } from '../networks/discord.ts';
import { Folder } from '../networks/folder.ts';
import { Mastodon, mastodonSecrets } from '../networks/mastodon.ts';
import { metaSecrets } from '../networks/meta/graph.ts';
import { Instagram } from '../networks/meta/instagram.ts';
import { Threads } from '../networks/meta/threads.ts';
import type { NetworkName } from '../networks/network-names.ts';
import type { Publisher } from '../networks/publisher.ts';
import { Telegram, telegramSecrets } from '../networks/telegram.ts';
import { X, xSecrets } from '../networks/x.ts';
import type { Account, Accounts } from './account.ts';

/** A secret that connecting an account asks for. */
export interface WantedSecret {
  name: string;
  /** Where the owner finds it. */
  where: string;
  isOptional?: boolean;
}

interface NetworkRow {
  /** Where the network is, if it is in one place. */
  server?: string;
  wanted: readonly WantedSecret[];
  /** What is stored besides at first. */
  first?: () => Record<string, number>;
  open: (accounts: Accounts, account: Pick<Account, 'name' | 'server'>) => Publisher;
}

const mastodonToken: readonly WantedSecret[] = [
  { name: 'token', where: 'Preferences, Development, New application: an access token with the scopes read and write' },
];

const metaWanted: readonly WantedSecret[] = [
  { name: 'token', where: 'developers.facebook.com, your app: a long-lived token of the account, with the permission to publish' },
  { name: 'userId', where: 'the same: the number of the account' },
];
/** Long-lived tokens of Meta end after 60 days; from the middle of that time on they are renewed. */
const metaFirst = (): Record<string, number> => ({ expiresAt: Date.now() + 60 * 86_400_000 });

const discordStored = z.object({ webhook: z.string() });
/** Before the first renewal nobody knows when a token of X ends. */
const xStored = xSecrets.extend({ expiresAt: z.number().default(0) });

/** Discord's address has both parts. */
function inParts({ read }: Credentials<z.output<typeof discordStored>>): Credentials<DiscordSecrets> {
  const parts = async (): Promise<DiscordSecrets> => discordWebhook((await read()).webhook);
  return { read: parts, renew: async (change) => change(await parts()) };
}

const networks: Readonly<Record<NetworkName, NetworkRow>> = {
  activitypub: { wanted: [], open: ({ home }, { server }) => new ActivityPub(server, homeOf(home)) },
  folder: { wanted: [], open: (_, { server }) => new Folder(server) },
  mastodon: {
    wanted: mastodonToken,
    open: (accounts, { name, server }) => new Mastodon(server, accounts.credentials(name, mastodonSecrets)),
  },
  pixelfed: {
    wanted: mastodonToken,
    open: (accounts, { name, server }) => new Mastodon(server, accounts.credentials(name, mastodonSecrets), 'pixelfed'),
  },
  bluesky: {
    server: 'https://bsky.social',
    wanted: [
      { name: 'identifier', where: 'your handle, such as painter.bsky.social' },
      { name: 'password', where: 'Settings, Privacy and security, App passwords' },
    ],
    open: (accounts, { name, server }) => new Bluesky(server, accounts.credentials(name, blueskySecrets)),
  },
  telegram: {
    server: 'https://api.telegram.org',
    wanted: [
      { name: 'token', where: 'the bot, from @BotFather; it must be an administrator of the channel' },
      { name: 'chat', where: 'the channel, as @name or number' },
    ],
    open: (accounts, { name, server }) => new Telegram(server, accounts.credentials(name, telegramSecrets)),
  },
  discord: {
    server: 'https://discord.com',
    wanted: [{ name: 'webhook', where: 'its address: settings of the channel, Integrations, Webhooks' }],
    open: (accounts, { name, server }) => new Discord(server, inParts(accounts.credentials(name, discordStored))),
  },
  x: {
    server: 'https://api.x.com',
    wanted: [
      { name: 'clientId', where: 'console.x.com, your app' },
      { name: 'clientSecret', where: 'the same; empty for an app without one', isOptional: true },
      { name: 'accessToken', where: 'OAuth 2.0, with tweet.read, tweet.write, users.read, media.write, offline.access' },
      { name: 'refreshToken', where: 'the same' },
    ],
    open: (accounts, { name, server }) => new X(server, accounts.credentials(name, xStored)),
  },
  instagram: {
    server: 'https://graph.instagram.com',
    wanted: metaWanted,
    first: metaFirst,
    open: (accounts, { name, server }) => new Instagram(server, accounts.credentials(name, metaSecrets)),
  },
  threads: {
    server: 'https://graph.threads.net',
    wanted: metaWanted,
    first: metaFirst,
    open: (accounts, { name, server }) => new Threads(server, accounts.credentials(name, metaSecrets)),
  },
};

/** The client of an account. */
export function openPublisher(accounts: Accounts, account: Pick<Account, 'name' | 'network' | 'server'>): Publisher {
  return networks[account.network].open(accounts, account);
}

/** What connecting an account of this network asks for. */
export const wantedSecrets = (name: NetworkName): readonly WantedSecret[] => networks[name].wanted;

/** What a new account has besides the secrets that were asked for. */
export const firstSecrets = (name: NetworkName): Record<string, number> => networks[name].first?.() ?? {};

/** The address of a network that is in one place. */
export const serverOf = (name: NetworkName): string | undefined => networks[name].server;
