import { ArtistError, counted } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { NetworkName } from '../networks/network-names.ts';
import type { Derivative, Limits, PostContent, Publisher, visibilities } from '../networks/publisher.ts';
import { altTextFor, captionOf, isMadeByAi, placeholders, unknownPlaceholders } from './caption.ts';
import { type Credits, creditsOfWork, joinedCredits } from './credits.ts';
import { type AiMark, type DeriveCopy, makeDerivative } from './derivative.ts';
import { type WriteCaption, writtenWords } from './written-words.ts';

/** How posts are written; `publish` in config.yaml. */
export interface ContentSettings {
  /** `{title}`, `{prompt}`, `{model}`, `{seed}`, `{date}` and `{credits}` are replaced. */
  template: string;
  /** Who writes the words: the template, or a language model. Default: the template. */
  caption?: 'template' | 'llm';
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
  /** Whether pictures show the word AI in a corner. Default: none. */
  aiMark?: AiMark;
}

/** Exactly what will go out. */
export interface PreparedPost {
  network: NetworkName;
  content: PostContent;
  picture: Derivative;
  /** Further pictures, each of a work of its own. */
  more: readonly { work: string; altText: string; picture: Derivative }[];
  credits: Credits;
  /** The text's own words, without credits, label and hashtags, before they were cut; and who wrote them. */
  words: { text: string; by: 'template' | 'llm' | 'person'; isCut: boolean };
  /** Longest alternative text; 0: the network has none. */
  altTextLimit: number;
  /** Length of the text as the network counts it, and its limit. */
  length: { used: number; limit: number };
  /** US dollars. */
  price: number;
  /** What keeps the post from going out until a person does something: its network fetches pictures, and there is no place for them. */
  obstacle?: string;
}

export interface PrepareOptions {
  /** Signs what is sent. */
  derive?: DeriveCopy | undefined;
  /** Further works of the same post. */
  more?: readonly Artwork[];
  /** Words in place of the template's. */
  words?: string | undefined;
  /** In place of the alternative texts of works, by the work's ULID. */
  altTexts?: Readonly<Record<string, string>> | undefined;
  /** Writes the words, with `caption: 'llm'` and no words given. */
  write?: WriteCaption | undefined;
}

/**
 * Makes the text and the pictures of a post within the limits of its network, which are read from the server.
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
  { derive, more = [], words, altTexts = {}, write }: PrepareOptions = {},
): Promise<PreparedPost> {
  const works = [work, ...more] as const;
  const hidden = works.find((one) => one.hidden);
  if (hidden)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `work ${hidden.id}: expected one that others may see, got a hidden one. Show it first`);
  const [unknown] = unknownPlaceholders(settings.template);
  if (unknown !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `template: expected {${placeholders.join('}, {')}}, got {${unknown}}`);
  const limits = await publisher.limits();
  const { pictures: most = 1 } = limits;
  if (works.length > most)
    throw new ArtistError(
      most === 1 ? 'ERR_UNSUPPORTED' : 'ERR_INVALID_ARGUMENT',
      `works: expected at most ${counted(most, 'picture')} in a post on ${publisher.network}, got ${works.length}. Add fewer, or each as its own post`,
    );
  const due = await Promise.all(works.map((one) => creditsOfWork(one, home, settings)));
  const credits = joinedCredits(due);
  const asksWriter = settings.caption === 'llm' && words === undefined && write !== undefined;
  const own = asksWriter ? await writtenWords(works, credits, limits, { ...settings, write }) : words;
  const { text, ...written } = captionOf(work, credits, limits, { ...settings, ...(own !== undefined && { words: own }), more });
  const { aiMark = 'none' } = settings;
  const picture = await makeDerivative(work, limits, { unchanged: due[0]?.unchanged ?? false, derive, aiMark });
  const others: PreparedPost['more'][number][] = [];
  for (const [at, one] of more.entries()) {
    const unchanged = due[at + 1]?.unchanged ?? false;
    const derivative = await makeDerivative(one, limitsAfter(picture, limits), { unchanged, derive, aiMark });
    others.push({ work: one.id, altText: altTextFor(one, limits, altTexts[one.id]), picture: derivative });
  }
  const { language, visibility, sensitive } = settings;
  const altText = altTextFor(work, limits, altTexts[work.id]);
  const content = { text, altText, language, visibility, sensitive, madeWithAi: works.some(isMadeByAi) };
  return {
    network: publisher.network,
    content,
    picture,
    more: others,
    credits,
    words: { text: written.words, by: own === undefined ? 'template' : words === undefined ? 'llm' : 'person', isCut: written.isCut },
    altTextLimit: limits.altText,
    length: { used: limits.count(text), limit: limits.characters },
    price:
      publisher.price?.(
        content,
        others.map(({ altText }) => altText),
      ) ?? 0,
  };
}

/** For the pictures after the first: where the network cuts them to its shape, they are padded to it. */
function limitsAfter({ width, height }: Derivative, limits: Limits): Limits {
  return limits.sameShape ? { ...limits, aspect: { min: width / height, max: width / height } } : limits;
}
