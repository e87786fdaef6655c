/** What publishing from a home works with: its posts, its accounts, and the settings `publish` as rules. */
import { derivingOf } from '../../artist/index.ts';
import { configPath, type LoadedConfig, type PublishSettings, publicAddressOf, readSecret } from '../../config/index.ts';
import { ArtistError, type Clock, systemClock } from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import {
  type Account,
  Accounts,
  Outbox,
  type Post,
  type PostingRules,
  PostSender,
  type PublicPlace,
  readPostingTimes,
} from '../../publish/index.ts';
import { shownTimeZone } from '../../schedule/index.ts';
import { captionsOf } from './captions.ts';

export interface Publishing {
  outbox: Outbox;
  accounts: Accounts;
  settings: PublishSettings;
  /** When a post may begin. */
  rules: PostingRules;
  /** Signs what is sent, if the settings say so. */
  derive: ReturnType<typeof derivingOf>;
  /** Writes captions, if the settings say so. */
  write: ReturnType<typeof captionsOf>;
  /** Where networks that fetch pictures find them. */
  publicPlace: PublicPlace | undefined;
}

export interface OpenPublishingOptions {
  clock?: Clock | undefined;
  /** Ends the writing of a caption. Default: it ends by itself. */
  signal?: AbortSignal | undefined;
  /** Called when a caption cannot be written; the template is used. */
  warn: (line: string) => void;
}

/** @throws ArtistError ERR_CONFIG: a posting time that is none */
function rulesOf({ perDay, minutesBetween, quietHours, timeZone, times, dollarsPerMonth }: PublishSettings): PostingRules {
  const readTimes = times && readPostingTimes(times);
  return { perDay, minutesBetween, quietHours, timeZone: timeZone ?? shownTimeZone(), times: readTimes, dollarsPerMonth };
}

/** Path of the server at which networks fetch the pictures of posts, in the state in which they are sent. */
export const postedPictures = '/api/v1/publish/pictures';

/** Where networks that fetch pictures find them. */
function publicPlaceOf({ config, home }: LoadedConfig): PublicPlace | undefined {
  const { publicFolder, publicUrl: url, publicBucket } = config.publish;
  if (!publicBucket) {
    if (publicFolder && url) return { folder: configPath(publicFolder, home), url };
    const server = publicAddressOf(config.server);
    return server === undefined ? undefined : { served: `${server}${postedPictures}` };
  }
  const { accessKeyId, secretAccessKey, ...bucket } = publicBucket;
  const keys = async () => ({
    accessKeyId: await readSecret(accessKeyId, 'publish.publicBucket.accessKeyId', { home }),
    secretAccessKey: await readSecret(secretAccessKey, 'publish.publicBucket.secretAccessKey', { home }),
  });
  return { ...bucket, keys };
}

/** The posts and accounts of a home, with its settings. Reads nothing yet. @throws ArtistError ERR_CONFIG */
export function openPublishing(
  loaded: LoadedConfig,
  { clock = systemClock, signal = new AbortController().signal, warn }: OpenPublishingOptions,
): Publishing {
  const { home, config } = loaded;
  const { publish: settings } = config;
  return {
    outbox: new Outbox(home, { clock }),
    accounts: new Accounts(home, { clock }),
    settings,
    rules: rulesOf(settings),
    derive: derivingOf(loaded),
    write: captionsOf(loaded, { signal, warn }),
    publicPlace: publicPlaceOf(loaded),
  };
}

export interface HomeSenderOptions {
  loaded: LoadedConfig;
  /** What runs it, for people: `ai-artist serve`. */
  program: string;
  gallery: Gallery;
  /** Called when a post is out, failed, or became unknown. */
  onPost: (post: Post) => void;
  warn: (line: string) => void;
  clock?: Clock | undefined;
}

/** A sender for all accounts of a home, by its settings. It does nothing before start() or look(), and nothing while no account is connected. */
export function openSender({ loaded, program, gallery, onPost, warn, clock = systemClock }: HomeSenderOptions): PostSender {
  const { home, config } = loaded;
  const publicPlace = publicPlaceOf(loaded);
  return new PostSender({ home, program, gallery, rules: rulesOf(config.publish), publicPlace, onPost, warn, clock });
}

/**
 * Approves a post that is a draft, publishes it whatever hour it is, waits for it, and closes the sender.
 *
 * @throws ArtistError every error of PostSender.sendNow() and Outbox.approve()
 */
export async function publishNow(id: string, sender: PostSender, { signal }: { signal: AbortSignal }): Promise<Post> {
  try {
    const { state } = await sender.outbox.get(id);
    if (state === 'draft') await sender.outbox.approve(id);
    return await sender.sendNow(id, { signal });
  } finally {
    await sender.close();
  }
}

/** The accounts with these names, each once; all if none is named. @throws ArtistError ERR_NOT_FOUND, also if there is none; ERR_DAMAGED, ERR_READ */
export async function accountsNamed(accounts: Accounts, names: readonly string[] | undefined): Promise<Account[]> {
  if (names) return Promise.all([...new Set(names)].map((name) => accounts.get(name)));
  const all = await accounts.list();
  if (all.length > 0) return all;
  throw new ArtistError('ERR_NOT_FOUND', 'accounts: expected at least one, got none. See: ai-artist publish connect --help');
}

/** @throws ArtistError ERR_NOT_FOUND: one of these accounts is not connected; ERR_DAMAGED, ERR_READ */
export async function checkAccounts(home: string, names: readonly string[]): Promise<void> {
  const accounts = new Accounts(home);
  for (const name of names) await accounts.get(name);
}
