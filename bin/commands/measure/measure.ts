import { group } from '../../shell/command.ts';

export const measureCommand = group(
  [
    {
      usage: 'style [query]',
      describe: 'How alike works are in style, with intervals',
      load: async () => (await import('./style.ts')).measureStyleCommand,
    },
    {
      usage: 'diversity [query]',
      describe: 'How many different pictures there are in effect',
      load: async () => (await import('./diversity.ts')).measureDiversityCommand,
    },
    {
      usage: 'evolution [query]',
      describe: 'How styles, consistency and the pictures themselves changed over time',
      load: async () => (await import('./evolution.ts')).measureEvolutionCommand,
    },
    {
      usage: 'gain [query]',
      describe: 'What choosing among candidates gained, as the ledgers of the works say',
      load: async () => (await import('./gain.ts')).measureGainCommand,
    },
  ],
  [
    ['$0 measure style', 'Of all works'],
    ['$0 measure evolution --by month --out evolution.svg', 'A row for each month, and a picture'],
    ['$0 measure diversity "tag:winter"', 'Of those that a query finds'],
  ],
);
