/**
 * What the command line says to people, in one language. A text is a string, or a function of named values: numbers that choose a plural,
 * figures and names that were formatted before. `--json`, error messages of the library and the texts of --help for options are English.
 */
import { de } from './de/all.ts';
import { en } from './en/all.ts';
import { type Language, languageOf } from './language.ts';

/** Every text: a language with one missing, one too many or one with other values does not compile. */
export type Texts = typeof en;
export const catalogue: Readonly<Record<Language, Texts>> = { en, de };

export const language: Language = languageOf(process.env);
/** The texts of this process. */
export const t: Texts = catalogue[language];

const point = new Intl.NumberFormat(language).formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.';

/** Figures that were written with a decimal point, as this language writes them: `1.5 GB` is `1,5 GB`. */
export const figures = (text: string): string => (point === '.' ? text : text.replace(/(\d)\.(\d)/g, `$1${point}$2`));
/** 0.4256 with 2 digits: `0.43`. */
export const decimal = (value: number, digits: number): string => figures(value.toFixed(digits));
/** The same with its sign: `+0.43`. */
export const signed = (value: number, digits: number): string => `${value < 0 ? '' : '+'}${decimal(value, digits)}`;
