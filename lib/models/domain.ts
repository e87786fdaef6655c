/** What the bundled model was trained on, in words, and whether a prompt is within it. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { ArtistError, answering } from '../core/index.ts';
import { bundledModel } from './bundled.ts';

const phrases = z.array(z.string()).min(1);
const vocabularySchema = z.looseObject({
  styles: z.record(z.string(), z.looseObject({ phrases })),
  backgrounds: z.looseObject({ scenes: z.record(z.string(), phrases) }),
  /** Subjects that were seen most. */
  core: phrases,
  /** Whole pictures: landscapes, portraits, patterns; nouns by kind. */
  scenes: z.record(z.string(), phrases).optional(),
});

export interface BundledVocabulary {
  /** The canonical phrase of each style. */
  readonly styles: readonly string[];
  /** Where a subject may be: the first phrase of each place. */
  readonly places: readonly string[];
  /** Subjects that the model draws best. */
  readonly subjects: readonly string[];
  /** Landscapes, portraits and the like that it draws as a whole; the first phrase of each. */
  readonly scenes: readonly string[];
  /** Every word of its training captions, lower case. */
  readonly words: ReadonlySet<string>;
}

/** Whether the words of a prompt are those that the bundled model was trained on. */
export interface PromptDomain {
  /** More than half of the words that mean something were not in its training. */
  readonly outside: boolean;
  /** Those words, in the order of the prompt; the model sees blanks in their place. */
  readonly unknown: readonly string[];
  /** How many words of the prompt mean something: without articles, prepositions and numbers. */
  readonly words: number;
}

/** Words that say how others belong together. They do not tell what a prompt is about, known or not. */
const joining = new Set(
  (
    'a an the of in on at with and or by to from for is are was be as into onto over under above below behind beside between near next ' +
    'through around across among against along up down off out its his her my your our their this that these those some it he she they no not very'
  ).split(' '),
);

function wordsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/<[^>]*>/g, ' ') // <lora:name:1>
    .replace(/['’]s\b/g, '')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '' && !joining.has(word) && !/^\p{N}+$/u.test(word));
}

/** A word as it is, and without or with the ending of a plural. */
function forms(word: string): string[] {
  const singular = word.endsWith('ies') ? [`${word.slice(0, -3)}y`] : [];
  return [
    word,
    `${word}s`,
    ...(word.endsWith('es') ? [word.slice(0, -2)] : []),
    ...(word.endsWith('s') ? [word.slice(0, -1)] : []),
    ...singular,
  ];
}

let cached: { file: string; vocabulary: Promise<BundledVocabulary> } | undefined;

/**
 * The words of the bundled model, from vocab.json. Read once.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND: the file is missing or damaged
 */
export function bundledVocabulary(): Promise<BundledVocabulary> {
  const { vocabulary: file } = bundledModel();
  if (cached?.file !== file) {
    const vocabulary = readVocabulary(file);
    cached = { file, vocabulary };
    // A later call tries again.
    vocabulary.catch(() => {
      cached = undefined;
    });
  }
  return cached.vocabulary;
}

async function readVocabulary(file: string): Promise<BundledVocabulary> {
  let parsed: z.output<typeof vocabularySchema>;
  try {
    parsed = vocabularySchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new ArtistError('ERR_MODEL_NOT_FOUND', `${file}: expected the words of the bundled model. Install the package again`, { cause });
  }
  const { styles, backgrounds, core, scenes = {} } = parsed;
  const first = (lists: readonly (readonly string[])[]): string[] => lists.flatMap((list) => list.slice(0, 1));
  return {
    styles: first(Object.values(styles).map((style) => style.phrases)),
    places: first(Object.values(backgrounds.scenes)),
    subjects: core,
    scenes: first(Object.values(scenes)),
    words: new Set(textsIn(parsed).flatMap(wordsOf)),
  };
}

/** Every text of a value from JSON, at any depth: whatever stands in the file, stood in captions. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/**
 * Compares the words of a prompt with those of the bundled model's training captions. A word that was in none of them has no meaning to the
 * model: its place in the token table is empty. How often that is right: docs/bundled-model.md.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND
 */
export const promptDomain = answering('promptDomain', async (prompt: string): Promise<PromptDomain> => {
  const { words: known } = await bundledVocabulary();
  const words = wordsOf(prompt);
  const unknown = words.filter((word) => !forms(word).some((form) => known.has(form)));
  return { outside: unknown.length * 2 > words.length, unknown: [...new Set(unknown)], words: words.length };
});

/** What the bundled model can be asked for and what not, in one sentence or two. */
export function describeBundled({ styles, places, subjects, scenes }: BundledVocabulary): string {
  const some = (list: readonly string[], count: number): string =>
    list.length <= count ? list.join(', ') : `${spread(list, count).join(', ')} …`;
  const whole = scenes.length > 0 ? `, or a whole scene (${some(scenes, 6)})` : '';
  return (
    `It draws one subject of about ${Math.floor(subjects.length / 10) * 10} (${some(subjects, 6)})${whole} in ${styles.length} styles ` +
    `(${some(styles, 3)}), on a plain colour or ${some(places, 4)}. No photographs, no groups, no lettering`
  );
}

/** `count` of them, evenly over the list. */
function spread(list: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, at) => list[Math.floor((at * list.length) / count)] ?? '');
}
