import { group } from '../../shell/command.ts';

export const tasteCommand = group(
  [
    {
      usage: 'train',
      describe: 'Learn what the owner likes from ratings and duels',
      load: async () => (await import('./train.ts')).tasteTrainCommand,
    },
    {
      usage: 'show',
      describe: 'What was learnt, from how much, and how far to trust it',
      load: async () => (await import('./show.ts')).tasteShowCommand,
    },
    {
      usage: 'export',
      describe: 'The taste as a small JSON file',
      load: async () => (await import('./export.ts')).tasteExportCommand,
    },
  ],
  [
    ['$0 taste train', 'After some ratings (rate) or duels (duel)'],
    ['$0 taste show', 'What create uses as the term aesthetic'],
  ],
);
