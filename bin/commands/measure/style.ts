import type { EmbeddedWork } from '../../../lib/artist/index.ts';
import type { Interval } from '../../../lib/curation/index.ts';
import { styleConsistency } from '../../../lib/curation/index.ts';
import { text } from '../../flags/flags.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { command } from '../../shell/command.ts';
import { decimal, t } from '../../texts/texts.ts';
import { embeddedWorks, queryPositional, workFlags } from './works.ts';

/** A measure, its interval and its meaning. */
function measured(name: string, meaning: string, value: number | undefined, range?: Interval): string[][] {
  if (value === undefined) return [];
  const [low, high] = range ?? [];
  const between = low === undefined || high === undefined ? '' : `(${t.measure.range({ low: decimal(low, 3), high: decimal(high, 3) })})`;
  return [[name, decimal(value, 3), between, meaning]];
}

const words = t.measure.style;

const vectors = (works: readonly EmbeddedWork[]): Float32Array[] => works.map(({ embedding }) => embedding);

export const measureStyleCommand = command({
  optional: queryPositional,
  flags: {
    reference: text('Query of neutral works by the same painter; their mean is subtracted (centred)'),
    baseline: text('Query of the same subjects and seeds without the style, same number and order: gives the lift of the style'),
    ...workFlags,
  },
  examples: [
    ['$0 measure style --last 30', 'The last thirty works'],
    ['$0 measure style tag:autumn --reference tag:plain', 'Against a neutral set'],
  ],
  epilogue:
    'likeness (raw in --json) is the mean cosine of all pairs. It says little alone: two random pictures have 0.4 to 0.6 with OpenAI models. In --json the others are centred, crossSubject and lift. Intervals are 95 %, by bootstrap.',
  run: async ({ query = '', reference, baseline, last, clip }, context) => {
    const others = [reference, baseline].filter((one) => one !== undefined);
    const { lists, model } = await embeddedWorks([query, ...others], { last, clip }, 3, context);
    const [works = [], ...rest] = lists;
    const neutral = reference === undefined ? undefined : rest.shift();
    const plain = baseline === undefined ? undefined : rest.shift();
    const subjects = works.map(({ work }) => work.recipe?.prompt ?? work.id);
    const result = styleConsistency(vectors(works), {
      ...(new Set(subjects).size > 1 && { subjects }),
      ...(neutral && { reference: vectors(neutral) }),
      ...(plain && { baseline: vectors(plain) }),
    });
    return {
      json: { scorer: model, ...result },
      text: alignColumns([
        ...measured(words.raw, words.rawMeaning, result.raw, result.rawInterval),
        ...measured(words.centred, words.centredMeaning, result.centred, result.centredInterval),
        ...measured(words.crossSubject, words.crossSubjectMeaning, result.crossSubject),
        ...measured(words.lift, words.liftMeaning, result.lift, result.liftInterval),
      ]),
      notes: [`${t.measure.seenBy({ n: result.n, model })}; ${t.measure.certain}`],
    };
  },
});
