import { group } from '../../shell/command.ts';

export const configCommand = group(
  [
    {
      usage: 'init',
      describe: 'Write a configuration file with every key, its meaning and its default',
      load: async () => (await import('./init.ts')).initCommand,
    },
    {
      usage: 'show [key]',
      describe: 'Show the settings in force',
      load: async () => (await import('./show.ts')).showCommand,
    },
    { usage: 'check', describe: 'Check whether the settings are valid', load: async () => (await import('./check.ts')).checkCommand },
    { usage: 'path', describe: 'Print the path of the configuration file', load: async () => (await import('./path.ts')).pathCommand },
    {
      usage: 'schema',
      describe: 'Print the JSON Schema of the settings, for editors',
      load: async () => (await import('./schema.ts')).schemaCommand,
    },
  ],
  [
    ['$0 config init', 'Then edit the printed file'],
    ['$0 config show --origin', 'The settings in force, with the file or variable of each'],
  ],
);
