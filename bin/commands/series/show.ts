import { text } from '../../flags/flags.ts';
import { workLine } from '../../print/works/work-lines.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';
import { seriesLine, seriesView } from './view.ts';

export const seriesShowCommand = command({
  required: { series: text('Id or name') },
  examples: [['$0 series show owls', 'Its works, the newest first']],
  run: async ({ series }, context) => {
    await using artist = await openArtist(context, 0);
    const progress = await artist.series.progress(series);
    return { json: { series: seriesView(progress) }, text: [seriesLine(progress), ...progress.works.map(workLine)] };
  },
});
