import type { Count } from '../../../lib/gallery/index.ts';
import { shownDay } from '../../print/times.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

/** Names of a table. */
const longest = 10;

function table(title: string, counts: readonly Count[]): string[] {
  if (counts.length === 0) return [];
  const shown = counts.slice(0, longest);
  const rest = counts.length - shown.length;
  return [
    '',
    title,
    ...shown.map(({ name, works }) => `${String(works).padStart(8)}  ${name}`),
    ...(rest > 0 ? [`          and ${rest} more (--json has all)`] : []),
  ];
}

export const statsCommand = command({
  examples: [['$0 gallery stats', 'Counts by month, model, rating, tag …']],
  run: async (_, context) => {
    const stats = await (await openGallery(context)).stats();
    const ratings = stats.ratings.map((works, rating) => ({ name: rating === 0 ? 'not rated' : '★'.repeat(rating), works }));
    return {
      json: stats,
      text: [
        `works ${stats.works}, starred ${stats.starred}, in the trash ${stats.trashed}${stats.damaged > 0 ? `, damaged ${stats.damaged}` : ''}`,
        ...(stats.first === undefined ? [] : [`from ${shownDay(stats.first)} to ${shownDay(stats.last ?? stats.first)}`]),
        ...(stats.meanRating === undefined ? [] : [`mean rating ${stats.meanRating.toFixed(2)}`]),
        ...table('ratings', stats.works > 0 ? ratings : []),
        ...table('months', [...stats.months].reverse()),
        ...table('models', stats.models),
        ...table('LoRAs', stats.loras),
        ...table('samplers', stats.samplers),
        ...table('sizes', stats.sizes),
        ...table('tags', stats.tags),
        ...table('collections', stats.collections),
      ],
    };
  },
});
