import { group } from '../../shell/command.ts';

export const measureCommand = group(
  [
    {
      usage: 'style [query]',
      describe: 'Measure how similar works are in style, with intervals',
      load: async () => (await import('./style.ts')).measureStyleCommand,
    },
    {
      usage: 'diversity [query]',
      describe: 'Measure the effective number of different pictures',
      load: async () => (await import('./diversity.ts')).measureDiversityCommand,
    },
    {
      usage: 'evolution [query]',
      describe: 'Measure how styles, consistency and the pictures changed over time',
      load: async () => (await import('./evolution.ts')).measureEvolutionCommand,
    },
    {
      usage: 'gain [query]',
      describe: 'Measure the gain of choosing among candidates, from the ledgers of the works',
      load: async () => (await import('./gain.ts')).measureGainCommand,
    },
  ],
  [
    ['$0 measure style', 'All works'],
    ['$0 measure evolution --by month --out evolution.svg', 'A row for each month, and a chart'],
    ['$0 measure diversity "tag:winter"', 'The works that a query finds'],
  ],
);
