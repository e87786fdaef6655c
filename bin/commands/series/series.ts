import { group } from '../../shell/command.ts';

export const seriesCommand = group(
  [
    { usage: 'start <name>', describe: 'Set up a series', load: async () => (await import('./start.ts')).seriesStartCommand },
    {
      usage: 'paint <series>',
      describe: 'Paint the missing works',
      load: async () => (await import('./paint.ts')).seriesPaintCommand,
    },
    { usage: 'list', describe: 'List all series', load: async () => (await import('./list.ts')).seriesListCommand },
    {
      usage: 'show <series>',
      describe: 'Show a series and its works',
      load: async () => (await import('./show.ts')).seriesShowCommand,
    },
    { usage: 'end <series>', describe: 'End a series', load: async () => (await import('./end.ts')).seriesEndCommand },
  ],
  [
    [
      '$0 series start "owls" --works 6 --subject "an owl" --style "black ink drawing" --style "retro cartoon"',
      'One subject in two styles, in turn',
    ],
    ['$0 series paint owls', 'Paint the missing works'],
  ],
);
