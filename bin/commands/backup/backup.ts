import { group } from '../../shell/command.ts';

export const backupCommand = group(
  [
    {
      usage: 'create [out]',
      describe: 'Write this home into one file, also while it paints',
      load: async () => (await import('./create.ts')).backupCreateCommand,
    },
    {
      usage: 'verify <file>',
      describe: 'Read a backup and compare each file with its checksum',
      load: async () => (await import('./verify.ts')).backupVerifyCommand,
    },
    {
      usage: 'restore <file>',
      describe: 'Make a home from a backup',
      load: async () => (await import('./restore.ts')).backupRestoreCommand,
    },
  ],
  [
    ['$0 backup create /mnt/backups --keep 14', 'Every night, from cron or a timer'],
    ['$0 backup restore ai-artist-20261204T030000Z.zip --home /srv/artist', 'On another machine'],
  ],
);
