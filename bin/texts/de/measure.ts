import type { measure as english } from '../en/measure.ts';
import { form, works } from './words.ts';

export const measure: typeof english = {
  range: ({ low, high }) => `${low} bis ${high}`,
  seenBy: ({ n, model }) => `${works(n)}, wie ${model} sie sieht`,
  certain: 'in Klammern: wo der Wert mit 95 % Sicherheit liegt',
  style: {
    raw: 'Ähnlichkeit',
    rawMeaning: 'wie ähnlich sich zwei dieser Werke sind, im Durchschnitt; 1: gleich',
    centred: 'eigene',
    centredMeaning: 'dasselbe ohne das, was die Werke von --reference gemeinsam haben',
    crossSubject: 'andere Motive',
    crossSubjectMeaning: 'dasselbe, nur von Werken mit verschiedenen Prompts',
    lift: 'durch den Stil',
    liftMeaning: 'wie viel ähnlicher sie sich sind als die Werke von --baseline',
  },
  diversity: {
    different: 'verschieden',
    differentMeaning: ({ n }) =>
      `so viele Bilder ohne jede Ähnlichkeit wären so vielfältig wie ${form(n, { one: 'dieses', other: `diese ${n}` })}`,
    novelty: 'Neues',
    noveltyMeaning: 'wie sehr sich ein Werk vom ähnlichsten früheren unterscheidet, im Durchschnitt; 0: eine Kopie',
    alike: 'ähnlichste',
    alikeMeaning: ({ first, second }) => `${first} und ${second}; 1: gleich`,
  },
  evolution: {
    works: ({ n }) => works(n),
    likeness: ({ value, range }) => `Ähnlichkeit ${value} (${range})`,
    toPrevious: ({ value, range }) => `zur Zeile davor ${value} (${range})`,
    novelty: ({ value }) => `Neues ${value}`,
    prompt: ({ value }) => `Prompt ${value}`,
    share: ({ style, percent }) => `${style} ${percent} %`,
    explain:
      'Ähnlichkeit: wie ähnlich sich zwei Werke sind (1: gleich); zur Zeile davor: dasselbe zwischen den beiden Zeilen; Neues: Unterschied zum ähnlichsten früheren Werk; Prompt: wie gut sie zeigen, was er sagt',
    drawn: ({ path }) => `gezeichnet als ${path}`,
  },
  gain: {
    line: ({ first, best, gain, range }) => `das erste hatte ${first}, das behaltene ${best}: ${gain} (${range})`,
    changed: ({ n, changed }) => `${works(n)}; bei ${changed} davon wurde ein anderes Bild als das erste behalten`,
  },
};
