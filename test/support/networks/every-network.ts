/** Each network with its server of this folder, for tests of what holds for all of them. */
import { Bluesky } from '../../../lib/publish/networks/bluesky.ts';
import { Discord } from '../../../lib/publish/networks/discord.ts';
import { Mastodon } from '../../../lib/publish/networks/mastodon.ts';
import { Instagram } from '../../../lib/publish/networks/meta/instagram.ts';
import { Threads } from '../../../lib/publish/networks/meta/threads.ts';
import type { NetworkName } from '../../../lib/publish/networks/network-names.ts';
import type { Publisher } from '../../../lib/publish/networks/publisher.ts';
import { Telegram } from '../../../lib/publish/networks/telegram.ts';
import { X } from '../../../lib/publish/networks/x.ts';
import { blueskyLogin, openBluesky } from './bluesky.ts';
import { discordLogin, openDiscord } from './discord.ts';
import type { FakeNetwork } from './loopback.ts';
import { mastodonToken, openMastodon } from './mastodon.ts';
import { metaLogin, openMeta } from './meta.ts';
import { secretsOf } from './orders.ts';
import { openTelegram, telegramLogin } from './telegram.ts';
import { openX, xLogin } from './x.ts';

export interface NetworkUnderTest {
  open: () => Promise<FakeNetwork>;
  /** What is stored of its account. */
  secrets: Record<string, unknown>;
  client: (url: string) => Publisher;
  /** Start of the call that makes a post. */
  posting: string;
  /** Whether nothing can tell after a lost answer if a post is there. */
  blind?: true;
}

const mastodon = { token: mastodonToken };

/** All but those that are files of the home. */
export type RemoteNetwork = Exclude<NetworkName, 'folder' | 'activitypub'>;

export const everyNetwork: Readonly<Record<RemoteNetwork, NetworkUnderTest>> = {
  mastodon: {
    open: openMastodon,
    secrets: mastodon,
    client: (url) => new Mastodon(url, secretsOf(mastodon)),
    posting: 'POST /api/v1/statuses',
  },
  pixelfed: {
    open: () => openMastodon({ pixelfed: true }),
    secrets: mastodon,
    client: (url) => new Mastodon(url, secretsOf(mastodon), 'pixelfed'),
    posting: 'POST /api/v1/statuses',
  },
  bluesky: {
    open: openBluesky,
    secrets: blueskyLogin,
    client: (url) => new Bluesky(url, secretsOf(blueskyLogin)),
    posting: 'POST /xrpc/com.atproto.repo.putRecord',
  },
  telegram: {
    open: openTelegram,
    secrets: telegramLogin,
    client: (url) => new Telegram(url, secretsOf(telegramLogin)),
    posting: `POST /bot${telegramLogin.token}/sendPhoto`,
    blind: true,
  },
  discord: {
    open: openDiscord,
    secrets: discordLogin,
    client: (url) => new Discord(url, secretsOf(discordLogin)),
    posting: 'POST /api/v10/webhooks',
    blind: true,
  },
  x: { open: openX, secrets: xLogin, client: (url) => new X(url, secretsOf(xLogin), { settleMs: 0 }), posting: 'POST /2/tweets' },
  instagram: {
    open: () => openMeta('instagram'),
    secrets: metaLogin,
    client: (url) => new Instagram(url, secretsOf(metaLogin), { pollMs: 5 }),
    posting: `POST /v26.0/${metaLogin.userId}/media_publish`,
  },
  threads: {
    open: () => openMeta('threads'),
    secrets: metaLogin,
    client: (url) => new Threads(url, secretsOf(metaLogin), { pollMs: 5 }),
    posting: `POST /v1.0/${metaLogin.userId}/threads_publish`,
  },
};
