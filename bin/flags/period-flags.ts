import { ArtistError, display } from '../../lib/core/index.ts';
import type { Flag } from './flags.ts';
import { list, number, readNamedWeight, readWeighted, text } from './flags.ts';

export const begins = 'Start';

export const ends = 'End: the first condition that is met';

export const wants = 'Hypothesis';

export const draws = 'What to choose from';

export function date(describe: string, heading: string): Flag<number> {
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

export const defaultWindow = 12;

/** What `period start` takes. */
export const periodFlags = {
  after: text('Start when this period (id or name) has ended', begins),
  from: date('Start at this time', begins),
  works: number('End after this many works', ends),
  until: date('End at this time', ends),
  'novelty-below': number('End when the mean novelty of the last works falls below this', ends),
  'consistency-above': number('End when the style consistency of the last works rises above this', ends),
  window: number(`Number of last works that these two use, 3..1000. Default: ${defaultWindow}`, ends),
  hypothesis: text('What the period should show, in words', wants),
  claim: text('A testable claim such as "consistency > 0.8"; about consistency, novelty, vendi, score or rating', wants),
  topic: list('Topic; if given several times, one is chosen for each work', draws, (value) => value),
  style: list('Style, or with :WEIGHT; if given several times, one is chosen for each work', draws, readNamedWeight),
  lora: list('PATH or NAME of a LoRA, or with :WEIGHT, for every work; may be given several times', draws, readWeighted),
} as const;

export const periodNames: ReadonlyMap<string, string> = new Map([
  ['name', '<name>'],
  ['works', '--works'],
  ['topics', '--topic'],
  ['styles', '--style'],
  ['loras', '--lora'],
  ['ends', '--window'],
]);
