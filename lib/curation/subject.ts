import { answering } from '../core/index.ts';

/** Whether a picture shows its subject, by CLIP, without a threshold on the scale of one model. */

const others = [
  'a fox',
  'an owl',
  'a cat',
  'a rocket',
  'a sailboat',
  'a castle',
  'a mushroom',
  'a penguin',
  'a bus',
  'a hamburger',
  'a tree',
  'a red apple',
  'a horse',
  'a pizza',
  'a bicycle',
  'a rose',
  'a house',
  'a fish',
  'a butterfly',
  'a guitar',
  'a crab',
  'an umbrella',
  'a cactus',
  'a strawberry',
] as const;

/** Words that begin a place: "… of a fox | in the snow", "… of an owl | , white background". */
const sentence = /^(.*?\bof )?(.+?)((?:,| (?:in|on|at|by|under|near|with|floating|underwater)\b).*)?$/su;

/**
 * Captions like this prompt with another subject, in the same style and place: 24, without those whose subject is in the prompt.
 *
 *     otherCaptions('flat vector art of a dog in the snow')   // "flat vector art of a fox in the snow", …
 */
export const otherCaptions = answering('otherCaptions', (prompt: string): string[] => {
  const [, before = '', , behind = ''] = sentence.exec(prompt.trim()) ?? [];
  const lower = prompt.toLowerCase();
  const named = (other: string): boolean => lower.includes(other.replace(/^an? /, '').split(' ').at(-1) ?? other);
  return others.filter((other) => !named(other)).map((other) => `${before}${other}${behind}`);
});

/**
 * The share, 0..1, of captions of other subjects that fit a picture worse than its prompt does. About 0.5 if the picture is unrelated to
 * the prompt.
 *
 * @param prompt cosine of the picture and its prompt
 * @param captions cosines of the picture and otherCaptions() of the prompt
 */
export const subjectShare = answering('subjectShare', (prompt: number, captions: readonly number[]): number => {
  return captions.length === 0 ? 1 : captions.filter((other) => other < prompt).length / captions.length;
});
