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
      describe: 'The settings that are in force',
      load: async () => (await import('./show.ts')).showCommand,
    },
    { usage: 'check', describe: 'Say whether the settings are valid', load: async () => (await import('./check.ts')).checkCommand },
    { usage: 'path', describe: 'Where the configuration file is', load: async () => (await import('./path.ts')).pathCommand },
    { usage: 'schema', describe: 'Its JSON Schema, for editors', load: async () => (await import('./schema.ts')).schemaCommand },
  ],
  [
    ['$0 config init', 'Then edit the file it names'],
    ['$0 config show --origin', 'What is in force, and which file or variable says so'],
  ],
);
