import { ArtistError } from '../../../lib/core/index.ts';
import { type CreateValues, createFlags, createNames, createOptionsOf } from '../../flags/create-flags.ts';
import { number, text } from '../../flags/flags.ts';
import { basicFlags } from '../../flags/generate-flags.ts';
import { seconds, watchWork } from '../../print/progress.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';

const { candidates, model, clip, score, upscale, tuned, 'cpu-precision': cpuPrecision } = createFlags;
// Each work draws its own seed.
const { seed: _seed, ...pictureFlags } = basicFlags;
const paintFlags = { candidates, model, clip, score, upscale, tuned, 'cpu-precision': cpuPrecision, ...pictureFlags };

export const seriesPaintCommand = command({
  required: { series: text('Id or name') },
  flags: { count: number('At most this many works now. Default: all that are missing'), ...paintFlags },
  names: createNames,
  examples: [
    ['$0 series paint owls', 'All missing works, one after the other'],
    ['$0 series paint s1 --count 2 --candidates 4', 'Two of them, each the best of four'],
  ],
  epilogue: 'Call it again after a stop to continue. Only one process at a time paints a series.',
  run: async ({ series, count, ...values }, context) => {
    if (count !== undefined && !(Number.isInteger(count) && count >= 1))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `--count: expected an integer of at least 1, got ${count}`);
    const options = createOptionsOf(values as unknown as CreateValues);
    const shown = watchWork(context);
    const artist = await openArtist(context);
    try {
      const painted = await artist.series.paint(series, {
        ...options,
        count,
        signal: context.signal,
        onProgress: shown.onWork,
        onWork: ({ work, title, seconds: times }, index) =>
          context.note(`${index + 1}: ${title}, work ${work?.id}, ${seconds(times.total)}`),
      });
      shown.stop();
      const works = painted.map(({ work, prompt, seed, title }) => ({
        id: work?.id ?? null,
        path: work?.path ?? null,
        title,
        prompt,
        seed,
      }));
      const { missing } = await artist.series.progress(series);
      return {
        json: { works, missing: missing.length },
        text: works.map(({ path }) => path ?? ''),
        notes: [`${missing.length} works are missing`],
      };
    } finally {
      shown.stop();
      await artist.dispose();
    }
  },
});
