import { createInterface } from 'node:readline/promises';
import type { DuelPair } from '../../../lib/artist/index.ts';
import { ArtistError } from '../../../lib/core/index.ts';
import { ArtImage, decodeImage } from '../../../lib/image/index.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { t } from '../../texts/texts.ts';
import { showPicture } from '../terminal-preview.ts';

/** @throws ArtistError ERR_INVALID_ARGUMENT if there is no terminal to ask in */
export async function askDuel({ first, second }: DuelPair, context: Context): Promise<'first' | 'second' | undefined> {
  if (process.stdin.isTTY !== true || context.json)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      'duel: expected a terminal to ask in, got none. Name the works and give --prefer first or second',
    );
  for (const [name, work] of [
    ['1', first],
    ['2', second],
  ] as const) {
    context.note(`${name}: ${work.path}`);
    await showPicture(context, new ArtImage(await decodeImage(work.path)));
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = (await terminal.question(`${t.taste.question} `, { signal: context.signal })).trim();
      if (answer === '') return undefined;
      if (answer === '1' || answer === '2') return answer === '1' ? 'first' : 'second';
    }
  } finally {
    terminal.close();
  }
}

/** Output of `duel` after the decision. `duels`: number of duels so far. */
export function duelOutcome({ first, second, expected }: DuelPair, preferred: 'first' | 'second', duels: number): Outcome {
  const [winner, loser] = preferred === 'first' ? [first.id, second.id] : [second.id, first.id];
  return {
    json: { winner, loser, ...(expected !== undefined && { expected: preferred === 'first' ? expected : 1 - expected }), duels },
    text: [],
    notes: [t.taste.better({ winner, loser, n: duels })],
  };
}
