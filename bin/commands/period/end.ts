import { periodView, type Retrospective } from '../../../lib/artist/index.ts';
import { text } from '../../flags/flags.ts';
import { periodLine, periodOf, retrospectiveLines } from '../../print/works/period-view.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';

export const periodEndCommand = command({
  optional: { period: text('Id or name. Default: the current one') },
  examples: [['$0 period end', 'With its retrospective; a planned one is taken away']],
  run: async ({ period: wanted }, context) => {
    const artist = await openArtist(context, 0);
    try {
      const { id } = await periodOf(artist.periods.store, wanted);
      const period = await artist.periods.end(id, context.signal);
      const retrospective = period.retrospective as Retrospective | undefined;
      const lines = retrospective ? retrospectiveLines(retrospective) : ['taken away: it had not begun'];
      return { json: { period: periodView(period), retrospective: retrospective ?? null }, text: [periodLine(period), ...lines] };
    } finally {
      await artist.dispose();
    }
  },
});
