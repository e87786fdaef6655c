import { openPromptList, type PromptList, readPromptList } from '../../lib/artist/index.ts';
import { ArtistError, display } from '../../lib/core/index.ts';
import { text } from './flags.ts';

/** Longest prompt that is read from standard input, bytes. */
const longestPrompt = 1 << 20;

/**
 * The given prompt; `-` reads it from standard input. An empty prompt, often an empty shell variable, is refused.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export async function readPrompt(given: string): Promise<string> {
  const prompt = given === '-' ? (await readInput()).trim() : given;
  if (prompt.trim() !== '') return prompt;
  const from = given === '-' ? 'nothing on standard input' : `${display(given)}. Is a variable of the shell empty?`;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `prompt: expected what to paint, got ${from}`);
}

/** The whole standard input as bytes. @throws ArtistError ERR_INVALID_ARGUMENT when it is longer than `most` bytes */
export async function readBytes(name: string, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    bytes += (chunk as Buffer).length;
    if (bytes > most) throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected at most ${most} bytes on standard input, got more`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** The whole standard input as text. @throws ArtistError ERR_INVALID_ARGUMENT when it is longer than `most` bytes */
export async function readInput(most = longestPrompt): Promise<string> {
  return (await readBytes('prompt', most)).toString('utf8');
}

export const promptsFlag = text(
  'File of prompts to paint one after another: text, a prompt a line; CSV, the header names options; JSONL, options in each line; -: standard input. The same call goes on after a stop',
  'What to paint',
);

/** @throws ArtistError ERR_READ; ERR_INVALID_ARGUMENT with the line */
export async function promptListOf(given: string, call: 'create' | 'generate'): Promise<PromptList> {
  return given === '-' ? readPromptList(await readInput(16 << 20), { name: 'standard input', call }) : openPromptList(given, { call });
}
