/** Words that the bundled model has never read, and what to say to it in their place. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { ArtistError, answering } from '../core/index.ts';
import { bundledModel } from './bundled.ts';
import { bundledVocabulary, isKnown, singulars } from './vocabulary.ts';

/** models/wordings.json, written by training/wordings.mjs: by subject the words that are kinds of it. */
const wordingsSchema = z.looseObject({ schema: z.literal(1), wordings: z.record(z.string(), z.array(z.string())) });

/** A phrase of a prompt, and what the bundled model reads in its place. */
export interface Wording {
  /** As in the prompt. */
  readonly from: string;
  readonly to: string;
}

export interface WordedPrompt {
  readonly prompt: string;
  /** What was replaced, in the order of the prompt. */
  readonly wordings: readonly Wording[];
}

interface Table {
  subjects: ReadonlyMap<string, string>;
  /** First words of the phrases. */
  firsts: ReadonlySet<string>;
  /** Words of the longest phrase. */
  longest: number;
}

let cached: { file: string; table: Promise<Table> } | undefined;

function readTable(): Promise<Table> {
  const { wordings: file } = bundledModel();
  if (cached?.file !== file) {
    const table = read(file);
    cached = { file, table };
    // So that a later call tries again.
    table.catch(() => {
      cached = undefined;
    });
  }
  return cached.table;
}

async function read(file: string): Promise<Table> {
  try {
    const { wordings } = wordingsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const pairs = Object.entries(wordings).flatMap(([subject, words]) => words.map((word): [string, string] => [spaced(word), subject]));
    const split = pairs.map(([words]) => words.split(' '));
    return {
      subjects: new Map(pairs),
      firsts: new Set(split.map(([first = '']) => first)),
      longest: Math.max(1, ...split.map(({ length }) => length)),
    };
  } catch (cause) {
    throw new ArtistError('ERR_MODEL_NOT_FOUND', `${file}: expected the wordings of the bundled model. Install the package again`, {
      cause,
    });
  }
}

/** People write `jack rabbit`, `jack-rabbit`. */
const spaced = (words: string): string => words.toLowerCase().replaceAll('-', ' ');
/** Words of a prompt; those in `<lora:name:1>` are none. */
const word = /<[^>]*>|[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*/gu;

interface Token {
  text: string;
  from: number;
  to: number;
}

function tokensOf(prompt: string): Token[] {
  return [...prompt.matchAll(word)]
    .filter(([text]) => !text.startsWith('<'))
    .map(({ 0: text, index }) => ({ text, from: index, to: index + text.length }));
}

/** Also `wolves`. Training captions have no such plurals, so that of vocabulary.ts leaves them out. */
const singularsOf = (phrase: string): string[] => [...(phrase.endsWith('ves') ? [`${phrase.slice(0, -3)}f`] : []), ...singulars(phrase)];

const isPlural = (subject: string): boolean => subject.endsWith('s') && !subject.endsWith('ss') && !subject.endsWith('us');
const irregular: Readonly<Record<string, string>> = {
  mouse: 'mice',
  ewe: 'ewes',
  deer: 'deer',
  fish: 'fish',
  'tropical fish': 'tropical fish',
};
function plural(subject: string): string {
  if (isPlural(subject)) return subject;
  if (irregular[subject] !== undefined) return irregular[subject];
  if (/[^aeiou]y$/.test(subject)) return `${subject.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(subject) ? `${subject}es` : `${subject}s`;
}

/** Where a phrase begins at `at`: how many words it has, and what it becomes. */
function phraseAt(
  tokens: readonly Token[],
  at: number,
  prompt: string,
  { subjects, firsts, longest }: Table,
): { count: number; to: string } | undefined {
  const [begin = ''] = spaced(tokens[at]?.text ?? '').split(' ');
  if (![begin, ...singularsOf(begin)].some((one) => firsts.has(one))) return undefined;
  for (let count = Math.min(longest, tokens.length - at); count > 0; count--) {
    const [first, last] = [tokens[at] as Token, tokens[at + count - 1] as Token];
    const text = prompt.slice(first.from, last.to);
    // A phrase goes over spaces and hyphens only.
    if (/[^\p{L}\p{M}\p{N}'’ -]/u.test(text)) continue;
    const phrase = spaced(text).replace(/\s+/g, ' ');
    const subject = subjects.get(phrase);
    if (subject !== undefined) return { count, to: subject };
    const several = singularsOf(phrase).flatMap((one) => subjects.get(one) ?? [])[0];
    if (several !== undefined) return { count, to: plural(several) };
  }
  return undefined;
}

/** `a poodle` -> `a dog`, `an orca` -> `a dolphin`, `a notebook` -> `books`. */
function articleFor(article: string, to: string): string {
  if (isPlural(to)) return '';
  const right = /^[aeiou]/.test(to) ? 'an' : 'a';
  return article.startsWith('A') ? `A${right.slice(1)} ` : `${right} `;
}

/**
 * Says a prompt in the words of the bundled model: what it has never read becomes the subject that this is a kind of, by WordNet 3.1 (a poodle is a
 * dog). Words that it knows stay.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND: a file of the bundled model is missing or damaged
 */
export const wordForBundled = answering('wordForBundled', async (prompt: string): Promise<WordedPrompt> => {
  const [table, { words: known }] = await Promise.all([readTable(), bundledVocabulary()]);
  const tokens = tokensOf(prompt);
  const wordings: Wording[] = [];
  let [worded, copied] = ['', 0];
  for (let at = 0; at < tokens.length; ) {
    const found = phraseAt(tokens, at, prompt, table);
    const phrase = tokens.slice(at, at + (found?.count ?? 1));
    const [first, last] = [phrase[0] as Token, phrase.at(-1) as Token];
    if (found && phrase.some(({ text }) => !isKnown(text, known))) {
      const before = prompt.slice(copied, first.from);
      worded += before.replace(/\b(an?) +$/i, (_, article: string) => articleFor(article, found.to)) + found.to;
      copied = last.to;
      wordings.push({ from: prompt.slice(first.from, last.to), to: found.to });
      at += found.count;
    } else at++;
  }
  return { prompt: worded + prompt.slice(copied), wordings };
});
