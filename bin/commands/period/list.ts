import { periodView } from '../../../lib/artist/index.ts';
import { periodLine } from '../../print/works/period-view.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';

export const periodListCommand = command({
  examples: [['$0 period list', 'Id, state, dates and name']],
  run: async (_, context) => {
    // Listing begins a period that is due, and an artist tells the hooks.
    await using artist = await openArtist(context, 0);
    const { store } = artist.periods;
    await store.current();
    const periods = await store.list();
    return { json: { periods: periods.map(periodView) }, text: periods.map(periodLine) };
  },
});
