import { SeriesStore } from '../../../lib/artist/periods/index.ts';
import { command } from '../../command.ts';
import { text } from '../../flags.ts';

export const seriesEndCommand = command({
  required: { series: text('Id or name') },
  examples: [['$0 series end owls', 'Its works stay']],
  run: async ({ series: wanted }, { home }) => {
    const series = await new SeriesStore({ home }).end(wanted);
    return { json: { id: series.id, ended: true }, text: [series.id], notes: [`${series.name} has ended`] };
  },
});
