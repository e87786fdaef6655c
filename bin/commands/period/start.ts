import { type EndRule, periodView, readClaim } from '../../../lib/artist/index.ts';
import { ArtistError, display } from '../../../lib/core/index.ts';
import { topicsOf } from '../../../lib/prompt/index.ts';
import { text } from '../../flags/flags.ts';
import { defaultWindow, periodFlags, periodNames } from '../../flags/period-flags.ts';
import { periodLines } from '../../print/works/period-view.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';

export const periodStartCommand = command({
  required: { name: text('Name of the period') },
  flags: periodFlags,
  names: periodNames,
  examples: [
    ['$0 period start "blue winter" --topic "mountain vista" --style "flat vector art" --works 30', 'Ends by itself after thirty works'],
    [
      '$0 period start "ink" --style "black ink drawing" --hypothesis "Ink holds together" --claim "consistency > 0.8" --until 2027-03-01',
      'With a hypothesis to test',
    ],
    ['$0 period start "next" --after p1 --novelty-below 0.05', 'Follows the first, and ends when it repeats itself'],
  ],
  epilogue:
    'Works whose prompt create or the schedule chooses belong to the current period. Works with your own prompt, and series, do not.',
  run: async (values, context) => {
    const { name, after, from, works, until, window = defaultWindow, hypothesis, claim, topic = [], style = [], lora = [] } = values;
    if (after !== undefined && from !== undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--from: expected to be left out with --after');
    if (claim !== undefined && hypothesis === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--claim: expected --hypothesis with it');
    const known = topicsOf((await context.config()).config.prompt.topics).map((each) => each.name.toLowerCase());
    for (const each of topic)
      if (!known.includes(each.toLowerCase()))
        throw new ArtistError('ERR_INVALID_ARGUMENT', `--topic: expected one of ${known.join(', ')}, got ${display(each)}`);
    const rules: EndRule[] = [
      ...(works === undefined ? [] : [{ works }]),
      ...(until === undefined ? [] : [{ at: until }]),
      ...(values['novelty-below'] === undefined ? [] : [{ noveltyBelow: values['novelty-below'], window }]),
      ...(values['consistency-above'] === undefined ? [] : [{ consistencyAbove: values['consistency-above'], window }]),
    ];
    await using artist = await openArtist(context, 0);
    const period = await artist.periods.store.start({
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
