import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ArtistError } from '../../lib/core/index.ts';
import type { WantedSecret } from '../../lib/publish/index.ts';
import type { Context } from '../shell/run.ts';

const longestSecret = 100_000;

/** Asks for secrets: at a terminal without showing them, else one line each of standard input. */
export async function askSecrets(
  wanted: readonly WantedSecret[],
  { signal, json }: Pick<Context, 'signal' | 'json'>,
): Promise<Record<string, string>> {
  if (wanted.length === 0) return {};
  const isTerminal = process.stdin.isTTY === true && !json;
  // readline echoes what is typed to its output: nothing is shown.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  const answers: Record<string, string> = {};
  const lines = terminal[Symbol.asyncIterator]();
  try {
    for (const { name, where, isOptional } of wanted) {
      if (isTerminal) process.stderr.write(`${name} (${where}): `);
      const answer = isTerminal ? await terminal.question('', { signal }) : (await lines.next()).value;
      if (isTerminal) process.stderr.write('\n');
      const text = String(answer ?? '').trim();
      if (text === '' && isOptional) continue;
      if (text === '' || text.length > longestSecret)
        throw new ArtistError(
          'ERR_INVALID_ARGUMENT',
          `${name}: expected it as a line of standard input, or in a variable with --secret NAME=env:VARIABLE, got none`,
        );
      answers[name] = text;
    }
    return answers;
  } finally {
    terminal.close();
  }
}
