import type { PromptParts } from './parts.ts';

const sentence = (text: string): string => {
  const tidy = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.,;]+$/, '');
  return tidy === '' ? '' : `${tidy.charAt(0).toUpperCase()}${tidy.slice(1)}.`;
};

/**
 * What a picture shows, for those who cannot see it: first what is seen, then how it is made. It says what was asked for; whether the picture
 * shows it, the curation judges.
 */
export function altTextOf({ subject, scene, style }: PromptParts): string {
  // Who wrote whole sentences gets them back as such.
  const sentences = scene.filter((part) => /^\p{Lu}\p{Ll}+ \S+ /u.test(part));
  const [first, ...rest] = scene.filter((part) => !sentences.includes(part));
  // "a fox in the snow, seen from above"; what is no place or light stands behind a comma.
  const place = first === undefined ? '' : /^(in|on|at|by|under|over|behind|floating|with)\b/i.test(first) ? ` ${first}` : `, ${first}`;
  const shown = sentence([`${subject}${place}`, ...rest].join(', '));
  return [shown, ...sentences.map(sentence), ...(style ? [sentence(style.replace(/\b(\d+)d\b/g, '$1D'))] : [])].join(' ').slice(0, 1000);
}
