import { ArtistError, answering, withLock } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { Account, Accounts } from '../accounts/account.ts';
import { openPublisher } from '../accounts/open-publisher.ts';
import type { DeriveCopy } from '../content/derivative.ts';
import { type ContentSettings, type PreparedPost, preparePost } from '../content/prepare.ts';
import type { WriteCaption } from '../content/written-words.ts';
import { answeredByNetwork } from '../networks/network-failure.ts';
import type { PublicPlace } from '../public/place.ts';
import { noPlace } from '../public/public-picture.ts';
import type { Outbox } from './outbox.ts';
import { type Post, type PostState, worksOfPost } from './post.ts';

/** The owner's rule for approval; `publish` in config.yaml. */
export interface ApprovalRule {
  approve: 'hand' | 'auto';
  /** With auto, only works with at least this rating. */
  minRating?: number | undefined;
}

export interface QueueWorkOptions {
  outbox: Outbox;
  accounts: Accounts;
  /** Default: the client of the account's network. */
  open?: typeof openPublisher;
  settings: ContentSettings & ApprovalRule;
  /** Signs the pictures that are sent. Default: they are not signed. */
  derive?: DeriveCopy | undefined;
  /** Writes captions, where `settings.caption` is llm. Default: the template's words are used. */
  write?: WriteCaption | undefined;
  /** Where networks that fetch pictures find them: without it the preview of a post on such a network says so. */
  publicPlace?: PublicPlace | undefined;
  /** Not before this time, milliseconds since 1970. */
  dueAt?: number | undefined;
  /** Approved by a person with this call. */
  approved?: boolean;
  /** Further works of the same post, a picture each: an album or carousel. */
  more?: readonly Artwork[];
  /** A person's own words in place of the template. */
  caption?: string | undefined;
  /** A person's own alternative texts for this post in place of those of the works, by the work's ULID. */
  altTexts?: Readonly<Record<string, string>> | undefined;
  /** Also if the account has a post of one of the works already. */
  again?: boolean;
}

/** What keeps posts of this account from going out until a person does something. */
export function obstacleOf(
  account: Account,
  { accounts, publicPlace, open = openPublisher }: Pick<QueueWorkOptions, 'accounts' | 'publicPlace' | 'open'>,
): string | undefined {
  const { needsPublicPicture, network } = open(accounts, account);
  return needsPublicPicture && publicPlace === undefined ? noPlace(network) : undefined;
}

/**
 * Exactly what a post of this work would be.
 *
 * @throws ArtistError every error of preparePost(); those of the network with its code
 */
export const previewPost = answering(
  'previewPost',
  (
    work: Artwork,
    account: Account,
    { outbox, accounts, settings, derive, more = [], caption, altTexts, write, publicPlace, open = openPublisher }: QueueWorkOptions,
  ): Promise<PreparedPost> =>
    answeredByNetwork(async () => {
      const publisher = open(accounts, account);
      const words = { derive, more, words: caption, altTexts, write };
      const prepared = await preparePost(work, publisher, outbox.home.folder, settings, words);
      const obstacle = obstacleOf(account, { accounts, publicPlace, open });
      return { ...prepared, ...(obstacle !== undefined && { obstacle }) };
    }),
);

/**
 * Puts a post of a work into the outbox. What it says and shows is settled here: later changes of the work change nothing.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS: the account has a post of this work, out or in the queue; every error of previewPost() and Outbox.add()
 */
export const queueWork = answering('queueWork', async (work: Artwork, account: Account, options: QueueWorkOptions): Promise<Post> => {
  const { outbox, settings, dueAt, approved = false, again = false } = options;
  const { network, content, picture, more, credits, price } = await previewPost(work, account, options);
  const unknownSources = [...credits.unknown];
  const byRule = settings.approve === 'auto' && unknownSources.length === 0 && (work.rating ?? 0) >= (settings.minRating ?? 0);
  const post = {
    work: work.id,
    account: account.name,
    network,
    content,
    picture,
    ...(more.length > 0 && { more }),
    unknownSources,
    dueAt: dueAt ?? null,
    price,
    approvedBy: approved ? ('hand' as const) : byRule ? ('rule' as const) : null,
  };
  const works = worksOfPost(post);
  return withLock(outbox.home.state('outbox.lock'), { purpose: 'adding a post', private: true }, async () => {
    const { posts } = await outbox.list();
    const earlier = posts.find(
      (other) => other.account === account.name && !ended.includes(other.state) && worksOfPost(other).some((one) => works.includes(one)),
    );
    if (earlier && !again)
      throw new ArtistError(
        'ERR_ALREADY_EXISTS',
        `work ${works.find((one) => worksOfPost(earlier).includes(one))}: expected no post of it on ${account.name}, got ${earlier.id}, which is ${earlier.state}. Add --again to post it once more`,
      );
    return outbox.add(post);
  });
});

const ended: readonly PostState[] = ['cancelled', 'failed'];
