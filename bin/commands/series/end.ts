import { SeriesStore } from '../../../lib/artist/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const seriesEndCommand = command({
  required: { series: text('Id or name') },
  examples: [['$0 series end owls', 'Its works stay']],
  run: async ({ series: wanted }, { home }) => {
    const series = await new SeriesStore({ home }).end(wanted);
    return { json: { id: series.id, ended: true }, text: [series.id], notes: [`${series.name} has ended`] };
  },
});
