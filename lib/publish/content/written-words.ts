import { type Artwork, nameOf } from '../../gallery/index.ts';
import type { Limits } from '../networks/publisher.ts';
import { type CaptionOptions, makeCaption } from './caption.ts';
import type { Credits } from './credits.ts';

/** All that the words of a caption may be made of. */
export interface CaptionFacts {
  /** One for each work. */
  titles: readonly string[];
  prompts: readonly string[];
  tags: readonly string[];
}

/** What is asked of the writer of a caption. Credits, AI label and hashtags follow its words, and are not its business. */
export interface CaptionWish {
  facts: CaptionFacts;
  /** ISO 639-1. */
  language: string;
  /** Room for the words, as the network counts. */
  characters: number;
  /** Whether words fit, counted as the network counts. */
  fits: (words: string) => boolean;
}

/** Writes the words of a caption; undefined: it cannot now, and the template's words are used. */
export type WriteCaption = (wish: CaptionWish) => Promise<string | undefined>;

const longestTitle = 200;
/** Longest words that are asked for, where a network would take more. */
const longestWords = 600;
/** Words in less room are not worth asking for. */
const leastRoom = 40;

/**
 * Words by `write` that fit and hold nothing that is not in the facts; undefined: there is no room, or the writer gave none.
 *
 * @throws ArtistError every error of makeCaption()
 */
export async function writtenWords(
  works: readonly [Artwork, ...Artwork[]],
  due: Credits,
  limits: Limits,
  { write, language, ...options }: Omit<CaptionOptions, 'words' | 'more'> & { write: WriteCaption; language: string },
): Promise<string | undefined> {
  const [work, ...more] = works;
  const rest = makeCaption(work, due, limits, { ...options, more, words: '' });
  const characters = Math.min(longestWords, limits.characters - limits.count(rest) - 2);
  if (characters < leastRoom) return undefined;
  const facts = {
    titles: works.map((one) => nameOf(one, longestTitle)),
    prompts: works.flatMap(({ recipe }) => recipe?.prompt ?? []),
    tags: [...new Set(works.flatMap(({ tags = [] }) => tags))],
  };
  const fits = (words: string): boolean => words.length <= longestWords && limits.count(`${words}\n\n${rest}`) <= limits.characters;
  const words = (await write({ facts, language, characters, fits }))?.trim();
  return words !== undefined && words !== '' && fits(words) && inventions(words, facts, language).length === 0 ? words : undefined;
}

const claims =
  /https?:|www\.|[#@]\p{L}|©|\bcopyright\b|\bcredits?\b|\b(photo|picture|image|painting|artwork) by\b|\bcourtesy\b|\blicen[cs]|\bCC[ -]?(BY|0)\b/iu;

/**
 * What words say that is not in the facts: credits, licences, links, tags and mentions, numbers, and in English names (capital letters within a sentence).
 * A text of facts that are not named this way cannot be told from one that keeps to them.
 */
export function inventions(words: string, { titles, prompts, tags }: CaptionFacts, language: string): string[] {
  const known = [...titles, ...prompts, ...tags].join(' ').toLowerCase();
  const isKnown = (word: string): boolean => known.includes(word.toLowerCase());
  const claim = claims.exec(words)?.[0];
  const numbers = words.match(/\p{N}+/gu) ?? [];
  const names = language === 'en' ? [...words.matchAll(/(?<=[\p{Ll},;:] )\p{Lu}[\p{L}’'-]+/gu)].map(([name]) => name) : [];
  return [...(claim === undefined ? [] : [claim]), ...[...numbers, ...names].filter((word) => !isKnown(word))];
}
