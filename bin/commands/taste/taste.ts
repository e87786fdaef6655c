import { group } from '../../shell/command.ts';

export const tasteCommand = group(
  [
    {
      usage: 'train',
      describe: 'Learn your taste from ratings and duels',
      load: async () => (await import('./train.ts')).tasteTrainCommand,
    },
    {
      usage: 'show',
      describe: 'Show what was learned, from how much data, and how reliable it is',
      load: async () => (await import('./show.ts')).tasteShowCommand,
    },
    {
      usage: 'export',
      describe: 'Write the taste as a small JSON file',
      load: async () => (await import('./export.ts')).tasteExportCommand,
    },
  ],
  [
    ['$0 taste train', 'After some ratings (rate) or duels (duel)'],
    ['$0 taste show', 'The head that create uses for the term aesthetic'],
  ],
);
