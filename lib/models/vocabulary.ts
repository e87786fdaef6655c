/** The words the bundled model was trained on. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { ArtistError } from '../core/index.ts';
import { bundledModel } from './bundled.ts';

const phrases = z.array(z.string()).min(1);
const vocabularySchema = z.looseObject({
  styles: z.record(z.string(), z.looseObject({ phrases })),
  backgrounds: z.looseObject({ scenes: z.record(z.string(), phrases) }),
  /** The most frequent subjects. */
  core: phrases,
  /** Whole pictures: landscapes, portraits, patterns; nouns by kind. */
  scenes: z.record(z.string(), phrases).optional(),
});

export interface BundledVocabulary {
  /** The canonical phrase of each style. */
  readonly styles: readonly string[];
  /** Places of a subject: the first phrase of each. */
  readonly places: readonly string[];
  /** Subjects that the model draws best. */
  readonly subjects: readonly string[];
  /** Whole pictures such as landscapes and portraits; the first phrase of each. */
  readonly scenes: readonly string[];
  /** Every word of its training captions, lower case. */
  readonly words: ReadonlySet<string>;
}

/** Function words, which say nothing about the subject of a prompt. */
const joining = new Set(
  (
    'a an the of in on at with and or by to from for is are was be as into onto over under above below behind beside between near next ' +
    'through around across among against along up down off out its his her my your our their this that these those some it he she they no not very'
  ).split(' '),
);

/** The content words of a text, lower case. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/<[^>]*>/g, ' ') // <lora:name:1>
    .replace(/['’]s\b/g, '')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '' && !joining.has(word) && !/^\p{N}+$/u.test(word));
}

/** Singular forms that a plural may have. */
export function singulars(word: string): string[] {
  return [
    ...(word.endsWith('ies') ? [`${word.slice(0, -3)}y`] : []),
    ...(word.endsWith('es') ? [word.slice(0, -2)] : []),
    ...(word.endsWith('s') ? [word.slice(0, -1)] : []),
  ];
}

/** A word, its plural and its singular. */
const forms = (word: string): string[] => [word, `${word}s`, ...singulars(word)];

/** Whether a word, its singular or its plural was in the training captions. */
export function isKnown(word: string, known: ReadonlySet<string>): boolean {
  return wordsOf(word).every((one) => forms(one).some((form) => known.has(form)));
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
    // So that a later call tries again.
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

/** Every string in a JSON value, at any depth: all strings in the file come from captions. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What the bundled model can and cannot paint, in one or two sentences. */
export function describeBundled({ styles, places, subjects, scenes }: BundledVocabulary): string {
  const some = (list: readonly string[], count: number): string =>
    list.length <= count ? list.join(', ') : `${spread(list, count).join(', ')} …`;
  const whole = scenes.length > 0 ? `, or a whole scene (${some(scenes, 6)})` : '';
  return (
    `It draws one subject of about ${Math.floor(subjects.length / 10) * 10} (${some(subjects, 6)})${whole} in ${styles.length} styles ` +
    `(${some(styles, 3)}), on a plain colour or ${some(places, 4)}. No photographs, no groups, no lettering`
  );
}

/** `count` items, spread evenly over the list. */
function spread(list: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, at) => list[Math.floor((at * list.length) / count)] ?? '');
}
