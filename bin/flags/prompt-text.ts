import { ArtistError, display } from '../../lib/core/index.ts';

/** Longest prompt that is read from standard input, bytes. */
const longestPrompt = 1 << 20;

/**
 * The given prompt; `-` reads it from standard input. An empty prompt, often an empty shell variable, is refused.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export async function readPrompt(given: string): Promise<string> {
  const text = given === '-' ? await readInput() : given;
  if (text.trim() !== '') return text;
  const from = given === '-' ? 'nothing on standard input' : `${display(given)}. Is a variable of the shell empty?`;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `prompt: expected what to paint, got ${from}`);
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    bytes += (chunk as Buffer).length;
    if (bytes > longestPrompt)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `prompt: expected at most ${longestPrompt} bytes on standard input, got more`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8').trim();
}
