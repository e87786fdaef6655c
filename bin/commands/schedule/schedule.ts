import { group } from '../../shell/command.ts';

export const scheduleCommand = group(
  [
    {
      usage: 'start',
      describe: 'Run the schedule until Ctrl-C or SIGTERM',
      load: async () => (await import('./start.ts')).startCommand,
    },
    {
      usage: 'add <when...>',
      describe: 'Add a job: paint regularly, or once at a given time',
      load: async () => (await import('./add.ts')).addCommand,
    },
    {
      usage: 'list',
      describe: 'List jobs, their next runs and results',
      load: async () => (await import('./list.ts')).listCommand,
    },
    { usage: 'show <job>', describe: 'Show everything about a job', load: async () => (await import('./show.ts')).showCommand },
    {
      usage: 'edit <job> [when...]',
      describe: 'Change when a job runs or what it paints',
      load: async () => (await import('./edit.ts')).editCommand,
    },
    { usage: 'remove <job>', describe: 'Remove a job', load: async () => (await import('./pause.ts')).removeCommand },
    { usage: 'pause <job>', describe: 'Pause a job', load: async () => (await import('./pause.ts')).pauseCommand },
    { usage: 'resume <job>', describe: 'Resume a paused job', load: async () => (await import('./pause.ts')).resumeCommand },
    { usage: 'run-now <job>', describe: 'Run a job at once', load: async () => (await import('./run-now.ts')).runNowCommand },
    { usage: 'next [job]', describe: 'List the coming runs', load: async () => (await import('./next.ts')).nextCommand },
    {
      usage: 'history [job]',
      describe: 'List runs that ended, failed or were missed',
      load: async () => (await import('./history.ts')).historyCommand,
    },
    {
      usage: 'install',
      describe: 'Make the system start the schedule (systemd, launchd)',
      load: async () => (await import('./install.ts')).installCommand,
    },
  ],
  [
    ['$0 schedule add daily 09:00 --topic-rotation', 'A picture every morning, topics in turn'],
    ['$0 schedule start', 'Run it; from another terminal: ai-artist schedule list'],
  ],
);
