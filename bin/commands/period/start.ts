import { type EndRule, PeriodStore, readClaim } from '../../../lib/artist/index.ts';
import { ArtistError, display } from '../../../lib/core/index.ts';
import { topicsOf } from '../../../lib/prompt/index.ts';
import { type Flag, list, number, readNamedWeight, readWeighted, text } from '../../flags/flags.ts';
import { periodLines, periodView } from '../../print/works/period-view.ts';
import { command } from '../../shell/command.ts';

const begins = 'When it begins';
const ends = 'When it ends: the first that holds';
const wants = 'What it wants to show';
const draws = 'What its works draw from';

function date(describe: string, heading: string): Flag<number> {
  return {
    describe,
    group: heading,
    shape: 'value',
    read: (value, name) => {
      const time = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/.test(value)
        ? Date.parse(value.replace(' ', 'T'))
        : Number.NaN;
      if (Number.isNaN(time))
        throw new ArtistError(
          'ERR_INVALID_ARGUMENT',
          `${name}: expected a date such as 2027-03-01 or 2027-03-01T09:00, got ${display(value)}`,
        );
      return time;
    },
  };
}

const defaultWindow = 12;

export const periodStartCommand = command({
  required: { name: text('Of the period') },
  flags: {
    after: text('Begin when this period (id or name) has ended', begins),
    from: date('Begin at this time', begins),
    works: number('After so many works', ends),
    until: date('At this time', ends),
    'novelty-below': number('When the mean novelty of the last works falls below this', ends),
    'consistency-above': number('When the style consistency of the last works rises above this', ends),
    window: number(`How many last works these two look at, 3..1000. Default: ${defaultWindow}`, ends),
    hypothesis: text('In words', wants),
    claim: text('What can turn out false: "consistency > 0.8"; of consistency, novelty, vendi, score, rating', wants),
    topic: list('Topic; given several times, chosen among', draws, (value) => value),
    style: list('Style, or with :WEIGHT; given several times, chosen among', draws, readNamedWeight),
    lora: list('PATH or NAME of a LoRA, or with :WEIGHT, for every work; may be given several times', draws, readWeighted),
  },
  names: new Map([
    ['name', '<name>'],
    ['works', '--works'],
    ['topics', '--topic'],
    ['styles', '--style'],
    ['loras', '--lora'],
    ['ends', '--window'],
  ]),
  examples: [
    ['$0 period start "blue winter" --topic "mountain vista" --style "flat vector art" --works 30', 'Thirty works, then it ends by itself'],
    [
      '$0 period start "ink" --style "black ink drawing" --hypothesis "Ink holds together" --claim "consistency > 0.8" --until 2027-03-01',
      'With something to find out',
    ],
    ['$0 period start "next" --after p1 --novelty-below 0.05', 'Follows the first, and ends when it repeats itself'],
  ],
  epilogue:
    'Works that create and the schedule choose themselves belong to the period that goes on. Those with a prompt of your own, and series, do not.',
  run: async (values, { home, config }) => {
    const { name, after, from, works, until, window = defaultWindow, hypothesis, claim, topic = [], style = [], lora = [] } = values;
    if (after !== undefined && from !== undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--from: expected to be left out with --after');
    if (claim !== undefined && hypothesis === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--claim: expected --hypothesis with it');
    const known = topicsOf((await config()).config.prompt.topics).map((each) => each.name.toLowerCase());
    for (const each of topic)
      if (!known.includes(each.toLowerCase()))
        throw new ArtistError('ERR_INVALID_ARGUMENT', `--topic: expected one of ${known.join(', ')}, got ${display(each)}`);
    const rules: EndRule[] = [
      ...(works === undefined ? [] : [{ works }]),
      ...(until === undefined ? [] : [{ at: until }]),
      ...(values['novelty-below'] === undefined ? [] : [{ noveltyBelow: values['novelty-below'], window }]),
      ...(values['consistency-above'] === undefined ? [] : [{ consistencyAbove: values['consistency-above'], window }]),
    ];
    const period = await new PeriodStore({ home }).start({
      name,
      ...(after !== undefined && { starts: { after } }),
      ...(from !== undefined && { starts: { at: from } }),
      ends: rules,
      ...(hypothesis !== undefined && {
        hypothesis: { text: hypothesis, ...(claim !== undefined && { claim: readClaim(claim, '--claim') }) },
      }),
      topics: topic,
      styles: style,
      loras: lora,
    });
    return { json: { period: periodView(period) }, text: [period.id], notes: periodLines(period) };
  },
});
