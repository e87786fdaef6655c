import { expandQuery, type Page, sortOrders } from '../../../lib/gallery/index.ts';
import { choice, number, text, toggle } from '../../flags/flags.ts';
import { warnOfFields } from '../../flags/works-flags.ts';
import { showThumbnails } from '../../print/works/thumbnails.ts';
import { workLine } from '../../print/works/work-lines.ts';
import { command } from '../../shell/command.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { openGallery } from '../../shell/settings.ts';

export const pageFlags = {
  limit: number('Works on a page, 1..1000. Default: 50'),
  after: text('Continue after this work: `next` of the previous page'),
  sort: choice('Order', sortOrders),
} as const;

/** A page of works as every command shows it. */
export function pageOutcome({ works, total, next, problems }: Page, context: Context): Outcome {
  for (const { code, message } of problems) context.warn(`${code}: ${message}`);
  return {
    json: { works, total, next: next ?? null, problems },
    text: works.map(workLine),
    notes: [`${works.length} of ${total} ${total === 1 ? 'work' : 'works'}${next === undefined ? '' : `; continue with --after ${next}`}`],
  };
}

export const listCommand = command({
  flags: {
    ...pageFlags,
    query: text('Only works that this query finds'),
    trashed: toggle('List the trash instead'),
    thumbnails: toggle('Draw small pictures first, in a terminal that can (kitty, iTerm2, or COLORTERM=truecolor)'),
  },
  examples: [
    ['$0 gallery list', 'The newest 50'],
    ['$0 gallery list --sort rating --limit 10', 'The best'],
    ['$0 gallery list --thumbnails', 'With small pictures, and the end of the id below each'],
    ['$0 gallery list --trashed', 'Works that restore can bring back'],
  ],
  run: async ({ limit, after, sort, query, trashed, thumbnails }, context) => {
    const gallery = await openGallery(context);
    const wanted = query === undefined ? undefined : await expandQuery(gallery, query);
    if (wanted !== undefined) await warnOfFields(gallery, wanted, context);
    const page = await gallery.list({
      ...(limit !== undefined && { limit }),
      ...(sort !== undefined && { sort }),
      after: after === undefined ? undefined : await gallery.find(after),
      query: wanted,
      trashed: trashed === true,
    });
    if (thumbnails && !context.json) await showThumbnails(context, page.works, gallery);
    return pageOutcome(page, context);
  },
});
