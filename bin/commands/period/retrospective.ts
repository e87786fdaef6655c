import { periodView } from '../../../lib/artist/index.ts';
import { text } from '../../flags/flags.ts';
import { periodLine, periodOf, retrospectiveLines } from '../../print/works/period-view.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';

export const periodRetrospectiveCommand = command({
  optional: { period: text('Id or name. Default: the current one') },
  examples: [
    ['$0 period retrospective', 'Results of the current period so far'],
    ['$0 period retrospective p1 --json', 'Results of an ended period, as of its end'],
  ],
  epilogue:
    'Measured facts only: it omits what cannot be measured (no ratings, no scores, too few works). Intervals are 95 %, by bootstrap over the works.',
  run: async ({ period: wanted }, context) => {
    const artist = await openArtist(context, 0);
    try {
      const period = await periodOf(artist.periods.store, wanted);
      const retrospective = await artist.periods.retrospective(period.id, context.signal);
      return { json: { period: periodView(period), retrospective }, text: [periodLine(period), ...retrospectiveLines(retrospective)] };
    } finally {
      await artist.dispose();
    }
  },
});
