import { stripVTControlCharacters } from 'node:util';

/**
 * Characters that control a terminal or disguise text: C0 without tab and line feed, DEL, C1, marks that change the direction of writing,
 * zero-width characters (but not the joiners, which emoji, Persian and Indic scripts need), tags, and lone surrogates.
 */
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Foreign text (prompts, titles, names, messages) made safe for a terminal: the characters of `unseen` are removed; lines stay. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')).replace(unseen, '');
}

/** JSON text with the same value, with these characters escaped. */
export function plainJson(json: string): string {
  return json.replace(unseen, (found) => [...Array(found.length).keys()].map((at) => `\\u${hex(found.charCodeAt(at))}`).join(''));
}

const hex = (code: number): string => code.toString(16).padStart(4, '0');
