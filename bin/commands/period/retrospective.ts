import { text } from '../../flags/flags.ts';
import { periodLine, periodOf, periodView, retrospectiveLines } from '../../print/works/period-view.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';

export const periodRetrospectiveCommand = command({
  optional: { period: text('Id or name. Default: the one that goes on') },
  examples: [
    ['$0 period retrospective', 'Of the one that goes on, as it is now'],
    ['$0 period retrospective p1 --json', 'Of one that has ended, as it was then'],
  ],
  epilogue:
    'Measured facts only: what cannot be measured (no rating, nothing scored, too few works) is not there. Intervals are 95 %, by bootstrap over the works.',
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
