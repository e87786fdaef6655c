const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The characters of a text as readers see them: an emoji of several code points is one. */
export const graphemesOf = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);

export const countGraphemes = (text: string): number => graphemesOf(text).length;

/** At most `longest` characters as readers see them; what is cut ends in …. */
export function cutTo(text: string, longest: number): string {
  if (longest < 1) return '';
  if (longest <= 0) return '';
  const parts = graphemesOf(text);
  return parts.length <= longest
    ? text
    : `${parts
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}

/** Links in a text, without the full stop or bracket after them. */
export const linkPattern = /https?:\/\/\S*[^\s.,;:!?'")\]}>…]/gi;

/** Links as X finds them: a name such as example.org is one, too. */
export const looseLinkPattern = /https?:\/\/\S+|(?<![@\w.-])(?:[a-z\d-]+\.)+[a-z]{2,}(?![\w@])(?:\/\S*)?/gi;

/**
 * Length of a text as X counts it (docs.x.com, Counting characters): a link is 23, an emoji of any number of code points 2, a character of the Latin,
 * Greek, Cyrillic and nearby scripts and of ordinary punctuation 1, any other 2.
 */
export function weightedLength(text: string): number {
  const links = [...text.matchAll(looseLinkPattern)].length;
  const rest = text.replace(looseLinkPattern, '').normalize('NFC');
  return links * 23 + graphemesOf(rest).reduce((sum, character) => sum + weightOf(character), 0);
}

function weightOf(character: string): number {
  if (/\p{Extended_Pictographic}(?<![©®™])|\p{Regional_Indicator}|\u20e3/u.test(character)) return 2;
  return [...character].reduce((sum, point) => sum + (isLight(point.codePointAt(0) ?? 0) ? 1 : 2), 0);
}

/** The ranges of version 3 of twitter-text's configuration. */
const isLight = (point: number): boolean =>
  point <= 4351 || (point >= 8192 && point <= 8205) || (point >= 8208 && point <= 8223) || (point >= 8242 && point <= 8247);
