import { group } from '../command.ts';

export const scheduleCommand = group(
  [
    {
      usage: 'start',
      describe: 'Run the schedule until Ctrl-C or SIGTERM',
      load: async () => (await import('./schedule/start.ts')).startCommand,
    },
    {
      usage: 'add <when...>',
      describe: 'Paint regularly, or once at a time to come',
      load: async () => (await import('./schedule/add.ts')).addCommand,
    },
    {
      usage: 'list',
      describe: 'Jobs, when they are due, how they went',
      load: async () => (await import('./schedule/list.ts')).listCommand,
    },
    { usage: 'remove <job>', describe: 'Forget a job', load: async () => (await import('./schedule/edit.ts')).removeCommand },
    { usage: 'pause <job>', describe: 'Let a job rest', load: async () => (await import('./schedule/edit.ts')).pauseCommand },
    { usage: 'resume <job>', describe: 'Let it go on', load: async () => (await import('./schedule/edit.ts')).resumeCommand },
    { usage: 'run-now <job>', describe: 'Run a job at once', load: async () => (await import('./schedule/run-now.ts')).runNowCommand },
    { usage: 'next [job]', describe: 'Runs that are to come', load: async () => (await import('./schedule/next.ts')).nextCommand },
    {
      usage: 'history [job]',
      describe: 'Runs that ended, failed or were missed',
      load: async () => (await import('./schedule/history.ts')).historyCommand,
    },
    {
      usage: 'install',
      describe: 'Let the system start the schedule (systemd, launchd)',
      load: async () => (await import('./schedule/install.ts')).installCommand,
    },
  ],
  [
    ['$0 schedule add daily 09:00 --topic-rotation', 'A picture every morning, topics in turn'],
    ['$0 schedule start', 'Run it; from another terminal: ai-artist schedule list'],
  ],
);
