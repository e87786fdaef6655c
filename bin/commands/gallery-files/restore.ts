import { changeEach, selectWorks } from '../../../lib/gallery/index.ts';
import { toggle } from '../../flags/flags.ts';
import { queryFlag, worksPositional } from '../../flags/works-flags.ts';
import { changedOutcome } from '../../print/works/work-lines.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

export const restoreCommand = command({
  optional: { works: worksPositional },
  flags: { query: queryFlag, all: toggle('Restore everything in the trash') },
  examples: [
    ['$0 gallery restore 01K9F', 'One work'],
    ['$0 gallery restore --all', 'Everything in the trash'],
  ],
  run: async ({ works, query, all }, context) => {
    const gallery = await openGallery(context);
    const ids = await selectWorks(gallery, { works, query }, { trashed: true, allWhenNone: all === true });
    const changed = await changeEach(ids, context.signal, (id) => gallery.restore(id));
    return changedOutcome(changed, 'restored', context.warn);
  },
});
