/** What `measure` says. */
import { form, works } from './words.ts';

export const measure = {
  range: ({ low, high }: { low: string; high: string }) => `${low} to ${high}`,
  seenBy: ({ n, model }: { n: number; model: string }) => `${works(n)}, as ${model} sees them`,
  certain: 'in brackets: where the value lies with 95 % certainty',
  style: {
    raw: 'likeness',
    rawMeaning: 'how alike two of these works are, on average; 1: the same',
    centred: 'own likeness',
    centredMeaning: 'the same, without what the works of --reference have in common',
    crossSubject: 'other subjects',
    crossSubjectMeaning: 'the same, only of works with different prompts',
    lift: 'by the style',
    liftMeaning: 'how much more alike they are than the works of --baseline',
  },
  diversity: {
    different: 'different',
    differentMeaning: ({ n }: { n: number }) =>
      `as many pictures without any likeness would be as varied as ${form(n, { one: 'this one', other: `these ${n}` })}`,
    novelty: 'novelty',
    noveltyMeaning: 'how much a work differs from the earlier work most like it, on average; 0: a copy',
    alike: 'most alike',
    alikeMeaning: ({ first, second }: { first: string; second: string }) => `${first} and ${second}; 1: the same`,
  },
  evolution: {
    works: ({ n }: { n: number }) => works(n),
    likeness: ({ value, range }: { value: string; range: string }) => `likeness ${value} (${range})`,
    toPrevious: ({ value, range }: { value: string; range: string }) => `to the row before ${value} (${range})`,
    novelty: ({ value }: { value: string }) => `novelty ${value}`,
    prompt: ({ value }: { value: string }) => `prompt ${value}`,
    share: ({ style, percent }: { style: string; percent: number }) => `${style} ${percent} %`,
    explain:
      'likeness: how alike two works are (1: the same); to the row before: the same between the two rows; novelty: difference from the earlier work most like it; prompt: how well they show what it says',
    drawn: ({ path }: { path: string }) => `drawn as ${path}`,
  },
  gain: {
    line: ({ first, best, gain, range }: { first: string; best: string; gain: string; range: string }) =>
      `the first had ${first}, the kept one ${best}: ${gain} (${range})`,
    changed: ({ n, changed }: { n: number; changed: number }) =>
      `${works(n)}; for ${changed} of them another picture than the first was kept`,
  },
};
