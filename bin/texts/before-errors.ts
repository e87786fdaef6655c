/**
 * A line before the message of an error, for languages other than English: the message is the library's, and people search the web for it.
 * A language without a line for a code does not compile.
 */
import type { ErrorCode } from '../../lib/core/index.ts';
import { errors as de } from './de/shell/errors.ts';
import type { Language } from './language.ts';

const lines: Readonly<Record<Exclude<Language, 'en'>, Readonly<Record<ErrorCode, string>>>> = { de };

export const beforeError = (code: ErrorCode, language: Language): string | undefined =>
  language === 'en' ? undefined : lines[language][code];
