import { captionsOf, derivingOf } from '../../lib/artist/index.ts';
import { configPath, type PublishSettings, readSecret } from '../../lib/config/index.ts';
import { ArtistError, counted } from '../../lib/core/index.ts';
import {
  type Account,
  Accounts,
  Outbox,
  type Post,
  type PostingRules,
  PostSender,
  type PublicPlace,
  readPostingTimes,
} from '../../lib/publish/index.ts';
import { shownTimeZone } from '../../lib/schedule/index.ts';
import { postLine } from '../print/publish-lines.ts';
import type { Context } from '../shell/run.ts';
import { openGallery } from '../shell/settings.ts';

/** What the commands of `publish` work with. */
export interface Publishing {
  outbox: Outbox;
  accounts: Accounts;
  settings: PublishSettings;
  /** Signs what is sent, if the settings say so. */
  derive: ReturnType<typeof derivingOf>;
  /** Writes captions, if the settings say so. */
  write: ReturnType<typeof captionsOf>;
}

export async function openPublishing({
  home,
  config,
  signal,
  warn,
}: Pick<Context, 'home' | 'config' | 'signal' | 'warn'>): Promise<Publishing> {
  const loaded = await config();
  const { publish: settings } = loaded.config;
  return {
    outbox: new Outbox(home),
    accounts: new Accounts(home),
    settings,
    derive: derivingOf(loaded),
    write: captionsOf(loaded, { signal, warn }),
  };
}

/** A post by its id, its first or last characters, or `latest`. @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT: several fit */
export async function findPost(outbox: Outbox, text: string): Promise<Post> {
  const ids = await outbox.ids();
  const wanted = text.toUpperCase();
  const [found, ...more] = text === 'latest' ? ids.slice(-1) : ids.filter((id) => id.startsWith(wanted) || id.endsWith(wanted));
  if (more.length > 0)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `post: expected characters of one id, got ${text}, which fits ${counted(more.length + 1, 'post')}`,
    );
  return outbox.get(found ?? text);
}

/** The accounts with these names; all if none is named. @throws ArtistError ERR_NOT_FOUND */
export async function accountsNamed(accounts: Accounts, names: readonly string[] | undefined): Promise<Account[]> {
  if (names) return Promise.all([...new Set(names)].map((name) => accounts.get(name)));
  const all = await accounts.list();
  if (all.length > 0) return all;
  throw new ArtistError('ERR_NOT_FOUND', 'accounts: expected at least one, got none. See: ai-artist publish connect --help');
}

export function rulesOf({ perDay, minutesBetween, quietHours, timeZone, times, dollarsPerMonth }: PublishSettings): PostingRules {
  const readTimes = times && readPostingTimes(times);
  return { perDay, minutesBetween, quietHours, timeZone: timeZone ?? shownTimeZone(), times: readTimes, dollarsPerMonth };
}

/** Where networks that fetch pictures find them. */
function publicPlaceOf({ publicFolder, publicUrl: url, publicBucket }: PublishSettings, home: string): PublicPlace | undefined {
  if (!publicBucket) return publicFolder && url ? { folder: configPath(publicFolder, home), url } : undefined;
  const { accessKeyId, secretAccessKey, ...bucket } = publicBucket;
  const keys = async () => ({
    accessKeyId: await readSecret(accessKeyId, 'publish.publicBucket.accessKeyId', { home }),
    secretAccessKey: await readSecret(secretAccessKey, 'publish.publicBucket.secretAccessKey', { home }),
  });
  return { ...bucket, keys };
}

/** A sender of this home; it tells the log what happens to posts. */
export async function openSender(context: Context): Promise<PostSender> {
  const { home, note, warn } = context;
  const { settings } = await openPublishing(context);
  const onPost = (post: Post): void => (post.state === 'published' ? note(postLine(post)) : warn(postLine(post)));
  const publicPlace = publicPlaceOf(settings, home);
  return new PostSender({ home, gallery: await openGallery(context), rules: rulesOf(settings), publicPlace, onPost, warn });
}
