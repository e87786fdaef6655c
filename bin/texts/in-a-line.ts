/** What a command does, in a line, for languages other than English, which is in the tables of the commands. */
import { commands as de } from './de/shell/commands.ts';
import type { Language } from './language.ts';

/** By language, then by the words of the command: `gallery list`. */
export const inALine: Readonly<Record<Exclude<Language, 'en'>, Readonly<Record<string, string>>>> = { de };

export const describedIn = (language: Language, words: string, english: string): string =>
  language === 'en' ? english : (inALine[language][words] ?? english);
