import { group } from '../../shell/command.ts';

export const modelsCommand = group(
  [
    {
      usage: 'list',
      describe: 'Models that are here, and those that can be fetched',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      usage: 'pull <name>',
      describe: 'Fetch a model, or go on with an interrupted download',
      load: async () => (await import('./pull.ts')).pullCommand,
    },
    {
      usage: 'inspect <name>',
      describe: 'What a model file is, from its header',
      load: async () => (await import('./inspect.ts')).inspectModelCommand,
    },
    { usage: 'path <name>', describe: 'Where a model is', load: async () => (await import('./path.ts')).pathCommand },
    { usage: 'remove <name>', describe: 'Delete a fetched model', load: async () => (await import('./remove.ts')).removeCommand },
  ],
  [
    ['$0 models list', 'With sizes, the memory they need, and licences'],
    ['$0 models pull sd-turbo', 'Then: ai-artist create "a fox" --model sd-turbo'],
  ],
);
