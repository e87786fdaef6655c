import { countGraphemes, linkPattern } from './graphemes.ts';

/** A part of a text that is a link or a hashtag (lexicon app.bsky.richtext.facet). Offsets count UTF-8 bytes; the end is exclusive. */
export interface Facet {
  index: { byteStart: number; byteEnd: number };
  features: [{ $type: 'app.bsky.richtext.facet#link'; uri: string } | { $type: 'app.bsky.richtext.facet#tag'; tag: string }];
}

const longestTag = 64;
/** After a blank, at least one character that is neither a digit nor punctuation; without punctuation at its end. */
const tagPattern = /(?<=^|\s)[#＃](?=\S*[^\d\s\p{P}])(\S*[^\s\p{P}])/gu;

/** The links and hashtags of a text, in order. */
export function facetsOf(text: string): Facet[] {
  const facet = (at: number, part: string, feature: Facet['features'][0]): Facet => {
    const byteStart = Buffer.byteLength(text.slice(0, at));
    return { index: { byteStart, byteEnd: byteStart + Buffer.byteLength(part) }, features: [feature] };
  };
  const links = [...text.matchAll(linkPattern)].map(({ index, 0: uri }) =>
    facet(index, uri, { $type: 'app.bsky.richtext.facet#link', uri }),
  );
  const tags = [...text.matchAll(tagPattern)]
    .filter(([, tag = '']) => countGraphemes(tag) <= longestTag)
    .map(({ index, 0: whole, 1: tag = '' }) => facet(index, whole, { $type: 'app.bsky.richtext.facet#tag', tag }));
  return [...links, ...tags].sort((a, b) => a.index.byteStart - b.index.byteStart);
}
