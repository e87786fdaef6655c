import { ArtistError } from '../../core/index.ts';
import { type Artwork, altOf, nameOf } from '../../gallery/index.ts';
import type { Limits } from '../networks/publisher.ts';
import { cutTo, graphemesOf } from '../networks/text/graphemes.ts';
import type { Credits } from './credits.ts';

/** How the text of a post is made. */
export interface CaptionOptions {
  /** `{title}`, `{prompt}`, `{model}`, `{seed}`, `{date}` and `{credits}` are replaced. */
  template: string;
  /** With or without #. Default: the tags of the work. */
  hashtags?: readonly string[] | undefined;
  /** Words in place of the template's, as they are. */
  words?: string;
  /** Further works of the same post, whose models the label names too. */
  more?: readonly Artwork[];
  /** Whether a text may have links on a network that charges for them. Default false. */
  links?: boolean;
}

/** Most hashtags that are made of a work's tags. */
const mostTags = 5;
const aiTag = 'AIart';
const longestTitle = 200;

/** Whether a model made or changed the work, here or as its record says. */
export const isMadeByAi = ({ recipe, provenance }: Artwork): boolean =>
  recipe !== undefined || (typeof provenance?.['digitalSourceType'] === 'string' && /algorithmic/i.test(provenance['digitalSourceType']));

/** A tag as networks read it: letters, digits and `_`, words joined. Empty if nothing is left, or digits alone. */
export function hashtagOf(text: string): string {
  const words = text.split(/[^\p{L}\p{M}\p{N}_]+/u).filter((word) => word !== '');
  const joined = words.map((word, at) => (at === 0 ? word : `${[...word][0]?.toUpperCase() ?? ''}${[...word].slice(1).join('')}`)).join('');
  return /^\p{N}*$/u.test(joined) ? '' : joined;
}

/** Placeholders of a template that nothing replaces. */
export function unknownPlaceholders(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').filter((name) => !placeholders.includes(name));
}
export const placeholders: readonly string[] = ['title', 'prompt', 'model', 'seed', 'date', 'credits'];

/** The text of a post, and the words in it that a person may put others in place of. */
export interface Caption {
  text: string;
  /** Without credits, label and hashtags, before they were cut. */
  words: string;
  /** Whether they had no room. */
  isCut: boolean;
}

/**
 * The text of a post: the template, every credit, the AI label and hashtags, within the length of the network. Where that is too long, hashtags
 * are left out from the end, then the words of the template are cut; credits and the label never are. On a network that charges for links they are
 * left out, those of credits too.
 *
 * @throws ArtistError ERR_LICENCE: a source forbids the post, or there is no room for the credits; ERR_INVALID_ARGUMENT: there is no room for
 *   the label
 */
export function captionOf(
  work: Artwork,
  due: Credits,
  limits: Limits,
  { template: given, words: own, more = [], hashtags, links = false }: CaptionOptions,
): Caption {
  if (due.forbidden.length > 0)
    throw new ArtistError(
      'ERR_LICENCE',
      `sources: expected terms that permit this post, got: ${due.forbidden.join('; ')}. Post another work`,
      { details: due.forbidden },
    );
  const linked = (text: string): string => (limits.links === false && !links ? text.replace(/\s*https?:\/\/\S+/gi, '') : text);
  const credits = { ...due, lines: due.lines.map(linked) };
  const template = own === undefined ? given : '';
  const painted = [work, ...more].filter(isMadeByAi);
  const ai = painted.length > 0;
  const isPlaced = template.includes('{credits}');
  const end = [isPlaced ? '' : creditText(credits), ai ? labelOf(painted) : ''].filter((line) => line !== '').join('\n');
  const tags = tagsOf(work, ai, hashtags).slice(0, limits.hashtags);
  const fits = (text: string): boolean => limits.count(text) <= limits.characters;
  const words = linked(own?.trim() ?? filled(template, work, credits));
  // Where the credits are inside the template, the other words around them are cut.
  const cut = isPlaced ? linked(filled(template.replaceAll('{credits}', ''), work, credits)) : words;
  for (let kept = tags.length; kept >= Math.min(1, tags.length); kept--) {
    const text = joined(words, end, tags.slice(0, kept));
    if (fits(text)) return { text, words: cut, isCut: false };
  }
  const rest = isPlaced ? [creditText(credits), end].filter((line) => line !== '').join('\n') : end;
  for (const kept of [tags.slice(0, 1), []]) {
    const shortened = longestFitting(cut, (part) => joined(part, rest, kept), fits);
    if (shortened !== undefined) return { text: shortened, words: cut, isCut: !shortened.startsWith(cut) };
  }
  const least = limits.count(joined('', rest, []));
  throw credits.lines.length > 0
    ? new ArtistError(
        'ERR_LICENCE',
        `caption: expected room for the credits that the sources demand within ${limits.characters} characters, got ${least}. Post it to a network with longer texts`,
        { details: credits.lines },
      )
    : new ArtistError('ERR_INVALID_ARGUMENT', `caption: expected at most ${limits.characters} characters, got ${least}`);
}

/** The text of captionOf(). @throws ArtistError every error of captionOf() */
export const makeCaption = (...about: Parameters<typeof captionOf>): string => captionOf(...about).text;

/** The alternative text within the network's length: what a person wrote for this post, else that of the work. */
export function altTextFor(work: Artwork, { altText }: Pick<Limits, 'altText'>, given = ''): string {
  return cutTo(given.trim() === '' ? altOf(work) : given.trim(), altText);
}

function tagsOf(work: Artwork, ai: boolean, given: readonly string[] | undefined): string[] {
  const tags = (given ?? (work.tags ?? []).slice(0, mostTags)).map(hashtagOf);
  return [...new Set([...(ai ? [aiTag] : []), ...tags])].filter((tag) => tag !== '');
}

function creditText({ lines }: Credits): string {
  return lines.length === 0 ? '' : `Credits: ${lines.join('; ')}`;
}

function filled(template: string, work: Artwork, credits: Credits): string {
  const { recipe, createdAt } = work;
  const values: Readonly<Record<string, string>> = {
    title: nameOf(work, longestTitle),
    prompt: recipe?.prompt ?? '',
    model: recipe?.model?.name ?? '',
    seed: recipe?.seed === undefined ? '' : String(recipe.seed),
    date: createdAt.slice(0, 10),
    credits: creditText(credits),
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole).trim();
}

function labelOf(works: readonly Artwork[]): string {
  const models = [...new Set(works.flatMap(({ recipe }) => recipe?.model?.name ?? []))];
  return models.length > 0 ? `Made with AI (${models.join(', ')})` : 'Made with AI';
}

function joined(words: string, end: string, tags: readonly string[]): string {
  return [words, end, tags.map((tag) => `#${tag}`).join(' ')].filter((part) => part !== '').join('\n\n');
}

/** The most of `words` that fits, cut at a character as readers see them. */
function longestFitting(words: string, join: (part: string) => string, fits: (text: string) => boolean): string | undefined {
  if (!fits(join(''))) return undefined;
  if (fits(join(words))) return join(words);
  const parts = graphemesOf(words);
  const begin = (count: number): string => (count === 0 ? '' : `${parts.slice(0, count).join('').trimEnd()}…`);
  let [low, high] = [0, parts.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(join(begin(middle)))) low = middle;
    else high = middle - 1;
  }
  return join(begin(low));
}
