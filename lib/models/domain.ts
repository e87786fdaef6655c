/** Whether a prompt uses words that the bundled model was trained on. */
import { answering } from '../core/index.ts';
import { bundledVocabulary, isKnown, wordsOf } from './vocabulary.ts';
import { wordForBundled } from './wordings.ts';

/** How the words of a prompt compare with those the bundled model was trained on. */
export interface PromptDomain {
  /** More than half of the content words were not in its training. */
  readonly outside: boolean;
  /** The unknown words, in the order of the prompt; to the model they are blanks. */
  readonly unknown: readonly string[];
  /** Number of content words in the prompt: without articles, prepositions and numbers. */
  readonly words: number;
}

/**
 * Compares the words of a prompt with those of the bundled model's training captions. A word in none of them has no meaning to the model:
 * its row in the token table is empty. Words that create() says in other words count as known. For the accuracy see docs/bundled-model.md.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND
 */
export const promptDomain = answering('promptDomain', async (prompt: string): Promise<PromptDomain> => {
  const { words: known } = await bundledVocabulary();
  const worded = await wordForBundled(prompt);
  const words = wordsOf(worded.prompt);
  const unknown = words.filter((word) => !isKnown(word, known));
  return { outside: unknown.length * 2 > words.length, unknown: [...new Set(unknown)], words: words.length };
});
