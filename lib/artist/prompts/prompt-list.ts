/** A list of prompts as a file: text, CSV or JSONL. Every line is read before anything is painted. */
import { basename, extname } from 'node:path';
import {
  ArtistError,
  answering,
  counted,
  display,
  isArtistError,
  parseTable,
  readError,
  readPlainFile,
  separatorOf,
} from '../../core/index.ts';
import { type ListCall, optionsOfLine, optionsOfTexts } from './line-options.ts';

/** One picture of a list. */
export interface PromptLine {
  /** Line of the file, from 1. */
  line: number;
  /** Options of the call, by their names in the library. They override those of the whole list. */
  options: Record<string, unknown>;
}

export interface PromptList {
  /** Name of the file without its folder. */
  name: string;
  lines: PromptLine[];
}

/** How a list is written. */
export const listFormats = ['text', 'csv', 'jsonl'] as const;
export type ListFormat = (typeof listFormats)[number];

export interface PromptListOptions {
  /** Default: by the ending of the name. */
  format?: ListFormat | undefined;
  /** The call whose options the lines have. `generate` has those of loadModel() as well, and `out`: the file of the line. Default: `create`. */
  call?: ListCall | undefined;
}

/** More lines are probably not a list of prompts. */
const mostLines = 10_000;

const byEnding: Readonly<Record<string, ListFormat>> = { '.csv': 'csv', '.tsv': 'csv', '.jsonl': 'jsonl', '.ndjson': 'jsonl' };

/** An error of a line, with its place. */
export function atLine(name: string, line: number, error: unknown): unknown {
  return isArtistError(error) ? new ArtistError(error.code, `${name}, line ${line}: ${error.message}`, { cause: error }) : error;
}

function jsonOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ArtistError('ERR_INVALID_ARGUMENT', `expected a JSON object such as {"prompt": "an owl"}, got ${display(text)}`, { cause });
  }
  if (typeof value === 'string') return { prompt: value };
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `expected a JSON object such as {"prompt": "an owl"}, got ${display(value)}`);
}

type Raw = { line: number; read: () => Record<string, unknown> };

/** Lines of a text, from 1; empty ones and those that begin with # are left out. */
export function linesOf(content: string): { line: number; text: string }[] {
  const lines = content.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  return lines.map((text, at) => ({ line: at + 1, text: text.trim() })).filter(({ text }) => text !== '' && !text.startsWith('#'));
}

const textLines = (content: string): Raw[] =>
  linesOf(content).map(({ line, text }) => ({ line, read: () => ({ prompt: text.replace(/^\\#/, '#') }) }));

const jsonLines = (content: string, call: ListCall): Raw[] =>
  linesOf(content).map(({ line, text }) => ({ line, read: () => optionsOfLine(jsonOf(text), call) }));

function csvLines(content: string, name: string, call: ListCall): Raw[] {
  const wrong = ({ line }: { line: number }, message: string): ArtistError =>
    new ArtistError('ERR_INVALID_ARGUMENT', `${name}, line ${line}: ${message}`);
  const [header, ...rows] = parseTable(content, separatorOf(content), wrong);
  if (!header) return [];
  return rows.map(({ line, cells }) => ({
    line,
    read: () => {
      if (cells.length > header.cells.length)
        throw new ArtistError(
          'ERR_INVALID_ARGUMENT',
          `expected ${counted(header.cells.length, 'cell')} as in the header, got ${cells.length}`,
        );
      return optionsOfTexts(Object.fromEntries(header.cells.map((name, at) => [name.trim(), cells[at] ?? ''])), call);
    },
  }));
}

/**
 * Reads a list of prompts. Text has one a line; empty lines and lines that begin with # are left out. The first row of CSV names options; JSONL has
 * an object of options, or a prompt, in each line. Its format follows from `format`, else from the ending of the name; without one, JSONL begins with {.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT with the line and the option
 */
export const readPromptList = answering(
  'readPromptList',
  (content: string, { name, format, call = 'create' }: PromptListOptions & { name: string }): PromptList => {
    const text = content.replace(/^\uFEFF/, '');
    const as = format ?? byEnding[extname(name).toLowerCase()] ?? (/^\s*\{"/.test(text) ? 'jsonl' : 'text');
    const raws = as === 'csv' ? csvLines(text, name, call) : as === 'jsonl' ? jsonLines(text, call) : textLines(text);
    if (raws.length === 0) throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected at least one prompt, got none`);
    if (raws.length > mostLines)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected at most ${mostLines} prompts, got ${raws.length}`);
    const lines = raws.map(({ line, read }) => {
      try {
        return { line, options: read() };
      } catch (error) {
        throw atLine(name, line, error);
      }
    });
    return { name, lines };
  },
);

/** @throws ArtistError ERR_READ when the file cannot be read; every error of readPromptList() */
export const openPromptList = answering('openPromptList', async (path: string, options: PromptListOptions = {}): Promise<PromptList> => {
  const content = await readPlainFile(path, 'utf8').catch((cause: unknown) => {
    throw readError(path, 'a file of prompts', cause);
  });
  return readPromptList(content, { ...options, name: basename(path) });
});
