import * as z from 'zod';
import { answering } from '../core/index.ts';

/** Most options that a derivation lists; of longer lists it stores only the number. */
export const mostListed = 32;

const option = z.strictObject({
  value: z.string(),
  /** Its probability is weight / sum of weights. */
  weight: z.number().min(0),
  /** For a learning choice: mean and deviation of the expected reward (0..1), and the number of works behind it. */
  posterior: z.strictObject({ mean: z.number(), deviation: z.number().min(0), works: z.number().min(0), sampled: z.number() }).optional(),
});
export type DerivedOption = z.output<typeof option>;

const choice = z.strictObject({
  /** What was decided. */
  what: z.enum(['topic', 'subject', 'style', 'modifier', 'template', 'alternative', 'wildcard', 'condition']),
  /** Details: the group of a modifier, the name of a wildcard, the test of a condition. */
  name: z.string().optional(),
  /**
   * given: by the caller. only: there was one option. drawn: by weight. sampled: largest posterior sample (Thompson). oldest: every option
   * was used lately.
   */
  how: z.enum(['given', 'only', 'drawn', 'sampled', 'oldest']),
  chosen: z.string(),
  /** The random number 0..1 that decided it. */
  draw: z.number().optional(),
  /** Number of options. */
  of: z.int().min(1),
  /** The options; left out if more than 32. */
  offered: z.array(option).optional(),
  /** Options excluded because recent works had them. */
  avoided: z.array(z.string()).optional(),
});
export type DerivedChoice = z.output<typeof choice>;

const worded = z.looseObject({ wordings: z.array(z.looseObject({ from: z.string(), to: z.string() })) });

/** How a prompt was made: all options and draws, enough to explain each word. */
export const derivationSchema = z.looseObject({
  schema: z.literal(1),
  /** expanded: the caller's text with its alternatives and wildcards expanded. chosen: nothing was given. */
  source: z.enum(['expanded', 'chosen']),
  /** Seed of the draws. */
  seed: z.int().min(0),
  /** The prompt style of the model. */
  family: z.enum(['bundled', 'tags', 'sentences']),
  /** The final prompt. */
  prompt: z.string(),
  negativePrompt: z.string().optional(),
  template: z.string(),
  topic: z.string().optional(),
  subject: z.string().optional(),
  /** The subject as in the prompt, if expanding its alternatives changed it. */
  subjectText: z.string().optional(),
  /** The museum work the subject comes from, with its licence. */
  inspiration: z
    .looseObject({ museum: z.string(), id: z.string(), title: z.string(), url: z.string(), licence: z.looseObject({ id: z.string() }) })
    .optional(),
  /** The style; if there are several, the one with the largest share. */
  style: z.string().optional(),
  /** Several styles and their shares, which add up to 1. */
  styles: z.array(z.looseObject({ name: z.string(), share: z.number().min(0).max(1) })).optional(),
  /** LoRAs of the styles. */
  loras: z.array(z.looseObject({ path: z.string(), weight: z.number() })).optional(),
  /** By group: background, light, composition. */
  modifiers: z.record(z.string(), z.string()).optional(),
  choices: z.array(choice),
  /** Words of the prompt that the bundled model was told in other words. */
  wordings: worded.shape.wordings.optional(),
  /** Parts dropped from the end because the model would not read them. */
  dropped: z.array(z.string()).optional(),
});
export type Derivation = z.output<typeof derivationSchema>;

const percent = (share: number): string => `${Math.round(100 * share)} %`;

function reason({ how, offered, chosen, of, avoided = [] }: DerivedChoice): string {
  const option = offered?.find(({ value }) => value === chosen);
  const lately = avoided.length > 0 ? `; used lately: ${avoided.join(', ')}` : '';
  if (how === 'given') return 'as asked';
  if (how === 'only') return `the only one${lately}`;
  if (how === 'oldest') return `all ${of} were used lately, this one longest ago`;
  if (option?.posterior) {
    const { mean, deviation, works } = option.posterior;
    const known =
      works > 0
        ? `liked ${mean.toFixed(2)} ± ${deviation.toFixed(2)} of 1 in ${works === 1 ? '1 work' : `${Number(works.toFixed(2))} works`}`
        : 'no work of it is known yet';
    return `of ${of}, by what was liked and a little chance: ${known}${lately}`;
  }
  const total = offered?.reduce((sum, { weight }) => sum + weight, 0) ?? 0;
  return option && total > 0 ? `drawn of ${of}, with a chance of ${percent(option.weight / total)}${lately}` : `drawn of ${of}${lately}`;
}

/** Describes which words of a prompt the model was told in other words; of any derivation, also of a prompt that was given and not expanded. */
export function describeWordings(derivation: unknown): string[] {
  const { wordings = [] } = worded.safeParse(derivation).data ?? {};
  return wordings.map(({ from, to }) => `${from}: painted as ${to}, which the model knows`);
}

/** Describes the derivation, one line for each choice. */
export const describeDerivation = answering(
  'describeDerivation',
  ({ choices, wordings = [], dropped = [], inspiration }: Derivation): string[] => {
    return [
      ...(inspiration ? [`inspired by: ${inspiration.title} (${inspiration.licence.id}), ${inspiration.url}`] : []),
      ...choices.map(
        (each) => `${each.what}${each.name === undefined ? '' : ` ${each.name}`}: ${each.chosen || '(none)'} (${reason(each)})`,
      ),
      ...describeWordings({ wordings }),
      ...(dropped.length > 0 ? [`left out for length: ${dropped.join('; ')}`] : []),
    ];
  },
);
