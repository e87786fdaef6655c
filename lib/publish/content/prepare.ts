import { ArtistError } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { NetworkName } from '../networks/network-names.ts';
import type { Derivative, PostContent, Publisher, visibilities } from '../networks/publisher.ts';
import { altTextFor, isMadeByAi, makeCaption, placeholders, unknownPlaceholders } from './caption.ts';
import { type Credits, creditsOfWork } from './credits.ts';
import { type DeriveCopy, makeDerivative } from './derivative.ts';

/** How posts are written; `publish` in config.yaml. */
export interface ContentSettings {
  /** `{title}`, `{prompt}`, `{model}`, `{seed}`, `{date}` and `{credits}` are replaced. */
  template: string;
  /** Default: the tags of each work. */
  hashtags?: readonly string[] | undefined;
  /** Whether texts may have links on networks that charge for them. */
  links: boolean;
  /** ISO 639-1. */
  language: string;
  visibility: (typeof visibilities)[number];
  /** Hide the picture behind a warning. */
  sensitive: boolean;
  /** Whether posts are for profit, which some licences forbid. */
  commercial: boolean;
}

/** Exactly what will go out. */
export interface PreparedPost {
  network: NetworkName;
  content: PostContent;
  picture: Derivative;
  credits: Credits;
  /** Length of the text as the network counts it, and its limit. */
  length: { used: number; limit: number };
  /** US dollars. */
  price: number;
}

/**
 * Makes the text and the picture of a post within the limits of its network, which are read from the server.
 *
 * @throws NetworkFailure
 * @throws ArtistError ERR_LICENCE: a source forbids the post, or its credit has no room; ERR_INVALID_ARGUMENT, ERR_TOO_LARGE, ERR_READ,
 *   ERR_IMAGE_DECODE
 */
export async function preparePost(
  work: Artwork,
  publisher: Publisher,
  home: string,
  settings: ContentSettings,
  derive?: DeriveCopy,
): Promise<PreparedPost> {
  if (work.hidden)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `work ${work.id}: expected one that others may see, got a hidden one. Show it first`);
  const [unknown] = unknownPlaceholders(settings.template);
  if (unknown !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `template: expected {${placeholders.join('}, {')}}, got {${unknown}}`);
  const limits = await publisher.limits();
  const credits = await creditsOfWork(work, home, settings);
  const text = makeCaption(work, credits, limits, settings);
  const picture = await makeDerivative(work, limits, { unchanged: credits.unchanged, derive });
  const { language, visibility, sensitive } = settings;
  const content = { text, altText: altTextFor(work, limits), language, visibility, sensitive, madeWithAi: isMadeByAi(work) };
  return {
    network: publisher.network,
    content,
    picture,
    credits,
    length: { used: limits.count(text), limit: limits.characters },
    price: publisher.price?.(content) ?? 0,
  };
}
