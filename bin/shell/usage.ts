/** Messages for wrong usage: what was typed, what is wrong, and the command line that was probably meant. */
import { nearest } from '../../lib/core/index.ts';
import type { Texts } from '../texts/texts.ts';
import type { CommandEntry } from './command-entry.ts';
import { type CommandLine, nameOf, requiredOf, usageOf } from './command-line.ts';
import { shortOptions } from './everywhere.ts';
import { meantAmong, otherCommands } from './other-words.ts';

/** In which language; that of --json is English. */
type Words = Texts['shell']['usage'];

/** A text quoted for a shell. */
const quoted = (text: string): string => (/^[\w./:=@%+,-]+$/.test(text) ? text : `"${text.replace(/["\\$`]/g, '\\$&')}"`);

/** Subcommands with this name: `models pull` for `pull`. */
async function below(entries: readonly CommandEntry[], name: string): Promise<string[]> {
  const found = entries.map(async (entry) =>
    ((await entry.load()).commands ?? []).filter((inner) => nameOf(inner) === name).map((inner) => `${nameOf(entry)} ${nameOf(inner)}`),
  );
  return (await Promise.all(found)).flat();
}

/** Commands that a mistyped word may have meant. */
async function meantCommand(word: string, { path, next, rest }: CommandLine, commands: readonly CommandEntry[]): Promise<string[]> {
  const above = path.map(nameOf);
  const names = next.map(nameOf);
  const other = path.length === 0 ? otherCommands[word] : undefined;
  if (other !== undefined) return [other];
  const inner = path.length === 0 ? await below(commands, word) : [];
  if (inner.length > 0) return inner;
  const near =
    meantAmong(word, names) ?? nearest(word, names) ?? names.find((name) => name === word.replace(/s$/, '') || name === `${word}s`);
  if (near !== undefined) return [[...above, near].join(' ')];
  if (path.length > 0) return commands.some((entry) => nameOf(entry) === word) ? [word] : [];
  // Several words, or one with spaces: a prompt without a command.
  const words = rest.slice(rest.indexOf(word)).filter((each) => !each.startsWith('-'));
  return /\s/.test(word) || words.length > 1 ? [`create ${quoted(words.join(' '))}`] : [];
}

/** `craete: no such command. Did you mean create?` */
export async function unknownCommand(line: CommandLine, commands: readonly CommandEntry[], words: Words): Promise<string> {
  const word = line.unknown ?? '';
  const above = line.path.map(nameOf).join(' ');
  const meant = await meantCommand(word, line, commands);
  const suggestion = meant.length > 0 ? words.meantCommand({ lines: meant.map((each) => `ai-artist ${each}`).join(words.or) }) : undefined;
  const known = above === '' ? undefined : words.has({ command: above, names: line.next.map(nameOf).join(', ') });
  return [words.noCommand({ word: `${above === '' ? '' : `${above} `}${quoted(word)}` }), suggestion ?? known].filter(Boolean).join('. ');
}

export interface Typed {
  path: readonly CommandEntry[];
  /** Names of the options that would have been right. */
  options: readonly string[];
  argv: readonly string[];
  words: Words;
}

/** Rewrites yargs' messages in our form; unknown ones stay as they are. */
export function wording(message: string, typed: Typed): string {
  const { path, words } = typed;
  const unknown = /^Unknown (?:arguments?|commands?): (.+)$/s.exec(message)?.[1]?.split(', ');
  if (unknown) return unknownWords(unknown, typed);
  const lacking = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (lacking !== undefined) return words.noValue({ name: `--${longOf(lacking)}` });
  const given = /^Not enough non-option arguments: got (\d+)/.exec(message)?.[1];
  const entry = path.at(-1);
  if (given !== undefined && entry) {
    const missing = requiredOf(entry).slice(Number(given));
    return words.missing({ n: missing.length, names: missing.join(', '), usage: usageOf(path) });
  }
  return message;
}

const longOf = (option: string): string => [...shortOptions].find(([, letter]) => letter === option)?.[0] ?? option;

function unknownWords(unknown: readonly string[], { path, options, argv, words }: Typed): string {
  const [first = ''] = unknown;
  // yargs reports options and surplus words alike; only an option was typed with dashes.
  const typed = argv.find((word) => /^--?/.test(word) && word.replace(/^--?(no-)?/, '').split('=')[0] === first.replace(/^no-/, ''));
  if (typed === undefined) return surplusWord(first, path, argv, words);
  const meant = nearest(first.replace(/^no-/, ''), options);
  const name = typed.split('=')[0] ?? '';
  return [words.unknownOption({ name }), ...(meant === undefined ? [] : [words.meantOption({ name: `--${meant}` })])].join('. ');
}

/** Text arguments that people often forget to quote. */
const sentences: ReadonlySet<string> = new Set(['prompt', 'query', 'text', 'title']);

function surplusWord(word: string, path: readonly CommandEntry[], argv: readonly string[], words: Words): string {
  const usage = path.at(-1)?.usage ?? '';
  const [, sentence] = /[<[](\w+)[>\]]$/.exec(usage) ?? [];
  const at = argv.indexOf(word);
  if (sentence !== undefined && sentences.has(sentence) && at > 0) {
    let [start, end] = [at, at + 1];
    while (start - 1 >= path.length && !argv[start - 1]?.startsWith('-')) start--;
    while (end < argv.length && !argv[end]?.startsWith('-')) end++;
    const text = argv.slice(start, end).join(' ');
    return words.unquoted({ word: JSON.stringify(word), line: `${path.map(nameOf).join(' ')} ${quoted(text)}` });
  }
  return words.surplus({ word: JSON.stringify(word), usage: usageOf(path) });
}
