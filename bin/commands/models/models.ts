import { group } from '../../shell/command.ts';

export const modelsCommand = group(
  [
    {
      usage: 'list',
      describe: 'List installed models and those that can be downloaded',
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      usage: 'recommend',
      describe: 'Say which model to take first on this machine, and how long a picture takes',
      load: async () => (await import('./recommend.ts')).recommendCommand,
    },
    {
      usage: 'pull <name>',
      describe: 'Download a model, or resume a download',
      load: async () => (await import('./pull.ts')).pullCommand,
    },
    {
      usage: 'inspect <name>',
      describe: 'Show what a model file is, from its header',
      load: async () => (await import('./inspect.ts')).inspectModelCommand,
    },
    { usage: 'path <name>', describe: 'Print the path of a model', load: async () => (await import('./path.ts')).pathCommand },
    { usage: 'remove <name>', describe: 'Delete a downloaded model', load: async () => (await import('./remove.ts')).removeCommand },
  ],
  [
    ['$0 models list', 'With size, memory, licence and expected seconds of each'],
    ['$0 models recommend', 'Which to take first'],
    ['$0 models pull sd-turbo', 'Then: ai-artist create "a fox" --model sd-turbo'],
  ],
);
