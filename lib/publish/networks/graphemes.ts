const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The characters of a text as readers see them: an emoji of several code points is one. */
export const graphemesOf = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);

export const countGraphemes = (text: string): number => graphemesOf(text).length;

/** At most `longest` characters as readers see them; what is cut ends in …. */
export function cutTo(text: string, longest: number): string {
  if (longest < 1) return '';
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
