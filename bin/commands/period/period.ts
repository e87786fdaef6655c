import { group } from '../../shell/command.ts';

export const periodCommand = group(
  [
    {
      usage: 'start <name>',
      describe: 'Start a period, or plan one',
      load: async () => (await import('./start.ts')).periodStartCommand,
    },
    { usage: 'list', describe: 'List all periods', load: async () => (await import('./list.ts')).periodListCommand },
    {
      usage: 'show [period]',
      describe: 'Show the settings of a period',
      load: async () => (await import('./show.ts')).periodShowCommand,
    },
    {
      usage: 'retrospective [period]',
      describe: 'Measured results of the period',
      load: async () => (await import('./retrospective.ts')).periodRetrospectiveCommand,
    },
    { usage: 'end [period]', describe: 'End a period now', load: async () => (await import('./end.ts')).periodEndCommand },
  ],
  [
    ['$0 period start "blue winter" --topic "mountain vista" --works 30', 'Ends by itself after thirty works'],
    ['$0 period retrospective', 'Results of the current period'],
  ],
);
