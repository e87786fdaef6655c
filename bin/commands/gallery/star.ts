import { changeEach, selectWorks } from '../../../lib/gallery/index.ts';
import { toggle } from '../../flags/flags.ts';
import { queryFlag, worksPositional } from '../../flags/works-flags.ts';
import { changedOutcome } from '../../print/works/work-lines.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

export const starCommand = command({
  optional: { works: worksPositional },
  flags: { off: toggle('Remove the star'), query: queryFlag },
  examples: [
    ['$0 gallery star latest', 'Mark as a favourite'],
    ['$0 gallery star --off --query "is:star date:2025"', 'Remove the stars of 2025'],
  ],
  run: async ({ works, off, query }, context) => {
    const gallery = await openGallery(context);
    const ids = await selectWorks(gallery, { works, query });
    const changed = await changeEach(ids, context.signal, (id) => gallery.update(id, { star: off ? null : true }));
    return changedOutcome(changed, off ? 'without star' : 'starred', context.warn);
  },
});
