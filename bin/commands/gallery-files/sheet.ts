import { exportSheet, paperSizes, selectWorks } from '../../../lib/gallery/index.ts';
import { choice, number, text, toggle } from '../../flags/flags.ts';
import { queryFlag, worksPositional } from '../../flags/works-flags.ts';
import { withProgress } from '../../print/progress.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { t } from '../../texts/texts.ts';

export const sheetCommand = command({
  optional: { works: worksPositional },
  flags: {
    out: text('File: .pdf has pages, .png, .jpg and .webp are one picture. Default: works.pdf'),
    query: queryFlag,
    title: text('Title of the sheet. Default: the query, else Gallery'),
    paper: choice('Paper of a PDF', paperSizes),
    columns: number('Works side by side, 1..20. Default: 4 on paper; else so that the picture is about square'),
    force: toggle('Replace an existing file'),
  },
  examples: [
    ['$0 gallery sheet --query "rating:>=4" --out best.pdf', 'Pages of A4 to print'],
    ['$0 gallery sheet --query fox --out foxes.png', 'One picture'],
  ],
  epilogue: 'Without ids and --query it has the whole gallery. Works whose pictures are missing or unreadable are left out and listed.',
  run: async ({ works, query, out = 'works.pdf', title, force, ...options }, context) => {
    const gallery = await openGallery(context);
    const ids = await selectWorks(gallery, { works, query }, { allWhenNone: true });
    const exported = await withProgress(context, 'drawing', (onProgress) =>
      exportSheet(gallery, ids, out, {
        ...options,
        title: title ?? query ?? 'Gallery',
        overwrite: force === true,
        signal: context.signal,
        onProgress,
      }),
    );
    for (const id of exported.missing) context.warn(t.sheet.gone({ id }));
    for (const { id, message } of exported.damaged ?? []) context.warn(t.sheet.damaged({ id, message }));
    return {
      json: exported,
      text: [exported.path],
      notes: [t.sheet.done({ n: exported.works, pages: exported.pages })],
      status: exported.missing.length > 0 || exported.damaged ? 1 : 0,
    };
  },
});
