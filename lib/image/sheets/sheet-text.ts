/** Texts on a sheet, as SVG. Widths are estimates, a little on the wide side: which font the machine has is not known. */
import { xmlText } from '../../core/index.ts';

const narrow = /[ijlrtfI.,:;'|!()[\]{}/\\ -]/;
const wide = /[mwMW@%]/;
const capital = /[A-Z0-9#$&+=<>_~?]/;
/** CJK, kana, Hangul, full-width forms and emoji: about as wide as high. */
const square = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function letterWidth(letter: string): number {
  if (square.test(letter)) return 1.02;
  if (narrow.test(letter)) return 0.37;
  if (wide.test(letter)) return 0.95;
  return capital.test(letter) ? 0.68 : 0.6;
}

/** Estimated width of a text, pixels. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const letter of text) width += letterWidth(letter);
  return width * size;
}

/** The text on one line, cut with an ellipsis where it is wider than `most` pixels. */
export function cutText(text: string, size: number, most: number): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  if (textWidth(line, size) <= most) return line;
  let cut = '';
  let width = size; // the ellipsis
  for (const letter of line) {
    width += letterWidth(letter) * size;
    if (width > most) break;
    cut += letter;
  }
  return `${cut.trimEnd()}…`;
}

/** The text on up to `lines` lines, broken between words, the last one cut. */
export function wrapText(text: string, size: number, most: number, lines: number): string[] {
  const words = text.replace(/\s+/gu, ' ').trim().split(' ');
  const wrapped: string[] = [];
  while (words.length > 0 && wrapped.length < lines - 1) {
    let line = words.shift() ?? '';
    while (words[0] !== undefined && textWidth(`${line} ${words[0]}`, size) <= most) line += ` ${words.shift()}`;
    wrapped.push(cutText(line, size, most));
  }
  if (words.length > 0) wrapped.push(cutText(words.join(' '), size, most));
  return wrapped.filter((line) => line !== '');
}

export interface TextStyle {
  size: number;
  /** #rrggbb */
  colour: string;
  anchor?: 'start' | 'middle' | 'end';
  bold?: boolean;
}

/** A line of text: `x` is its start, middle or end, `y` its baseline. */
export function svgText(text: string, x: number, y: number, { size, colour, anchor = 'start', bold = false }: TextStyle): string {
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" fill="${colour}" text-anchor="${anchor}"${weight}>${xmlText(text, '\ufffd')}</text>`;
}
