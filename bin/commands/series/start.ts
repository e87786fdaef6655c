import { SeriesStore } from '../../../lib/artist/index.ts';
import { counted } from '../../../lib/core/index.ts';
import { list, number, seed, text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

const same = (value: string): string => value;

export const seriesStartCommand = command({
  required: { name: text('Name of the series') },
  flags: {
    works: number('Number of works, 1..10000. Default: one for each subject and style, at least 4'),
    subject: list('Subject of every work; several are used in turn. Default: chosen for each work', undefined, same),
    topic: text('Without --subject: topic to choose subjects from'),
    style: list(
      'Style of every work; several are used in turn, each for a full round of subjects. Default: chosen for each work',
      undefined,
      same,
    ),
    seed: seed('Start noise of every work, so that only the words vary. Default: a different one for each'),
  },
  names: new Map([
    ['name', '<name>'],
    ['works', '--works'],
    ['subjects', '--subject'],
    ['topic', '--topic'],
    ['styles', '--style'],
    ['seed', '--seed'],
  ]),
  examples: [
    [
      '$0 series start "owls" --subject "an owl" --style "black ink drawing" --style "retro cartoon" --works 6',
      'One subject, styles in turn',
    ],
    [
      '$0 series start "ink zoo" --style "black ink drawing" --subject "a fox" --subject "an owl" --seed 7',
      'One style and start noise, subjects in turn',
    ],
  ],
  run: async ({ name, works, subject = [], topic, style = [], seed }, { home }) => {
    const series = await new SeriesStore({ home }).start({
      name,
      works: works ?? Math.max(4, Math.max(1, subject.length) * Math.max(1, style.length)),
      subjects: subject,
      ...(topic !== undefined && { topic }),
      styles: style,
      ...(seed !== undefined && { seed }),
    });
    return {
      json: { series: { ...series, createdAt: new Date(series.createdAt).toISOString() } },
      text: [series.id],
      notes: [`${series.name}: ${counted(series.works, 'work')}. Paint them: ai-artist series paint ${series.id}`],
    };
  },
});
