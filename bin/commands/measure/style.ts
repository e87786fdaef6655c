import type { EmbeddedWork } from '../../../lib/artist/index.ts';
import { counted } from '../../../lib/core/index.ts';
import type { Interval } from '../../../lib/curation/index.ts';
import { styleConsistency } from '../../../lib/curation/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { embeddedWorks, queryPositional, workFlags } from './works.ts';

const number = (value: number): string => value.toFixed(3).padStart(6);

/** A measure, its interval and its meaning. */
const measure = (name: string, meaning: string, value: number | undefined, range?: Interval): string[] =>
  value === undefined
    ? []
    : [`${name.padEnd(14)} ${number(value)}  ${(range ? `(${range.map(number).join(' to ')})` : '').padEnd(18)}  ${meaning}`.trimEnd()];

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
    'raw is the mean cosine of all pairs. It says little alone: two random pictures have 0.4 to 0.6 with OpenAI models. Intervals are 95 %, by bootstrap.',
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
      text: [
        ...measure('raw', 'how alike two works are, on average (1: the same)', result.raw, result.rawInterval),
        ...measure('centred', 'the same, less what neutral works have in common', result.centred, result.centredInterval),
        ...measure('cross-subject', 'the same, of works with different subjects', result.crossSubject),
        ...measure('lift', 'what the style adds to the works of the baseline', result.lift, result.liftInterval),
      ],
      notes: [`${counted(result.n, 'work')}, by ${model}`],
    };
  },
});
