import { ArtistError, display } from '../../lib/core/index.ts';
import type { Flag } from './flags.ts';
import { list, number, readNamedWeight, readWeighted, text } from './flags.ts';

export const begins = 'When it begins';

export const ends = 'When it ends: the first that holds';

export const wants = 'What it wants to show';

export const draws = 'What its works draw from';

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
} as const;

export const periodNames: ReadonlyMap<string, string> = new Map([
  ['name', '<name>'],
  ['works', '--works'],
  ['topics', '--topic'],
  ['styles', '--style'],
  ['loras', '--lora'],
  ['ends', '--window'],
]);
