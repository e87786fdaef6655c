import { group } from '../../shell/command.ts';

export const periodCommand = group(
  [
    {
      usage: 'start <name>',
      describe: 'Begin a period, or plan one',
      load: async () => (await import('./start.ts')).periodStartCommand,
    },
    { usage: 'list', describe: 'All periods', load: async () => (await import('./list.ts')).periodListCommand },
    {
      usage: 'show [period]',
      describe: 'One period as it was set up',
      load: async () => (await import('./show.ts')).periodShowCommand,
    },
    {
      usage: 'retrospective [period]',
      describe: 'What it came to, in measured facts',
      load: async () => (await import('./retrospective.ts')).periodRetrospectiveCommand,
    },
    { usage: 'end [period]', describe: 'End it now', load: async () => (await import('./end.ts')).periodEndCommand },
  ],
  [
    ['$0 period start "blue winter" --topic "mountain vista" --works 30', 'Thirty works, then it ends by itself'],
    ['$0 period retrospective', 'Of the one that goes on'],
  ],
);
