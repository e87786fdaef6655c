import { stripVTControlCharacters } from 'node:util';

/**
 * Characters that a terminal obeys or that make text look like another: C0 without tab and line feed, DEL, C1, marks that turn the direction
 * of writing, characters of no width (but not the joiners, which emoji, Persian and Indic scripts need), tags, and halves of pairs.
 */
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Text from elsewhere (prompts, titles, names, messages of others) as it may go to a terminal: without what `unseen` lists, one line a line. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')).replace(unseen, '');
}

/** A JSON text with the same value in which such characters are written as escapes. */
export function plainJson(json: string): string {
  return json.replace(unseen, (found) => [...Array(found.length).keys()].map((at) => `\\u${hex(found.charCodeAt(at))}`).join(''));
}

const hex = (code: number): string => code.toString(16).padStart(4, '0');
