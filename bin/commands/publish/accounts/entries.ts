import type { CommandEntry } from '../../../shell/command-entry.ts';

/** Commands on accounts: those of networks, and the own one in the Fediverse. */
export const accountEntries: readonly CommandEntry[] = [
  {
    usage: 'connect <network> [server]',
    describe: 'Connect an account, and show the rules of its server',
    load: async () => (await import('./connect.ts')).connectCommand,
  },
  { usage: 'accounts', describe: 'List the connected accounts', load: async () => (await import('./accounts.ts')).accountsCommand },
  {
    usage: 'disconnect <account>',
    describe: 'Forget an account and its tokens',
    load: async () => (await import('./accounts.ts')).disconnectCommand,
  },
  {
    usage: 'followers',
    describe: 'List who follows the own account in the Fediverse',
    load: async () => (await import('./followers.ts')).followersCommand,
  },
  {
    usage: 'block <server>',
    describe: 'Keep a server of the Fediverse out',
    load: async () => (await import('./followers.ts')).blockCommand,
  },
  { usage: 'unblock <server>', describe: 'Let a server in again', load: async () => (await import('./followers.ts')).unblockCommand },
];
