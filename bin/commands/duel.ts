import { chooseDuel, type DuelPair, recordDuel } from '../../lib/artist/index.ts';
import { ArtistError } from '../../lib/core/index.ts';
import { checkClipPath, clipDescription } from '../flags/clip-flag.ts';
import { anyText, choice, text } from '../flags/flags.ts';
import { withProgress } from '../print/progress.ts';
import { askDuel, duelOutcome } from '../print/works/duel.ts';
import { command } from '../shell/command.ts';
import { openGallery } from '../shell/settings.ts';
import { t } from '../texts/texts.ts';

export const duelCommand = command({
  optional: {
    first: anyText('Id of a work, or its first or last characters. Default: the pair whose duel teaches most'),
    second: anyText('The other work'),
  },
  flags: {
    prefer: choice('Which one is better. Default: asked in the terminal', ['first', 'second'] as const),
    clip: text(clipDescription),
  },
  examples: [
    ['$0 duel', 'Show two works, if the terminal can, and ask which is better'],
    ['$0 duel 01K3 01K4 --prefer first', 'For scripts'],
  ],
  epilogue: 'Without ids it chooses the pair with the least certain outcome and the most different pictures.',
  run: async ({ first, second, prefer, clip }, context) => {
    if ((first === undefined) !== (second === undefined))
      throw new ArtistError('ERR_INVALID_ARGUMENT', 'second: expected two works or none, got one');
    await checkClipPath(clip);
    if (prefer !== undefined && first === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--prefer: expected two works with it, got none');
    const gallery = await openGallery(context);
    const { home, signal, warn } = context;
    const pair: DuelPair =
      first === undefined || second === undefined
        ? await withProgress(context, 'looking', (onProgress) => chooseDuel({ home, gallery, clip, signal, warn, onProgress }))
        : { first: await gallery.get(first), second: await gallery.get(second), expected: undefined };
    if (pair.first.id === pair.second.id)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `second: expected another work than ${pair.first.id}, got the same`);
    const preferred = prefer ?? (await askDuel(pair, context));
    if (preferred === undefined) return { json: { winner: null, loser: null, duels: null }, text: [], notes: [t.taste.neither] };
    const [winner, loser] = preferred === 'first' ? [pair.first, pair.second] : [pair.second, pair.first];
    return duelOutcome(pair, preferred, await recordDuel(home, winner.id, loser.id));
  },
});
