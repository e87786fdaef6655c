import { group } from '../../shell/command.ts';
import type { CommandEntry } from '../../shell/command-entry.ts';
import { accountEntries } from './accounts/entries.ts';

const rooms: readonly CommandEntry[] = [
  ...accountEntries,
  {
    usage: 'preview <works...>',
    describe: 'Show exactly what a post would be',
    load: async () => (await import('./preview.ts')).previewCommand,
  },
  { usage: 'add [works...]', describe: 'Put posts of works into the queue', load: async () => (await import('./add.ts')).addCommand },
  { usage: 'queue', describe: 'List posts, and why they wait', load: async () => (await import('./queue.ts')).queueCommand },
  { usage: 'status <post>', describe: 'Show everything about a post', load: async () => (await import('./status.ts')).statusCommand },
  { usage: 'approve <posts...>', describe: 'Let drafts go out', load: async () => (await import('./approve.ts')).approveCommand },
  {
    usage: 'cancel <posts...>',
    describe: 'Withdraw posts that are not out',
    load: async () => (await import('./approve.ts')).cancelCommand,
  },
  {
    usage: 'retry <post>',
    describe: 'Try a failed post again, or settle an unknown one',
    load: async () => (await import('./retry.ts')).retryCommand,
  },
  { usage: 'now <post>', describe: 'Publish a post at once', load: async () => (await import('./now.ts')).nowCommand },
  { usage: 'run', describe: 'Publish what is due, until Ctrl-C', load: async () => (await import('./run.ts')).runCommand },
  { usage: 'off', describe: 'Stop all publishing of this home at once', load: async () => (await import('./switch.ts')).offCommand },
  { usage: 'on', describe: 'Publish again', load: async () => (await import('./switch.ts')).onCommand },
  { usage: 'metrics [post]', describe: 'Show likes, shares and replies', load: async () => (await import('./metrics.ts')).metricsCommand },
  {
    usage: 'hours [account]',
    describe: 'Show what each hour of posting brought',
    load: async () => (await import('./hours.ts')).hoursCommand,
  },
  { usage: 'delete <post>', describe: 'Delete a post from its network', load: async () => (await import('./delete.ts')).deleteCommand },
];

export const publishCommand = group(rooms, [
  ['$0 publish connect folder ~/posts', 'A folder with a feed, for everything that has no client here'],
  ['$0 publish preview latest', 'Text, picture and credits, for every account'],
  ['$0 publish add latest --approve', 'Post the newest work to all accounts when the rules permit'],
  ['$0 publish run', 'Publish what is due'],
]);
