/** What publishing from a home works with: its posts, its accounts, and the settings `publish` as rules. */
import { derivingOf } from '../../artist/index.ts';
import { configPath, type LoadedConfig, type PublishSettings } from '../../config/index.ts';
import { type Clock, systemClock } from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import { Accounts, Outbox, type Post, type PostingRules, PostSender } from '../../publish/index.ts';
import { shownTimeZone } from '../../schedule/index.ts';

export interface Publishing {
  outbox: Outbox;
  accounts: Accounts;
  settings: PublishSettings;
  /** When a post may begin. */
  rules: PostingRules;
  /** Signs what is sent, if the settings say so. */
  derive: ReturnType<typeof derivingOf>;
}

function rulesOf({ perDay, minutesBetween, quietHours, timeZone, dollarsPerMonth }: PublishSettings): PostingRules {
  return { perDay, minutesBetween, quietHours, timeZone: timeZone ?? shownTimeZone(), dollarsPerMonth };
}

/** The posts and accounts of a home, with its settings. Reads nothing yet. */
export function openPublishing(loaded: LoadedConfig, clock: Clock = systemClock): Publishing {
  const { home, config } = loaded;
  const { publish: settings } = config;
  return {
    outbox: new Outbox(home, { clock }),
    accounts: new Accounts(home, { clock }),
    settings,
    rules: rulesOf(settings),
    derive: derivingOf(loaded),
  };
}

export interface HomeSenderOptions {
  loaded: LoadedConfig;
  gallery: Gallery;
  /** Called when a post is out, failed, or became unknown. */
  onPost: (post: Post) => void;
  warn: (line: string) => void;
  clock?: Clock | undefined;
}

/** A sender for all accounts of a home, by its settings. It does nothing before start() or look(), and nothing while no account is connected. */
export function openSender({ loaded, gallery, onPost, warn, clock = systemClock }: HomeSenderOptions): PostSender {
  const { home, config } = loaded;
  const { publicFolder, publicUrl: url } = config.publish;
  const publicPlace = publicFolder && url ? { folder: configPath(publicFolder, home), url } : undefined;
  return new PostSender({ home, gallery, rules: rulesOf(config.publish), publicPlace, onPost, warn, clock });
}
