import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';
import { seriesLine, seriesView } from './view.ts';

export const seriesListCommand = command({
  examples: [['$0 series list', 'Id, how many works there are, name']],
  run: async (_, context) => {
    await using artist = await openArtist(context, 0);
    const all = await Promise.all((await artist.series.store.list()).map(({ id }) => artist.series.progress(id)));
    return { json: { series: all.map(seriesView) }, text: all.map(seriesLine) };
  },
});
