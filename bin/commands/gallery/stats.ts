import type { Count } from '../../../lib/gallery/index.ts';
import { shownDay } from '../../print/times.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { decimal, t } from '../../texts/texts.ts';

/** Names of a table. */
const longest = 10;

const words = t.gallery.stats;

function table(title: string, counts: readonly Count[]): string[] {
  if (counts.length === 0) return [];
  const shown = counts.slice(0, longest);
  const rest = counts.length - shown.length;
  return [
    '',
    title,
    ...shown.map(({ name, works }) => `${String(works).padStart(8)}  ${name}`),
    ...(rest > 0 ? [`          ${words.more({ n: rest })}`] : []),
  ];
}

export const statsCommand = command({
  examples: [['$0 gallery stats', 'Counts by month, model, rating, tag …']],
  run: async (_, context) => {
    const stats = await (await openGallery(context)).stats();
    const { works, starred, trashed, damaged, first, last = first, meanRating } = stats;
    const ratings = stats.ratings.map((count, rating) => ({ name: rating === 0 ? words.notRated : '★'.repeat(rating), works: count }));
    return {
      json: stats,
      text: [
        `${words.works({ n: works, starred, trashed })}${damaged > 0 ? words.damaged({ n: damaged }) : ''}`,
        ...(first === undefined || last === undefined ? [] : [words.days({ first: shownDay(first), last: shownDay(last) })]),
        ...(meanRating === undefined ? [] : [words.rated({ mean: decimal(meanRating, 2) })]),
        ...table(words.ratings, works > 0 ? ratings : []),
        ...table(words.months, [...stats.months].reverse()),
        ...table(words.models, stats.models),
        ...table(words.loras, stats.loras),
        ...table(words.samplers, stats.samplers),
        ...table(words.sizes, stats.sizes),
        ...table(words.tags, stats.tags),
        ...table(words.collections, stats.collections),
      ],
    };
  },
});
