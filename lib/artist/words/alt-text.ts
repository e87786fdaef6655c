import type { PromptParts } from './parts.ts';

const sentence = (text: string): string => {
  const tidy = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.,;]+$/, '');
  return tidy === '' ? '' : `${tidy.charAt(0).toUpperCase()}${tidy.slice(1)}.`;
};

/**
 * Alternative text for people who cannot see the picture: first what it shows, then how it is made. It describes the prompt; curation judges
 * whether the picture matches it.
 */
export function altTextOf({ subject, scene, style }: PromptParts): string {
  // Whole sentences in the prompt stay whole.
  const sentences = scene.filter((part) => /^\p{Lu}\p{Ll}+ \S+ /u.test(part));
  const [first, ...rest] = scene.filter((part) => !sentences.includes(part));
  // "a fox in the snow, seen from above": a part that is neither place nor light follows a comma.
  const place = first === undefined ? '' : /^(in|on|at|by|under|over|behind|floating|with)\b/i.test(first) ? ` ${first}` : `, ${first}`;
  const shown = sentence([`${subject}${place}`, ...rest].join(', '));
  return [shown, ...sentences.map(sentence), ...(style ? [sentence(style.replace(/\b(\d+)d\b/g, '$1D'))] : [])].join(' ').slice(0, 1000);
}
