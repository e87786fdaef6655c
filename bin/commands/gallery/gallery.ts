import { group } from '../../shell/command.ts';

export const galleryCommand = group(
  [
    { usage: 'list', describe: 'List works, newest first', load: async () => (await import('./list.ts')).listCommand },
    { usage: 'show <work>', describe: 'Show everything about a work', load: async () => (await import('./show.ts')).showCommand },
    {
      usage: 'open [work]',
      describe: 'Open a picture in the default viewer',
      load: async () => (await import('./open.ts')).openCommand,
    },
    {
      usage: 'search [query...]',
      describe: 'Find works by words, settings or appearance',
      load: async () => (await import('./search.ts')).searchCommand,
    },
    {
      usage: 'rate <works-and-rating...>',
      describe: 'Rate works: IDS… RATING',
      load: async () => (await import('./rate.ts')).rateCommand,
    },
    { usage: 'tag [works...]', describe: 'Add and remove tags', load: async () => (await import('./tag.ts')).tagCommand },
    { usage: 'star [works...]', describe: 'Mark works as favourites', load: async () => (await import('./star.ts')).starCommand },
    {
      usage: 'collect [works...]',
      describe: 'Add works to collections, or list collections',
      load: async () => (await import('../gallery-files/collect.ts')).collectCommand,
    },
    {
      usage: 'describe <work>',
      describe: 'Set title, alternative text and licence',
      load: async () => (await import('./describe.ts')).describeCommand,
    },
    {
      usage: 'compare <a> <b>',
      describe: 'Compare two works',
      load: async () => (await import('./compare.ts')).compareCommand,
    },
    {
      usage: 'stats',
      describe: 'Count works by month, model, rating …',
      load: async () => (await import('./stats.ts')).statsCommand,
    },
    {
      usage: 'import <paths...>',
      describe: 'Import pictures of other programs, with their recipes',
      load: async () => (await import('../gallery-files/import.ts')).importCommand,
    },
    {
      usage: 'export <kind> [works...]',
      describe: 'Write works as ZIP, website, feed or JSON-LD',
      load: async () => (await import('../gallery-files/export.ts')).exportCommand,
    },
    {
      usage: 'sheet [works...]',
      describe: 'Write works as a contact sheet: PDF or one picture',
      load: async () => (await import('../gallery-files/sheet.ts')).sheetCommand,
    },
    {
      usage: 'trash [works...]',
      describe: 'Move works to the trash; restore undoes it',
      load: async () => (await import('../gallery-files/trash.ts')).trashCommand,
    },
    {
      usage: 'restore [works...]',
      describe: 'Restore works from the trash',
      load: async () => (await import('../gallery-files/restore.ts')).restoreCommand,
    },
    {
      usage: 'verify',
      describe: 'Check that records and files agree',
      load: async () => (await import('../gallery-files/verify.ts')).verifyCommand,
    },
    {
      usage: 'rebuild',
      describe: 'Rebuild the index from the records',
      load: async () => (await import('../gallery-files/rebuild.ts')).rebuildCommand,
    },
  ],
  [
    ['$0 gallery list', 'The newest works'],
    ['$0 gallery search "fox rating:>=4"', 'Words, settings and ratings'],
    ['$0 gallery rate latest 5', 'Rate the newest'],
  ],
);
