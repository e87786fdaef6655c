import { createInterface } from 'node:readline/promises';
import { checkTaste, readTaste, tastePath } from '../../lib/artist/index.ts';
import { ArtistError, counted } from '../../lib/core/index.ts';
import { duelsFile, instructivePair } from '../../lib/curation/index.ts';
import type { Artwork, Gallery } from '../../lib/gallery/index.ts';
import { ArtImage, decodeImage } from '../../lib/image/index.ts';
import { anyText, choice, text } from '../flags/flags.ts';
import { showPicture } from '../print/terminal-preview.ts';
import { checkClipPath, clipDescription, openClip } from '../scorer.ts';
import { command } from '../shell/command.ts';
import type { Context, Outcome } from '../shell/run.ts';
import { openGallery } from '../shell/settings.ts';
import { embedWorks, worksOf } from '../work-embeddings.ts';

/** The newest works among which a pair is looked for. */
const field = 200;

interface Pair {
  first: Artwork;
  second: Artwork;
  /** How likely the taste so far thinks that the first is preferred; undefined: the pair was named. */
  expected: number | undefined;
}

async function choosePair(gallery: Gallery, clipPath: string | undefined, context: Context): Promise<Pair> {
  const works = await worksOf(gallery, '', field, context);
  if (works.length < 2)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `duel: expected at least 2 works in ${gallery.folder}, got ${works.length}. Paint some with ai-artist create`,
    );
  const [{ duels }, taste] = [await duelsFile(context.home).read(), await readTaste(tastePath(context.home), false)];
  const clip = await openClip(clipPath, context.signal);
  try {
    const embedded = await embedWorks(works, clip, context);
    if (taste) checkTaste(taste, clip);
    const pair = instructivePair(
      embedded.map(({ work, embedding }) => ({ id: work.id, embedding })),
      taste?.kind === 'taste' ? taste.head : undefined,
      duels.map(({ winner, loser }) => [winner, loser]),
    );
    const of = (id: string): Promise<Artwork> => gallery.get(id);
    return { first: await of(pair.first.id), second: await of(pair.second.id), expected: pair.expected };
  } finally {
    await clip.dispose();
  }
}

/** @throws ArtistError ERR_INVALID_ARGUMENT: nobody is there to ask */
async function ask({ first, second }: Pair, context: Context): Promise<'first' | 'second' | undefined> {
  if (process.stdin.isTTY !== true || context.json)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      'duel: expected a terminal to ask in, got none. Name the works and say --prefer first or second',
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
      const answer = (await terminal.question('Which one do you prefer? 1, 2, or Enter for neither: ', { signal: context.signal })).trim();
      if (answer === '') return undefined;
      if (answer === '1' || answer === '2') return answer === '1' ? 'first' : 'second';
    }
  } finally {
    terminal.close();
  }
}

async function duel(pair: Pair, prefer: 'first' | 'second' | undefined, context: Context): Promise<Outcome> {
  const { first, second, expected } = pair;
  if (first.id === second.id) throw new ArtistError('ERR_INVALID_ARGUMENT', `second: expected another work than ${first.id}, got the same`);
  const preferred = prefer ?? (await ask(pair, context));
  if (preferred === undefined) return { json: { winner: null, loser: null, duels: null }, text: [], notes: ['no duel was written down'] };
  const [winner, loser] = preferred === 'first' ? [first.id, second.id] : [second.id, first.id];
  const { duels } = await duelsFile(context.home).update((state) => ({
    duels: [...state.duels, { winner, loser, at: new Date().toISOString() }],
  }));
  return {
    json: {
      winner,
      loser,
      ...(expected !== undefined && { expected: preferred === 'first' ? expected : 1 - expected }),
      duels: duels.length,
    },
    text: [],
    notes: [`${winner} beats ${loser}; ${counted(duels.length, 'duel')} so far. ai-artist taste train learns from them`],
  };
}

export const duelCommand = command({
  optional: {
    first: anyText('Work: its id, a beginning or end of it. Left out: the two whose duel teaches most'),
    second: anyText('The other work'),
  },
  flags: {
    prefer: choice('Which one is better; left out: asked in the terminal', ['first', 'second'] as const),
    clip: text(clipDescription),
  },
  examples: [
    ['$0 duel', 'Two works are shown where the terminal can, and you say which is better'],
    ['$0 duel 01K3 01K4 --prefer first', 'For scripts'],
  ],
  epilogue: 'The pair that is chosen is the one whose outcome is least known and whose pictures differ most.',
  run: async ({ first, second, prefer, clip }, context) => {
    if ((first === undefined) !== (second === undefined))
      throw new ArtistError('ERR_INVALID_ARGUMENT', 'second: expected two works or none, got one');
    await checkClipPath(clip);
    const gallery = await openGallery(context);
    if (first === undefined || second === undefined) {
      if (prefer !== undefined) throw new ArtistError('ERR_INVALID_ARGUMENT', '--prefer: expected two works with it, got none');
      return duel(await choosePair(gallery, clip, context), undefined, context);
    }
    return duel({ first: await gallery.get(first), second: await gallery.get(second), expected: undefined }, prefer, context);
  },
});
