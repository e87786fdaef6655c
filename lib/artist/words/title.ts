import type { PromptParts } from './parts.ts';

/** Longest title, characters. */
export const longestTitle = 60;

/** Words that stay in lower case inside a title. */
const small = new Set('a an the of in on at by to for from with and or as but nor into onto over under near'.split(' '));

function capital(word: string): string {
  if (/^\d+d$/i.test(word)) return word.toUpperCase();
  return word.replace(/\p{L}/u, (letter) => letter.toUpperCase());
}

/** "fox in the snow" -> "Fox in the Snow". */
export function titleCase(text: string): string {
  const words = text.split(' ');
  return words
    .map((word, index) => (index > 0 && index < words.length - 1 && small.has(word.toLowerCase()) ? word.toLowerCase() : capital(word)))
    .join(' ');
}

/** Shortens a title at the end of a word, and not after a small word such as "of". */
function shortened(text: string): string {
  if (text.length <= longestTitle) return text;
  const words = text
    .slice(0, longestTitle + 1)
    .split(' ')
    .slice(0, -1);
  while (words.length > 1 && small.has((words.at(-1) ?? '').toLowerCase())) words.pop();
  return (words.join(' ') || text.slice(0, longestTitle)).replace(/[,;:]+$/, '');
}

const numerals: readonly [number, string][] = [
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
];

function roman(count: number): string {
  let rest = count;
  let text = '';
  for (const [value, letters] of numerals)
    while (rest >= value) {
      text += letters;
      rest -= value;
    }
  return text;
}

/** "on a blue background" -> "on Blue". */
const short = (scene: string): string => scene.replace(/^on an? (\w+) background$/i, 'on $1');

/** Longest title that still combines the subject with its place, characters. */
const shortEnough = 40;

/** Possible titles, shortest first. */
function proposals({ subject, scene, style }: PromptParts): string[] {
  const bare = subject.replace(/^(an?)\s+/i, '').trim() || 'Untitled';
  const [place, ...more] = scene.map(short);
  const ground = place !== undefined && /^on \w+$/i.test(place);
  const placed = place !== undefined && preposition.test(place) ? `${bare} ${place}` : bare;
  const named = !ground && placed.length <= shortEnough ? placed : bare;
  const longer = [placed, ...more.map((each) => `${named}, ${each}`), ...(style ? [`${named}, ${style}`] : [])];
  return [named, ...longer.filter((each) => each.length <= longestTitle)];
}

const preposition = /^(in|on|at|by|under|over|behind|floating)\b/i;

/**
 * A short title of a work: the subject and, if an earlier work has that title, the scene, the style or, as a last resort, a number. The same
 * arguments always give the same title.
 *
 * @param earlier titles of recent works
 */
export function titleOf(parts: PromptParts, earlier: readonly string[]): string {
  const taken = new Set(earlier.map((title) => title.toLowerCase()));
  const titles = proposals(parts).map((text) => shortened(titleCase(text)));
  const free = titles.find((title) => !taken.has(title.toLowerCase()));
  if (free !== undefined) return free;
  const [first = 'Untitled'] = titles;
  for (let count = 2; ; count++) {
    const numbered = `${first} ${roman(count)}`;
    if (!taken.has(numbered.toLowerCase())) return numbered;
  }
}
